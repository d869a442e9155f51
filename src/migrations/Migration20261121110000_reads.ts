import { Migration } from '@mikro-orm/migrations';

/** What reads of the past need: running figures of lots, and ways to what is rare in a long wallet. */
export class Migration20261121110000_reads extends Migration {
  override up(): void {
    this.addSql(`alter table entry_lot add column sequence int, add column remaining_after numeric(38,9)`);
    // The ledger is append-only; these columns are figures about rows that stay as they are.
    this.addSql(`alter table entry_lot disable trigger entry_lot_append_only`);
    this.addSql(`
      update entry_lot k set sequence = f.sequence, remaining_after = f.remaining_after
      from (
        select l.wallet_id, l.entry_id, l.lot_id, l.kind, e.sequence,
          sum(l.credits) over (partition by l.wallet_id, l.lot_id order by e.sequence) as remaining_after
        from entry_lot l join entry e on e.wallet_id = l.wallet_id and e.id = l.entry_id) f
      where f.wallet_id = k.wallet_id and f.entry_id = k.entry_id and f.lot_id = k.lot_id and f.kind = k.kind`);
    this.addSql(`alter table entry_lot enable trigger entry_lot_append_only`);
    this.addSql(`alter table entry_lot alter column sequence set not null, alter column remaining_after set not null`);
    this.addSql(`drop index entry_lot_lot_index`);
    this.addSql(`create index entry_lot_sequence_index on entry_lot (wallet_id, lot_id, sequence)`);
    this.addSql(`
      create index entry_rare_index on entry (wallet_id, created_at, id) where reason <> 'MANUAL_BALANCE_DEBIT'`);
    this.addSql(`create index lot_wallet_index on lot (wallet_id, created_at, id)`);
    this.addSql(`create index pending_credit_wallet_index on pending_credit (wallet_id, created_at, id)`);
    // An environment is of one tenant, a wallet of one environment: believed to be independent, they make a wallet of
    // a million entries look like one of ten, and its list is sorted as a whole instead of read from an index.
    for (const table of ['entry', 'lot', 'pending_credit']) {
      this.addSql(`
        create statistics ${table}_scope_statistics (dependencies) on tenant_id, environment_id, wallet_id from ${table}`);
    }
  }
}
