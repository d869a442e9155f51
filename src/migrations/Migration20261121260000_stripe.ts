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
  }
}
