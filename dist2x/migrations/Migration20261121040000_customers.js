import { Migration } from '@mikro-orm/migrations';
/** Customers and their payment methods. */
export class Migration20261121040000_customers extends Migration {
    up() {
        this.addSql(`
      create table customer (
        id text primary key,
        tenant_id text not null,
        environment_id text not null,
        external_id text not null,
        name text not null,
        email text null,
        contact text null,
        address_line1 text null,
        address_line2 text null,
        address_city text null,
        address_state text null,
        address_postal_code text null,
        address_country text null,
        tax_id text null,
        timezone text not null,
        metadata jsonb not null,
        status text not null check (status in ('published', 'archived', 'deleted')),
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        updated_by text not null
      )`);
        this.addSql(`create unique index customer_external_id_unique on customer (tenant_id, environment_id, external_id)
         where status = 'published'`);
        this.addSql(`create index customer_created_index on customer (tenant_id, environment_id, created_at)`);
        this.addSql(`create index customer_email_index on customer (tenant_id, environment_id, email)`);
        this.addSql(`
      create table payment_method (
        id text primary key,
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        provider text not null,
        provider_ref text not null,
        brand text not null,
        last4 text not null,
        expiry_month int not null,
        expiry_year int not null,
        fingerprint text not null,
        status text not null check (status in ('published', 'archived', 'deleted')),
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        updated_by text not null
      )`);
        this.addSql(`create unique index payment_method_on_file_unique on payment_method (tenant_id, environment_id, customer_id)
         where status = 'published'`);
    }
}
//# sourceMappingURL=Migration20261121040000_customers.js.map