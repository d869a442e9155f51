import { Migration } from '@mikro-orm/migrations';

const IN_FLIGHT = `'created', 'charging', 'unknown', 'processing', 'requires_action', 'retry_wait', 'canceling', 'refund_due'`;
const OPEN = `${IN_FLIGHT}, 'awaiting_payment', 'overdue'`;

/**
 * A charge is judged again before it is made, and may end as canceled; an invoice blocks no card; a wallet's rules are
 * looked at when time can change the answer, and at no other time.
 */
export class Migration20261121190000_agreements extends Migration {
  override up(): void {
    this.addSql(`alter table top_up drop constraint top_up_top_up_status_check`);
    this.addSql(
      `alter table top_up add constraint top_up_top_up_status_check
         check (top_up_status in (${OPEN}, 'succeeded', 'failed', 'canceled', 'refunded'))`,
    );
    this
      .addSql(`alter table top_up add column charged_at timestamptz(3) null, add column action_requested_at timestamptz(3) null,
      add column recheck_at timestamptz(3) null`);
    this.addSql(`drop index top_up_due_index`);
    this.addSql(`create index top_up_due_index on top_up (next_attempt_at) where top_up_status in (${OPEN})`);
    this.addSql(`create index top_up_open_index on top_up (wallet_id) where top_up_status in (${OPEN})`);
    this.addSql(`create index top_up_recheck_index on top_up (recheck_at) where recheck_at is not null`);
    this.addSql(`drop index top_up_one_automatic_unique`);
    this.addSql(
      `create unique index top_up_one_automatic_unique on top_up (wallet_id)
         where is_automatic and not invoicing and top_up_status in (${IN_FLIGHT})`,
    );
    this.addSql(
      `create unique index top_up_one_invoice_unique on top_up (wallet_id)
         where is_automatic and invoicing and top_up_status in ('created', 'awaiting_payment')`,
    );
    this.addSql(`drop index top_up_one_purchase_unique`);
    this.addSql(
      `create unique index top_up_one_purchase_unique on top_up (wallet_id)
         where not is_automatic and not invoicing and top_up_status in (${IN_FLIGHT})`,
    );

    this.addSql(`alter table top_up_guard alter column next_evaluation_at drop not null`);
    this.addSql(`drop index top_up_guard_due_index`);
    this.addSql(
      `create index top_up_guard_due_index on top_up_guard (next_evaluation_at) where next_evaluation_at is not null`,
    );
    this
      .addSql(`alter table top_up_guard add column paused_card text null, add column history_seconds int not null default 86400,
      add column monthly_amount_currency text null, add column noticed text not null default ''`);
    this.addSql(
      `update top_up_guard g set monthly_amount_currency = w.currency from wallet w
         where w.id = g.wallet_id and g.monthly_amount_minor is not null`,
    );
    this.addSql(
      `update top_up_guard g set history_seconds = greatest(86400, (r.cooldown ->> 'value')::numeric *
           case r.cooldown ->> 'unit' when 'day' then 86400 when 'hour' then 3600 when 'minute' then 60 else 1 end)
         from top_up_rule r where r.wallet_id = g.wallet_id and r.cooldown is not null`,
    );
    this.addSql(
      `update top_up_guard g set paused_card = (
         select a.card_fingerprint from top_up_attempt a where a.wallet_id = g.wallet_id order by a.started_at desc limit 1)
       where g.paused_at is not null`,
    );
    // Whoever has a top-up has a guard: it is what tells the ledger to look for them.
    this.addSql(
      `insert into top_up_guard (wallet_id, tenant_id, environment_id, max_per_hour, max_units, pause_reason, updated_at)
         select distinct t.wallet_id, t.tenant_id, t.environment_id, 3, 20, '', now() from top_up t
         where not exists (select 1 from top_up_guard g where g.wallet_id = t.wallet_id)`,
    );

    this.addSql(`alter table top_up_decision drop constraint top_up_decision_verdict_check`);
    this.addSql(`alter table top_up_decision drop constraint top_up_decision_trigger_check`);
    this.addSql(
      `alter table top_up_decision add constraint top_up_decision_verdict_check check (verdict in ('buy', 'skip', 'cancel'))`,
    );
    this.addSql(
      `alter table top_up_decision add constraint top_up_decision_trigger_check
         check (trigger in ('threshold', 'insufficient', 'expiration', 'manual'))`,
    );
    this.addSql(`alter table top_up_decision add column figures jsonb null`);
  }
}
