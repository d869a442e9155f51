import { Migration } from '@mikro-orm/migrations';

/** Reversals, voids and transfers; captures that may exceed their hold. */
export class Migration20261121160000_reversals extends Migration {
  override up(): void {
    this.addSql(`alter table hold add column overage numeric(38,9) not null default 0`);
    this.addSql(`alter table hold alter column overage drop default`);
    this.addSql(`alter table entry drop constraint entry_reason_check`);
    this.addSql(`
      alter table entry add constraint entry_reason_check check (reason in ('FREE_CREDIT_GRANT',
        'SUBSCRIPTION_CREDIT_GRANT', 'PURCHASED_CREDIT_DIRECT', 'PURCHASED_CREDIT_INVOICED', 'PURCHASED_CREDIT_BONUS',
        'CREDIT_NOTE', 'INVOICE_VOID_REFUND', 'DEBIT_REVERSAL', 'TRANSFER_IN', 'MANUAL_BALANCE_DEBIT', 'CREDIT_EXPIRED',
        'WALLET_TERMINATION', 'GRANT_VOID', 'TRANSFER_OUT'))`);
    this.addSql(`alter table entry_lot drop constraint entry_lot_kind_check`);
    this.addSql(`
      alter table entry_lot add constraint entry_lot_kind_check
        check (kind in ('grant', 'consume', 'repay', 'expire', 'restore', 'void', 'transfer'))`);
    this.addSql(`create index entry_parent_index on entry (wallet_id, parent_id) where parent_id is not null`);
  }
}
