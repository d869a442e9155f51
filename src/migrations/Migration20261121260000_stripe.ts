import { Migration } from '@mikro-orm/migrations';

/** Stripe: the keys of an environment, who its customers are there, and the events that Stripe has told of. */
export class Migration20261121260000_stripe extends Migration {
  override up(): void {
    this.addSql(`
      create table stripe_connection (
        tenant_id text not null,
        environment_id text not null,
        sealed_keys text not null,
        statement_descriptor_suffix text not null,
        send_receipts boolean not null,
        version int not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        updated_by text not null,
        primary key (tenant_id, environment_id)
      )`);
    this.addSql(`
      create table provider_customer (
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        provider text not null,
        ref text not null,
        created_at timestamptz(3) not null,
        primary key (tenant_id, environment_id, customer_id, provider)
      )`);
    this.addSql(`
      create table provider_event (
        environment_id text not null,
        id text not null,
        tenant_id text not null,
        event_type text not null,
        subject_kind text not null check (subject_kind in ('payment', 'setup')),
        subject_ref text not null,
        event_status text not null check (event_status in ('pending', 'done', 'failed')),
        attempts int not null,
        next_attempt_at timestamptz(3) not null,
        received_at timestamptz(3) not null,
        primary key (environment_id, id)
      )`);
    this.addSql(
      `create index provider_event_due_index on provider_event (environment_id, next_attempt_at) where event_status = 'pending'`,
    );
    this.addSql(`create index provider_event_received_index on provider_event (received_at)`);
  }
}
