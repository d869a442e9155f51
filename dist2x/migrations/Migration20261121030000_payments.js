import { Migration } from '@mikro-orm/migrations';
/** Invoices and the counter that numbers them. */
export class Migration20261121030000_payments extends Migration {
    up() {
        this.addSql(`
      create table invoice (
        id text primary key,
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        wallet_id text null,
        top_up_id text null,
        number int not null,
        invoice_number text not null,
        invoice_status text not null check (invoice_status in ('DRAFT', 'FINALIZED', 'VOIDED')),
        payment_status text not null check (payment_status in ('PENDING', 'PROCESSING', 'SUCCEEDED', 'OVERPAID',
          'FAILED', 'REFUNDED', 'PARTIALLY_REFUNDED')),
        billing_reason text not null check (billing_reason in ('MANUAL', 'WALLET_TOPUP', 'WALLET_AUTO_TOPUP')),
        currency text not null,
        description text not null,
        credits numeric(38,9) null,
        subtotal_minor bigint not null,
        discount_minor bigint not null,
        tax_minor bigint not null,
        total_minor bigint not null,
        paid_minor bigint not null,
        refunded_minor bigint not null,
        line_items jsonb not null,
        discounts jsonb not null,
        taxes jsonb not null,
        metadata jsonb not null,
        idempotency_key text not null,
        version int not null,
        due_at timestamptz(3) null,
        finalized_at timestamptz(3) null,
        paid_at timestamptz(3) null,
        voided_at timestamptz(3) null,
        status text not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        updated_by text not null,
        constraint invoice_total_check
          check (total_minor = subtotal_minor - discount_minor + tax_minor and total_minor >= 0),
        constraint invoice_paid_check
          check (paid_minor >= 0 and refunded_minor >= 0 and refunded_minor <= paid_minor)
      )`);
        this.addSql(`create index invoice_customer_index on invoice (tenant_id, environment_id, customer_id, created_at)`);
        this.addSql(`create index invoice_created_index on invoice (tenant_id, environment_id, created_at)`);
        this.addSql(`alter table invoice add constraint invoice_number_unique unique (tenant_id, environment_id, number)`);
        this.addSql(`alter table invoice add constraint invoice_top_up_unique unique (top_up_id)`);
        this.addSql(`
      create table invoice_counter (
        tenant_id text not null,
        environment_id text not null,
        last_number int not null,
        primary key (tenant_id, environment_id)
      )`);
    }
}
//# sourceMappingURL=Migration20261121030000_payments.js.map