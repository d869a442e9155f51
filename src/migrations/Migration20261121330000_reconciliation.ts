import { Migration } from '@mikro-orm/migrations';

/** Runs of reconciliation, what they found, and what a payment says of a top-up that has moved to another wallet. */
export class Migration20261121330000_reconciliation extends Migration {
  override up(): void {
    this.addSql(`alter table top_up add column decided_wallet_id text null`);
    this.addSql(`create index entry_of_top_up_index on entry (top_up_id) where top_up_id is not null`);
    this.addSql(
      `create index entry_top_up_created_index on entry (environment_id, created_at, id) where top_up_id is not null`,
    );
    this.addSql(`
      create table reconciliation_run (
        id text primary key,
        tenant_id text not null,
        environment_id text not null,
        origin text not null check (origin in ('daily', 'request')),
        run_status text not null check (run_status in ('running', 'finished', 'failed')),
        period_from timestamptz(3) not null,
        period_to timestamptz(3) not null,
        attempt int not null,
        lease_until timestamptz(3) not null,
        payments_read int not null,
        top_ups_read int not null,
        foreign_payments int not null,
        in_flight int not null,
        sums jsonb not null,
        differences_open int not null,
        error text not null,
        created_at timestamptz(3) not null,
        started_at timestamptz(3) not null,
        finished_at timestamptz(3) null,
        created_by text not null
      )`);
    this.addSql(
      `create index reconciliation_run_created_index on reconciliation_run (tenant_id, environment_id, created_at, id)`,
    );
    this.addSql(
      `create index reconciliation_run_green_index on reconciliation_run (environment_id, finished_at)
         where run_status = 'finished' and differences_open = 0`,
    );
    this.addSql(
      `create unique index reconciliation_run_one_unique on reconciliation_run (environment_id) where run_status = 'running'`,
    );
    this.addSql(
      `create unique index reconciliation_run_daily_unique on reconciliation_run (environment_id, period_to) where origin = 'daily'`,
    );
    this.addSql(`
      create table reconciliation_payment (
        run_id text not null,
        payment_id text not null,
        primary key (run_id, payment_id)
      )`);
    this.addSql(`
      create table reconciliation_difference (
        id text primary key,
        tenant_id text not null,
        environment_id text not null,
        provider text not null,
        kind text not null,
        subject text not null,
        state text not null check (state in ('open', 'repaired', 'accepted')),
        repair text not null check (repair in ('settle', 'adopt', 'recreate', 'cancel', 'person')),
        payment_id text null,
        top_up_id text null,
        wallet_id text null,
        customer_id text null,
        there jsonb null,
        here jsonb null,
        purchase jsonb null,
        occurred_at timestamptz(3) not null,
        first_seen_at timestamptz(3) not null,
        last_seen_at timestamptz(3) not null,
        last_run_id text not null,
        resolved_at timestamptz(3) null,
        resolved_by text not null,
        note text not null
      )`);
    this.addSql(
      `alter table reconciliation_difference add constraint reconciliation_difference_subject_unique unique (environment_id, kind, subject)`,
    );
    this.addSql(
      `create index reconciliation_difference_seen_index on reconciliation_difference (tenant_id, environment_id, first_seen_at, id)`,
    );
    this.addSql(
      `create index reconciliation_difference_open_index on reconciliation_difference (environment_id, occurred_at) where state = 'open'`,
    );
  }
}
