import { Migration } from '@mikro-orm/migrations';

/** Payments of invoices are rows; keys of purchases are the ledger's keys; who resumed a rule is kept. */
export class Migration20261121230000_invoices extends Migration {
  override up(): void {
    this.addSql(`
      create table invoice_payment (
        id text primary key,
        tenant_id text not null,
        environment_id text not null,
        invoice_id text not null,
        amount_minor bigint not null,
        reference text null,
        idempotency_key text null,
        created_at timestamptz(3) not null,
        created_by text not null,
        constraint invoice_payment_amount_check check (amount_minor > 0)
      )`);
    this.addSql(`create index invoice_payment_invoice_index on invoice_payment (invoice_id, created_at)`);
    this.addSql(
      `create unique index invoice_payment_reference_unique on invoice_payment (tenant_id, environment_id, reference)
         where reference is not null`,
    );
    this.addSql(
      `create unique index invoice_payment_key_unique on invoice_payment (tenant_id, environment_id, idempotency_key)
         where idempotency_key is not null`,
    );

    // A purchase's key was its row's; now it is the ledger's, as every other: what was bought is not bought again.
    this.addSql(
      `insert into idempotency_key (tenant_id, environment_id, key, request_hash, outcome, body, created_at)
         select tenant_id, environment_id, idempotency_key, request_hash, 'answer',
           json_build_object('id', id)::text, created_at
         from top_up where idempotency_key is not null and created_at > now() - interval '7 days'
       on conflict do nothing`,
    );
    // Server keys have one key space with all routes; those of an account stay its own. Which of the two has written a
    // key of the last days is not known, so it is used up in both: a repeat is refused rather than charged twice.
    this.addSql(
      `insert into idempotency_key (tenant_id, environment_id, key, request_hash, outcome, body, created_at)
         select distinct on (tenant_id, environment_id, regexp_replace(key, '^account:[^:]*:', ''))
           tenant_id, environment_id, regexp_replace(key, '^account:[^:]*:', ''), request_hash, outcome, body, created_at
         from idempotency_key where key like 'account:%:%' and regexp_replace(key, '^account:[^:]*:', '') <> ''
         order by tenant_id, environment_id, regexp_replace(key, '^account:[^:]*:', ''), created_at desc
       on conflict do nothing`,
    );

    this.addSql(
      `alter table top_up_guard add column resumed_at timestamptz(3) null, add column resumed_by text not null default ''`,
    );
    this.addSql(
      `create index top_up_in_flight_index on top_up (created_at) where not invoicing
         and top_up_status in ('created', 'charging', 'unknown', 'processing', 'canceling', 'refund_due')`,
    );
    this.addSql(
      `create index pending_credit_key_index on pending_credit (wallet_id, idempotency_key) where idempotency_key <> ''`,
    );
  }
}
