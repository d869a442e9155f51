import { Migration } from '@mikro-orm/migrations';

/** Sessions of the customer portal; a tenant's billing details. */
export class Migration20261121090000_portal extends Migration {
  override up(): void {
    this.addSql(`alter table tenant add column billing_details jsonb null`);
    this.addSql(`
      create table portal_session (
        token_hash text primary key,
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        expires_at timestamptz(3) not null,
        created_at timestamptz(3) not null,
        created_by text not null
      )`);
    this.addSql(`create index portal_session_expiry_index on portal_session (expires_at)`);
  }
}
