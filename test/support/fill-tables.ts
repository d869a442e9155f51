/** Holds, spent lots, alerts, events, rows of the audit log and credits that wait for an invoice: thousands of each. */
export function fillRest(id: string, count: number): string {
  const ids = `w.shard, w.id, 'x' || w.id || n, w.tenant_id, w.environment_id, w.customer_id`;
  const rows = `from wallet w, generate_series(1, ${count}) n where w.id = '${id}'`;
  const at = `now() - n * interval '1 minute'`;
  return `
    insert into hold (shard, wallet_id, id, tenant_id, environment_id, customer_id, credits, overage, captured, hold_status,
      expires_at, description, metadata, created_at, updated_at, created_by)
    select ${ids}, 1, 0, 1, 'captured', ${at}, '', '{}', ${at}, ${at}, '' ${rows};
    insert into lot (shard, wallet_id, id, tenant_id, environment_id, customer_id, source, priority, granted, remaining,
      held, expires_at, renewal_id, is_open, created_at)
    select ${ids}, 'free', null, 1, 0, 0, ${at}, null, false, ${at} ${rows};
    insert into alert_log (shard, wallet_id, id, tenant_id, environment_id, customer_id, alert_type, alert_status,
      alert_settings, value_at_time, created_at)
    select ${ids}, 'low_credit_balance', 'ok', '{}', 1, ${at} ${rows};
    insert into webhook_event (shard, wallet_id, id, tenant_id, environment_id, customer_id, event_type, body, created_at)
    select ${ids}, 'wallet.updated', '{}', ${at} ${rows};
    insert into webhook_delivery (shard, event_id, endpoint_id, delivery_status, attempts, next_attempt_at, last_response,
      last_error)
    select w.shard, 'x' || w.id || n, 'endpoint' || n % 7, case when n < 10 then 'pending' else 'delivered' end, 1, ${at}, '', ''
      ${rows};
    insert into audit_log (id, tenant_id, environment_id, at, action, actor_kind, key_id, user_id, address, user_agent,
      request_id, target_kind, target_id)
    select 'x' || w.id || n, w.tenant_id, case when n % 5 > 0 then w.environment_id end, ${at},
      case n % 4 when 0 then 'login.succeeded' when 1 then 'setting.changed' else 'api_key.created' end,
      case n % 50 when 0 then 'operator' else 'key' end, 'key' || n % 9, 'user' || n % 9, '', '', '', 'x', 'target' || n
      ${rows};
    insert into pending_credit (shard, wallet_id, id, tenant_id, environment_id, customer_id, credits, bonus_credits,
      balance, reason, pending_status, reference_id, description, metadata, idempotency_key, top_up_id, created_at,
      updated_at, created_by)
    select ${ids}, 1, 0, 0, 'PURCHASED_CREDIT_INVOICED', case when n < 10 then 'pending' else 'completed' end, '', '',
      '{}', '', 't' || n, ${at}, ${at}, '' ${rows}`;
}

