import { Migration } from '@mikro-orm/migrations';
/** Packs of credits, and what accounts have agreed to. */
export class Migration20261121080000_credits extends Migration {
    up() {
        this.addSql(`
      create table credit_pack (
        tenant_id text not null,
        environment_id text not null,
        id text not null,
        name text not null,
        price_minor int not null,
        currency text not null check (currency in ('usd', 'eur', 'gbp')),
        pack_amount bigint not null,
        withdrawn_at timestamptz(3) null,
        status text not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        updated_by text not null,
        primary key (tenant_id, environment_id, id),
        constraint credit_pack_bounds_check check (price_minor > 0 and pack_amount > 0)
      )`);
        this.addSql(`
      create table consent (
        id text primary key,
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        wallet_id text not null,
        settings_from jsonb not null,
        settings_to jsonb not null,
        price_minor int null,
        currency text null,
        request_id text not null,
        created_at timestamptz(3) not null,
        created_by text not null
      )`);
        this.addSql(`create index consent_customer_index on consent (tenant_id, environment_id, customer_id, created_at)`);
    }
}
//# sourceMappingURL=Migration20261121080000_credits.js.map