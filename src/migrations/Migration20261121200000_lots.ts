import { Migration } from '@mikro-orm/migrations';

/** One date for all purchased credits of a wallet, the order in which a debit took, and lots by index in spend order. */
export class Migration20261121200000_lots extends Migration {
  override up(): void {
    this.addSql(`alter table wallet add column purchased_expires_at timestamptz(3) null`);
    // The lot of the last purchase that moved a wallet's date has had that date since, also with nothing left.
    this.addSql(`
      update wallet w set purchased_expires_at = d.expires_at
      from (
        select t.wallet_id, max(l.expires_at) as expires_at
        from top_up t join lot l on l.wallet_id = t.wallet_id and l.id = t.transaction_id
        where t.top_up_status = 'succeeded' and t.validity_months is not null group by t.wallet_id) d
      where d.wallet_id = w.id and d.expires_at is not null`);

    this.addSql(`alter table entry_lot add column position int not null default 0`);
    // The ledger is append-only; this is a figure about rows that stay as they are.
    this.addSql(`alter table entry_lot disable trigger entry_lot_append_only`);
    this.addSql(`
      update entry_lot k set position =
        array_position(string_to_array(e.metadata ->> 'consumed_credit_tx_ids', ','), k.lot_id) - 1
      from entry e where e.wallet_id = k.wallet_id and e.id = k.entry_id and k.kind in ('consume', 'transfer')
        and strpos(e.metadata ->> 'consumed_credit_tx_ids', ',') > 0
        and array_position(string_to_array(e.metadata ->> 'consumed_credit_tx_ids', ','), k.lot_id) > 1`);
    this.addSql(`alter table entry_lot enable trigger entry_lot_append_only`);

    this.addSql(`alter table entry drop constraint entry_reason_check`);
    this.addSql(`
      alter table entry add constraint entry_reason_check check (reason in ('FREE_CREDIT_GRANT',
        'SUBSCRIPTION_CREDIT_GRANT', 'PURCHASED_CREDIT_DIRECT', 'PURCHASED_CREDIT_INVOICED', 'PURCHASED_CREDIT_BONUS',
        'CREDIT_NOTE', 'INVOICE_VOID_REFUND', 'DEBIT_REVERSAL', 'TRANSFER_IN', 'MANUAL_BALANCE_DEBIT', 'CREDIT_EXPIRED',
        'WALLET_TERMINATION', 'GRANT_VOID', 'TRANSFER_OUT', 'DEBT_REPAYMENT'))`);

    this.addSql(`drop index lot_open_index`);
    this.addSql(`
      create index lot_spend_index on lot (wallet_id, priority, expires_at, granted desc, created_at, id)
        where is_open`);
    this.addSql(`
      create index lot_wallet_expiring_index on lot (wallet_id, expires_at) where is_open and expires_at is not null`);
  }
}