/** Charges, invoices of each second one, and payments of these. */
export function fillMoney(id: string, count: number): string {
  const rows = `from wallet w, generate_series(1, ${count}) n where w.id = '${id}'`;
  const at = `now() - n * interval '1 minute'`;
  const number = `(select count(*) from invoice) + n`;
  return `
    insert into top_up (shard, id, tenant_id, environment_id, customer_id, wallet_id, trigger, is_automatic, rule_version,
      top_up_status, units, credits, price_minor, currency, discounts, invoicing, description, provider, payment_id,
      attempt, lookups, next_attempt_at, last_error_code, last_error_message, invoice_id, request_hash, request_id,
      created_at, updated_at, settled_at, created_by)
    select w.shard, 't' || w.id || n, w.tenant_id, w.environment_id, w.customer_id, w.id, 'manual', false, 0, 'succeeded', 1, 1,
      100, 'usd', '[]', n % 2 = 0, '', 'sandbox', 'p' || w.id || n, n % 2, 0, ${at}, '', '', 'i' || w.id || n, '', '',
      ${at}, ${at}, ${at}, '' ${rows};
    insert into top_up_attempt (shard, top_up_id, attempt, wallet_id, card_fingerprint, outcome, code, message, started_at)
    select w.shard, 't' || w.id || n, 1, w.id, 'f', 'succeeded', '', '', ${at} ${rows} and n % 2 = 1;
    insert into invoice (id, tenant_id, environment_id, customer_id, wallet_id, top_up_id, number, invoice_number,
      invoice_status, payment_status, billing_reason, currency, description, subtotal_minor, discount_minor, tax_minor,
      total_minor, paid_minor, refunded_minor, line_items, discounts, taxes, metadata, idempotency_key, version, status,
      created_at, updated_at, created_by, updated_by)
    select 'i' || w.id || n, w.tenant_id, w.environment_id, w.customer_id, w.id, 't' || w.id || n, ${number},
      'INV-' || n, 'FINALIZED', 'SUCCEEDED', 'MANUAL', 'usd', '', 100, 0, 0, 100, 100, 0, '[]', '[]', '[]', '{}', '', 1,
      'published', ${at}, ${at}, '', '' ${rows};
    insert into invoice_payment (id, tenant_id, environment_id, invoice_id, amount_minor, reference, created_at, created_by)
    select 'r' || w.id || n, w.tenant_id, w.environment_id, 'i' || w.id || n, 100, 'r' || w.id || n, ${at}, ''
      ${rows} and n % 2 = 0;
    insert into refund (id, tenant_id, environment_id, customer_id, wallet_id, top_up_id, provider, payment_id,
      provider_refund_id, origin, refund_status, amount_minor, currency, on_spent, credits, debt_credits,
      forgiven_credits, bonus_credits, reason, failure_message, lookups, next_attempt_at, request_id, created_at,
      updated_at, finished_at, created_by)
    select 'g' || w.id || n, w.tenant_id, w.environment_id, w.customer_id, w.id, 't' || w.id || n, w.id,
      'p' || w.id || n, 'g' || n, 'request', 'succeeded', 1, 'usd', 'debt', 0, 0, 0, 0, '', '', 0, ${at}, '', ${at},
      ${at}, ${at}, '' ${rows};
    insert into dispute (id, tenant_id, environment_id, customer_id, wallet_id, top_up_id, provider, payment_id,
      provider_dispute_id, dispute_status, amount_minor, currency, fee_minor, reason, frozen_credits, credits,
      debt_credits, forgiven_credits, bonus_credits, created_at, updated_at)
    select 'd' || w.id || n, w.tenant_id, w.environment_id, w.customer_id, w.id, 't' || w.id || n, w.id,
      'p' || w.id || n, 'd' || n, 'won', 1, 'usd', 0, '', 0, 0, 0, 0, 0, ${at}, ${at} ${rows};
    insert into reconciliation_payment (run_id, payment_id) select 'run', 'p' || w.id || n ${rows};
    insert into reconciliation_difference (id, tenant_id, environment_id, provider, kind, subject, state, repair,
      occurred_at, first_seen_at, last_seen_at, last_run_id, resolved_by, note)
    select 'e' || w.id || n, w.tenant_id, w.environment_id, 'sandbox', 'amount', 'p' || w.id || n,
      case when n % 20 = 0 then 'open' else 'repaired' end, 'person', ${at}, ${at}, ${at}, '', '', '' ${rows}`;
}

/** Figures of many days and what was streamed: a row for each commit. */
export function fillFigures(id: string, streamed: number, figures: number): string {
  const rows = (count: number) => `from wallet w, generate_series(1, ${count}) n where w.id = '${id}'`;
  return `
    insert into ledger_figure (shard, environment_id, day, currency, id, tenant_id, conversion_rate, reason,
      counter_account, entries, credits, purchased, free, charged_minor)
    select n % 256, w.environment_id, to_char(now() - n % 300 * interval '1 day', 'YYYY-MM-DD'), 'usd', 'f' || w.id || n,
      w.tenant_id, 1, 'MANUAL_BALANCE_DEBIT', 'usage', 1, -1, 0, -1, 0 ${rows(figures)};
    insert into streamed_event (shard, environment_id, stream_order, id, tenant_id, customer_id, wallet_id, event_type, body,
      created_at)
    select w.shard, w.environment_id, n, 's' || w.id || n, w.tenant_id, w.customer_id, w.id, 'wallet.updated', '{}', now() ${rows(streamed)}`;
}

/** Closed copies of a wallet, a second apart, so many of them of its customer: those of before a customer opened it anew. */
export function fillWallets(id: string, count: number, ofCustomer: number): string {
  return `
    insert into wallet select (jsonb_populate_record(w, jsonb_build_object('id', w.id || '_' || n,
      'shard', shard_of(w.id || '_' || n),
      'customer_id', case when n <= ${ofCustomer} then w.customer_id else 'other_' || n end, 'wallet_status', 'closed',
      'created_at', w.created_at - interval '1 day' - n * interval '1 second'))).*
    from wallet w, generate_series(1, ${count}) n where w.id = '${id}';
    ${COUNT_WALLETS}`;
}

/** As the commits that open wallets do, for those that were written behind the ledger's back. */
export const COUNT_WALLETS = `
  insert into wallet_count (tenant_id, environment_id, customer_id, wallets)
  select tenant_id, environment_id, '', count(*) from wallet group by 1, 2
  union all
  select tenant_id, environment_id, customer_id, count(*) from wallet group by 1, 2, 3
  on conflict (tenant_id, environment_id, customer_id) do update set wallets = excluded.wallets`;
