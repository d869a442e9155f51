import { Migration } from '@mikro-orm/migrations';

/** Wallets, lots, entries, holds and idempotency keys: everything that one ledger transaction writes. */
export class Migration20261121050000_ledger extends Migration {
  override up(): void {
    this.addSql(`
      create table wallet (
        id text primary key,
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        currency text not null,
        wallet_type text not null check (wallet_type in ('PRE_PAID', 'POST_PAID')),
        wallet_status text not null check (wallet_status in ('active', 'frozen', 'closed')),
        name text not null,
        description text not null,
        metadata jsonb not null,
        allowed_price_types jsonb not null,
        conversion_rate numeric(10,5) not null,
        topup_conversion_rate numeric(10,5) not null,
        credit_balance numeric(38,9) not null,
        held numeric(38,9) not null,
        debt numeric(38,9) not null,
        overdraft_limit numeric(38,9) not null,
        sequence int not null,
        last_entry_hash text not null,
        last_entry_at timestamptz(3) null,
        alert_settings jsonb null,
        alert_state text not null check (alert_state in ('ok', 'info', 'warning', 'in_alarm')),
        credit_alert_state text not null check (credit_alert_state in ('ok', 'info', 'warning', 'in_alarm')),
        status text not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        updated_by text not null,
        constraint wallet_held_check check (held >= 0),
        constraint wallet_debt_check check (debt >= 0 and credit_balance >= -debt)
      ) with (fillfactor = 50)`);
    this.addSql(`create index wallet_customer_index on wallet (tenant_id, environment_id, customer_id)`);
    this.addSql(
      `create unique index wallet_one_active_unique on wallet (tenant_id, environment_id, customer_id, currency, wallet_type)
         where wallet_status = 'active'`,
    );

    this.addSql(`
      create table lot (
        wallet_id text not null,
        id text not null,
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        source text not null check (source in ('purchased', 'free')),
        priority int null,
        granted numeric(38,9) not null,
        remaining numeric(38,9) not null,
        held numeric(38,9) not null,
        expires_at timestamptz(3) null,
        renewal_id text null,
        is_open boolean not null,
        created_at timestamptz(3) not null,
        primary key (wallet_id, id),
        constraint lot_bounds_check check (0 <= held and held <= remaining and remaining <= granted)
      ) with (fillfactor = 70)`);
    this.addSql(`create index lot_open_index on lot (wallet_id) where is_open`);
    this.addSql(`create index lot_expiring_index on lot (expires_at) where is_open and expires_at is not null`);

    // No foreign keys on the hot path: the writer holds the wallet's lock, and the invariants are checked by SQL.
    this.addSql(`
      create table entry (
        wallet_id text not null,
        created_at timestamptz(3) not null,
        id text not null,
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        currency text not null,
        sequence int not null,
        type text not null check (type in ('credit', 'debit')),
        credits numeric(38,9) not null,
        balance_before numeric(38,9) not null,
        balance_after numeric(38,9) not null,
        debt_change numeric(38,9) not null,
        rate numeric(10,5) not null,
        reason text not null check (reason in ('FREE_CREDIT_GRANT', 'SUBSCRIPTION_CREDIT_GRANT',
          'PURCHASED_CREDIT_DIRECT', 'PURCHASED_CREDIT_INVOICED', 'PURCHASED_CREDIT_BONUS', 'CREDIT_NOTE',
          'INVOICE_VOID_REFUND', 'MANUAL_BALANCE_DEBIT', 'CREDIT_EXPIRED', 'WALLET_TERMINATION')),
        counter_account text not null
          check (counter_account in ('purchase', 'promotion', 'usage', 'expiry', 'refund', 'adjustment')),
        reference_type text not null check (reference_type in ('EXTERNAL', 'REQUEST', 'PAYMENT', 'INVOICE', '')),
        reference_id text not null,
        description text not null,
        metadata jsonb not null,
        idempotency_key text not null,
        parent_id text null,
        top_up_id text null,
        request_id text not null,
        hash text not null,
        created_by text not null,
        primary key (wallet_id, created_at, id)
      )`);
    this.addSql(`create unique index entry_sequence_unique on entry (wallet_id, sequence)`);
    this.addSql(
      `create unique index entry_idempotency_key_unique on entry (wallet_id, idempotency_key) where idempotency_key <> ''`,
    );
    this.addSql(`create unique index entry_top_up_unique on entry (wallet_id, top_up_id) where top_up_id is not null`);
    this.addSql(`create index entry_id_index on entry (id)`);
    this.addSql(`create index entry_scope_index on entry (tenant_id, environment_id, created_at)`);

    this.addSql(`
      create table entry_lot (
        wallet_id text not null,
        entry_id text not null,
        lot_id text not null,
        kind text not null check (kind in ('grant', 'consume', 'repay', 'expire')),
        credits numeric(38,9) not null,
        primary key (wallet_id, entry_id, lot_id, kind)
      )`);
    this.addSql(`create index entry_lot_lot_index on entry_lot (wallet_id, lot_id)`);

    for (const table of ['entry', 'entry_lot']) {
      this.addSql(`
        create function ${table}_${table}_append_only_fn() returns trigger as $$ begin
          raise exception 'the ledger is append-only: corrections are new entries' using errcode = 'restrict_violation';
        end; $$ language plpgsql`);
      this.addSql(
        `create trigger ${table}_append_only before update or delete on ${table}
           for each row execute function ${table}_${table}_append_only_fn()`,
      );
    }

    this.addSql(`
      create table hold (
        wallet_id text not null,
        id text not null,
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        credits numeric(38,9) not null,
        captured numeric(38,9) not null,
        hold_status text not null check (hold_status in ('open', 'captured', 'released', 'expired')),
        expires_at timestamptz(3) null,
        description text not null,
        metadata jsonb not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        primary key (wallet_id, id),
        constraint hold_captured_check check (captured >= 0)
      )`);
    this.addSql(`create index hold_wallet_index on hold (wallet_id, created_at)`);
    this.addSql(
      `create index hold_expiring_index on hold (expires_at) where hold_status = 'open' and expires_at is not null`,
    );
    this.addSql(`
      create table hold_lot (
        wallet_id text not null,
        hold_id text not null,
        lot_id text not null,
        held numeric(38,9) not null,
        position int not null,
        primary key (wallet_id, hold_id, lot_id),
        constraint hold_lot_held_check check (held >= 0)
      )`);

    this.addSql(`
      create table pending_credit (
        wallet_id text not null,
        id text not null,
        tenant_id text not null,
        environment_id text not null,
        customer_id text not null,
        credits numeric(38,9) not null,
        bonus_credits numeric(38,9) not null,
        bonus_expires_at timestamptz(3) null,
        balance numeric(38,9) not null,
        reason text not null check (reason in ('FREE_CREDIT_GRANT', 'SUBSCRIPTION_CREDIT_GRANT',
          'PURCHASED_CREDIT_DIRECT', 'PURCHASED_CREDIT_INVOICED', 'PURCHASED_CREDIT_BONUS', 'CREDIT_NOTE',
          'INVOICE_VOID_REFUND')),
        pending_status text not null check (pending_status in ('pending', 'completed', 'failed')),
        priority int null,
        expires_at timestamptz(3) null,
        reference_id text not null,
        description text not null,
        metadata jsonb not null,
        idempotency_key text not null,
        top_up_id text not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        primary key (wallet_id, id)
      )`);
    this.addSql(`create index pending_credit_scope_index on pending_credit (tenant_id, environment_id, created_at)`);
    this.addSql(`create index pending_credit_id_index on pending_credit (id)`);

    this.addSql(`
      create table idempotency_key (
        tenant_id text not null,
        environment_id text not null,
        key text not null,
        request_hash text not null,
        outcome text not null check (outcome in ('answer', 'refusal')),
        body text not null,
        created_at timestamptz(3) not null,
        primary key (tenant_id, environment_id, key)
      )`);
    this.addSql(`create index idempotency_key_created_index on idempotency_key using brin (created_at)`);
  }
}
