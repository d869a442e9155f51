import { Migration } from '@mikro-orm/migrations';

/** What went back of each payment, what of it is disputed, and holds that no client can end. */
export class Migration20261121310000_refunds extends Migration {
  override up(): void {
    this.addSql(`
      create table refund (
        id text not null primary key,
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        wallet_id text not null,
        top_up_id text not null,
        provider text not null,
        payment_id text not null,
        provider_refund_id text null,
        origin text not null check (origin in ('request', 'provider')),
        refund_status text not null check (refund_status in ('pending', 'succeeded', 'failed')),
        amount_minor bigint not null,
        currency text not null,
        on_spent text not null check (on_spent in ('refuse', 'debt', 'forgive')),
        credits numeric(38,9) not null,
        debt_credits numeric(38,9) not null,
        forgiven_credits numeric(38,9) not null,
        bonus_credits numeric(38,9) not null,
        transaction_id text null,
        bonus_transaction_id text null,
        returned_transaction_id text null,
        reason text not null,
        failure_message text not null,
        lookups int not null,
        next_attempt_at timestamptz(3) not null,
        request_id text not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        finished_at timestamptz(3) null,
        created_by text not null,
        constraint refund_amount_check check (amount_minor > 0)
      )`);
    this.addSql(`create index refund_top_up_index on refund (top_up_id)`);
    this.addSql(`create index refund_due_index on refund (next_attempt_at) where refund_status = 'pending'`);
    this.addSql(
      `create index refund_turn_index on refund (environment_id, next_attempt_at) where refund_status = 'pending'`,
    );
    this.addSql(
      `create unique index refund_provider_unique on refund (environment_id, provider, provider_refund_id)
       where provider_refund_id is not null`,
    );
    this.addSql(`
      create table dispute (
        id text not null primary key,
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        wallet_id text not null,
        top_up_id text not null,
        provider text not null,
        payment_id text not null,
        provider_dispute_id text not null,
        dispute_status text not null check (dispute_status in ('open', 'won', 'lost')),
        amount_minor bigint not null,
        currency text not null,
        fee_minor bigint not null,
        fee_currency text null,
        reason text not null,
        hold_id text null,
        frozen_credits numeric(38,9) not null,
        credits numeric(38,9) not null,
        debt_credits numeric(38,9) not null,
        forgiven_credits numeric(38,9) not null,
        bonus_credits numeric(38,9) not null,
        transaction_id text null,
        bonus_transaction_id text null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        closed_at timestamptz(3) null,
        constraint dispute_provider_unique unique (environment_id, provider, provider_dispute_id),
        constraint dispute_amount_check check (amount_minor > 0)
      )`);
    this.addSql(`create index dispute_top_up_index on dispute (top_up_id)`);
    this.addSql(
      `alter table hold add column purpose text not null default 'work' check (purpose in ('work', 'dispute'))`,
    );
    this.addSql(`alter table provider_event drop constraint provider_event_subject_kind_check`);
    this.addSql(
      `alter table provider_event add constraint provider_event_subject_kind_check
       check (subject_kind in ('payment', 'setup', 'returns'))`,
    );
  }
}
