import { Migration } from '@mikro-orm/migrations';
/** Tenants, their environments, and API keys. */
export class Migration20261121010000_auth extends Migration {
    up() {
        this.addSql(`
      create table tenant (
        id text primary key,
        name text not null,
        tenant_status text not null check (tenant_status in ('active', 'suspended')),
        metadata jsonb not null,
        status text not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        updated_by text not null
      )`);
        this.addSql(`
      create table environment (
        id text primary key,
        tenant_id text not null,
        name text not null,
        type text not null check (type in ('development', 'production')),
        status text not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        updated_by text not null
      )`);
        this.addSql(`create index environment_tenant_index on environment (tenant_id)`);
        this.addSql(`
      create table api_key (
        id text primary key,
        tenant_id text not null,
        environment_id text not null,
        customer_id text null,
        name text not null,
        type text not null check (type in ('private_key', 'publishable_key')),
        key_hash text not null,
        display_id text not null,
        scopes text[] null,
        expires_at timestamptz(3) null,
        revoked_at timestamptz(3) null,
        last_used_at timestamptz(3) null,
        status text not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        updated_by text not null
      )`);
        this.addSql(`create unique index api_key_hash_unique on api_key (key_hash)`);
        this.addSql(`create index api_key_scope_index on api_key (tenant_id, environment_id, created_at)`);
    }
}
//# sourceMappingURL=Migration20261121010000_auth.js.map