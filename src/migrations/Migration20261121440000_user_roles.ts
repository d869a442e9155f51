import { Migration } from '@mikro-orm/migrations';

/** Several users of a tenant, each with a role, and their invitations; tenants that are suspended are found by an index. */
export class Migration20261121440000_user_roles extends Migration {
  override up(): void {
    // Whoever is there has signed up, and owns the tenant that was made with them.
    this.addSql(`
      alter table app_user
        add column name text not null default '',
        add column role text not null default 'owner' check (role in ('owner', 'finance', 'read_only'))`);
    this.addSql(`drop index app_user_email_unique`);
    this.addSql(`create unique index app_user_email_unique on app_user (email) where status = 'published'`);
    this.addSql(`create index app_user_tenant_index on app_user (tenant_id, created_at) where status = 'published'`);
    this.addSql(`
      create table user_invitation (
        id text primary key,
        tenant_id text not null,
        email text not null,
        role text not null check (role in ('owner', 'finance', 'read_only')),
        token_hash text not null,
        invitation_status text not null check (invitation_status in ('pending', 'accepted', 'revoked')),
        expires_at timestamptz(3) not null,
        user_id text null,
        status text not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        updated_by text not null
      )`);
    this.addSql(`create unique index user_invitation_token_unique on user_invitation (token_hash)`);
    this.addSql(`
      create unique index user_invitation_email_unique on user_invitation (tenant_id, email)
        where invitation_status = 'pending'`);
    this.addSql(`create index user_invitation_tenant_index on user_invitation (tenant_id, created_at)`);
    this.addSql(`create index tenant_suspended_index on tenant (id) where tenant_status = 'suspended'`);
  }
}
