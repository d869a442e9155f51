import { Migration } from '@mikro-orm/migrations';

/** What the daily look at the whole ledger came to, with the anchor of the day before. */
export class Migration20261122010000_ledger_check extends Migration {
  override up(): void {
    this.addSql(`
      create table ledger_check (
        day text primary key,
        lease_until timestamptz(3) not null,
        finished_at timestamptz(3) null,
        wallets int not null,
        entries bigint not null,
        left_out int not null,
        breaches jsonb not null,
        anchor text not null
      )`);
    // It looks at the rows of some wallets at a time.
    this.addSql('create index refund_wallet_index on refund (wallet_id)');
    this.addSql('create index dispute_wallet_index on dispute (wallet_id)');
  }
}
