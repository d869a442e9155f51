import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

/** Credits of each lot: more than any run can spend. */
const CREDITS = '100000000';

/** Opens wallets of three lots each (two with a priority), over so many connections at a time. */
export async function openWallets(url: string, apiKey: string, count: number, connections: number): Promise<string[]> {
  const openWallet = async (number: number): Promise<string> => {
    const id = await openOne(url, apiKey, `bench-${number}`, CREDITS);
    for (const priority of [1, 2]) {
      const lot = { credits_to_add: CREDITS, transaction_reason: 'FREE_CREDIT_GRANT', priority };
      await post(url, apiKey, `/v1/wallets/${id}/top-up`, { ...lot, idempotency_key: `${id}-${priority}` });
    }
    return id;
  };
  const walletIds: string[] = [];
  let opened = 0;
  const openNext = async (): Promise<void> => {
    while (opened < count) {
      opened += 1;
      walletIds.push(await openWallet(opened));
    }
  };
  await Promise.all(Array.from({ length: connections }, openNext));
  return walletIds;
}

/** One wallet of so many open lots, all of which outlive the run. */
export async function openWalletOfLots(
  url: string,
  apiKey: string,
  lots: number,
  connections: number,
): Promise<string> {
  const id = await openOne(url, apiKey, `bench-lots-${lots}`, CREDITS);
  let granted = 1;
  const grantNext = async (): Promise<void> => {
    while (granted < lots) {
      granted += 1;
      const lot = { credits_to_add: CREDITS, transaction_reason: 'FREE_CREDIT_GRANT', priority: granted % 7 };
      await post(url, apiKey, `/v1/wallets/${id}/top-up`, { ...lot, idempotency_key: `${id}-${granted}` });
    }
  };
  await Promise.all(Array.from({ length: connections }, grantNext));
  return id;
}

/** Wallets without a transaction, to be given a past. */
export async function openEmptyWallets(url: string, apiKey: string): Promise<{ short: string; long: string }> {
  return {
    short: await openOne(url, apiKey, 'bench-short', '0'),
    long: await openOne(url, apiKey, 'bench-long', '0'),
  };
}

/** Wallets with a lot and a rule each that nothing is due for, as copies of one that is there. */
export async function seedIdleWallets(client: pg.Client, count: number): Promise<void> {
  const copies = `from (select * from wallet order by id limit 1) w, generate_series(1, ${count}) n`;
  const owner = `w.tenant_id, w.environment_id`;
  const customer = `'sweepc_' || n`;
  const shard = `shard_of('sweep_' || n)`;
  await client.query(
    `insert into wallet (shard, id, tenant_id, environment_id, customer_id, currency, wallet_type, wallet_status, name,
       description, metadata, allowed_price_types, conversion_rate, topup_conversion_rate, credit_balance, held, debt,
       overdraft_limit, sequence, last_entry_hash, last_entry_at, alert_settings, alert_state, credit_alert_state, status,
       created_at, updated_at, created_by, updated_by)
     select ${shard}, 'sweep_' || n, ${owner}, ${customer}, currency, wallet_type, 'active', name, '', '{}', allowed_price_types,
       conversion_rate, topup_conversion_rate, 1000, 0, 0, 0, 0, '', null, null, 'ok', 'ok', status, now(), now(), '', ''
     ${copies}`,
  );
  await client.query(
    `insert into lot (shard, wallet_id, id, tenant_id, environment_id, customer_id, source, priority, granted, remaining, held,
       expires_at, renewal_id, is_open, created_at)
     select ${shard}, 'sweep_' || n, 'sweepl_' || n, ${owner}, ${customer}, 'free', null, 1000, 1000, 0, null, null, true, now() ${copies}`,
  );
  await client.query(
    `insert into top_up_rule (shard, wallet_id, trigger, tenant_id, environment_id, customer_id, enabled, version,
       threshold_credits, unit_credits, invoicing, pause_reason, created_at, updated_at, updated_by)
     select ${shard}, 'sweep_' || n, 'threshold', ${owner}, ${customer}, true, 1, 10, 50, false, '', now(), now(), '' ${copies}`,
  );
  await client.query(
    `insert into top_up_guard (shard, wallet_id, tenant_id, environment_id, max_per_hour, max_units, pause_reason,
       next_evaluation_at, updated_at)
     select ${shard}, 'sweep_' || n, ${owner}, 3, 20, '', null, now() ${copies}`,
  );
  await client.query('vacuum analyze');
}

/** First answers of more than 7 days ago, a thousand a second. */
export async function seedOldKeys(client: pg.Client, count: number): Promise<void> {
  await client.query(
    `insert into idempotency_key (tenant_id, environment_id, key, request_hash, outcome, body, created_at)
     select w.tenant_id, w.environment_id, 'old-' || n, repeat('0', 64), 'answer', repeat('x', 300),
       now() - interval '30 days' + n * interval '1 millisecond'
     from (select * from wallet order by id limit 1) w, generate_series(1, ${count}) n`,
  );
  await client.query('vacuum analyze idempotency_key');
}

async function openOne(url: string, apiKey: string, externalId: string, credits: string): Promise<string> {
  const customer = await post(url, apiKey, '/v1/customers', { external_id: externalId, name: externalId });
  const wallet = { customer_id: customer.id, currency: 'usd', initial_credits_to_load: credits };
  return (await post(url, apiKey, '/v1/wallets', wallet)).id;
}

export async function post(url: string, apiKey: string, path: string, body: object): Promise<{ id: string }> {
  const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  // On a machine that is slow beside other work, preparing may be more than the service takes at once.
  if (response.status === 503 || response.status === 429) {
    await delay(Number(response.headers.get('retry-after') ?? 1) * 1000);
    return post(url, apiKey, path, body);
  }
  if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as { id: string };
}
