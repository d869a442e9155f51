import { Migration } from '@mikro-orm/migrations';
const OPEN_STATUSES = `'created', 'charging', 'unknown', 'processing', 'requires_action', 'retry_wait', 'awaiting_payment', 'refund_due'`;
/** Rules, guards, top-ups with their attempts, and decisions. */
export class Migration20261121060000_top_ups extends Migration {
    up() {
        this.addSql(`
      create table top_up_rule (
        wallet_id text not null,
        trigger text not null check (trigger in ('threshold', 'insufficient', 'expiration')),
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        enabled boolean not null,
        version int not null,
        threshold_credits numeric(38,9) null,
        unit_credits numeric(38,9) not null,
        unit_price_minor int null,
        price_currency text null,
        pack_id text null,
        validity_months int null,
        invoicing boolean not null,
        cooldown jsonb null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        updated_by text not null,
        primary key (wallet_id, trigger),
        constraint top_up_rule_unit_check check (unit_credits > 0)
      )`);
        this.addSql(`
      create table top_up_guard (
        wallet_id text primary key,
        tenant_id text not null,
        environment_id text not null,
        max_per_hour int not null,
        max_units int not null,
        monthly_count int null,
        monthly_amount_minor int null,
        paused_at timestamptz(3) null,
        pause_reason text not null,
        next_evaluation_at timestamptz(3) not null,
        updated_at timestamptz(3) not null
      )`);
        this.addSql(`create index top_up_guard_due_index on top_up_guard (next_evaluation_at)`);
        this.addSql(`create index top_up_guard_paused_index on top_up_guard (paused_at) where paused_at is not null`);
        this.addSql(`
      create table top_up (
        id text primary key,
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        wallet_id text not null,
        trigger text not null check (trigger in ('threshold', 'insufficient', 'expiration', 'manual')),
        is_automatic boolean not null,
        rule_version int not null,
        top_up_status text not null
          check (top_up_status in (${OPEN_STATUSES}, 'succeeded', 'failed', 'canceled', 'refunded')),
        units int not null,
        credits numeric(38,9) not null,
        price_minor int not null,
        currency text not null,
        pack_id text null,
        validity_months int null,
        invoicing boolean not null,
        description text not null,
        provider text null,
        payment_method_id text null,
        payment_method_ref text null,
        card_fingerprint text null,
        payment_id text null,
        attempt int not null,
        lookups int not null,
        next_attempt_at timestamptz(3) not null,
        last_error_code text not null,
        last_error_message text not null,
        action_url text null,
        invoice_id text null,
        transaction_id text null,
        idempotency_key text null,
        request_hash text not null,
        request_id text not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        settled_at timestamptz(3) null,
        created_by text not null
      )`);
        this.addSql(`create index top_up_wallet_index on top_up (wallet_id, created_at)`);
        this.addSql(`create index top_up_due_index on top_up (next_attempt_at) where top_up_status in (${OPEN_STATUSES})`);
        this.addSql(`create index top_up_customer_index on top_up (tenant_id, environment_id, customer_id)`);
        // The wall behind the decision: two automatic charges of one wallet can't be under way at once, nor two clicks.
        this.addSql(`create unique index top_up_one_automatic_unique on top_up (wallet_id)
         where is_automatic and top_up_status in (${OPEN_STATUSES})`);
        this.addSql(`create unique index top_up_one_purchase_unique on top_up (wallet_id)
         where not is_automatic and not invoicing and top_up_status in (${OPEN_STATUSES})`);
        this.addSql(`alter table top_up add constraint top_up_key_unique unique (tenant_id, environment_id, idempotency_key)`);
        this.addSql(`alter table top_up add constraint top_up_payment_unique unique (payment_id)`);
        this.addSql(`
      create table top_up_attempt (
        top_up_id text not null,
        attempt int not null,
        wallet_id text not null,
        card_fingerprint text not null,
        outcome text not null,
        code text not null,
        message text not null,
        started_at timestamptz(3) not null,
        finished_at timestamptz(3) null,
        primary key (top_up_id, attempt)
      )`);
        this.addSql(`create index top_up_attempt_card_index on top_up_attempt (card_fingerprint, started_at)`);
        this.addSql(`create index top_up_attempt_wallet_index on top_up_attempt (wallet_id, started_at)`);
        this.addSql(`
      create table top_up_decision (
        wallet_id text not null,
        id text not null,
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        trigger text not null check (trigger in ('threshold', 'insufficient', 'expiration')),
        rule_version int not null,
        verdict text not null check (verdict in ('buy', 'skip')),
        code text not null,
        reason text not null,
        available numeric(38,9) not null,
        posted numeric(38,9) not null,
        held numeric(38,9) not null,
        required numeric(38,9) null,
        open_top_up_ids jsonb not null,
        top_up_id text null,
        credits numeric(38,9) null,
        price_minor int null,
        currency text null,
        next_evaluation_at timestamptz(3) null,
        occurrences int not null,
        last_seen_at timestamptz(3) not null,
        created_at timestamptz(3) not null,
        dedupe_key text not null,
        primary key (wallet_id, id)
      )`);
        this.addSql(`alter table top_up_decision add constraint top_up_decision_dedupe_unique unique (wallet_id, dedupe_key)`);
        this.addSql(`create index top_up_decision_wallet_index on top_up_decision (wallet_id, last_seen_at)`);
    }
}
//# sourceMappingURL=Migration20261121060000_top_ups.js.map