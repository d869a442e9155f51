import { Migration } from '@mikro-orm/migrations';

/** Webhooks: where they go, what happened (written in the commit that made it happen), and how each delivery stands. */
export class Migration20261121180000_webhooks extends Migration {
  override up(): void {
    this.addSql(`
      create table webhook_endpoint (
        id text primary key,
        tenant_id text not null,
        environment_id text not null,
        url text not null,
        description text not null,
        event_types text[] null,
        secret text not null,
        endpoint_status text not null check (endpoint_status in ('enabled', 'disabled')),
        disabled_reason text not null,
        status text not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        updated_by text not null
      )`);
    this.addSql(`
      create index webhook_endpoint_environment_index on webhook_endpoint (environment_id, tenant_id, created_at)
        where status = 'published'`);
    this.addSql(`
      create table webhook_event (
        id text primary key,
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        wallet_id text not null,
        event_type text not null,
        body text not null,
        created_at timestamptz(3) not null
      )`);
    this.addSql(`create index webhook_event_scope_index on webhook_event (tenant_id, environment_id, created_at, id)`);
    this.addSql(`create index webhook_event_created_index on webhook_event (created_at)`);
    this.addSql(`
      create table webhook_delivery (
        event_id text not null,
        endpoint_id text not null,
        delivery_status text not null check (delivery_status in ('pending', 'delivered', 'failed')),
        attempts int not null,
        next_attempt_at timestamptz(3) not null,
        leased_until timestamptz(3) null,
        last_attempt_at timestamptz(3) null,
        last_status_code int null,
        last_response text not null,
        last_error text not null,
        primary key (event_id, endpoint_id)
      )`);
    this.addSql(`
      create index webhook_delivery_due_index on webhook_delivery (endpoint_id, next_attempt_at)
        where delivery_status = 'pending'`);
  }
}
