import pg from 'pg';
import type { ChargeSummary, ReceivedCall } from '../stripe-stand-in/books/movement.js';
import { findBreachesOf } from '../support/database-breaches.js';
import type { StandInProcess } from './stand-in-process.js';

export interface EntryRow {
  walletId: string;
  description: string;
  /** Signed, plain notation. */
  credits: string;
  topUpId: string | null;
}

export interface TopUpRow {
  id: string;
  walletId: string;
  customerId: string;
  status: string;
  paymentId: string | null;
  attempt: number;
  priceMinor: number;
  credits: string;
  isAutomatic: boolean;
  /** When its last attempt was allowed, milliseconds since 1970; null where none was. */
  chargedAt: number | null;
  declines: number;
}

export interface RuleRow {
  walletId: string;
  enabled: boolean;
  threshold: string;
  amount: string;
}

/** All that the three parties say when everything is over: the database, the card networks, and the ledger's own sums. */
export interface Evidence {
  charges: ChargeSummary[];
  calls: ReceivedCall[];
  entries: EntryRow[];
  topUps: TopUpRow[];
  rules: RuleRow[];
  balances: { walletId: string; balance: string }[];
  eventsKeptTwice: string[];
  breaches: string[];
}

/** How many top-ups are in a state that ends by itself. */
const BUSY = `not invoicing and top_up_status in ('created', 'charging', 'unknown', 'processing', 'canceling', 'refund_due')`;
const OPEN = `${BUSY.slice(0, -1)}, 'requires_action', 'retry_wait')`;

export async function countUnresolved(databaseUrl: string, which: 'busy' | 'open'): Promise<number> {
  const [row] = await ask<{ count: number }>(
    databaseUrl,
    `select ((select count(*) from top_up where ${which === 'busy' ? BUSY : OPEN})
       + (select count(*) from refund where refund_status = 'pending'))::int as count`,
  );
  return row?.count ?? 0;
}

/**
 * In an order in which what is read later can only explain what was read before, as long as the load goes on.
 * @param isAtRest whether the load is over; the sums of the ledger are taken only then
 */
export async function gather(databaseUrl: string, standIn: StandInProcess, isAtRest: boolean): Promise<Evidence> {
  const calls = await standIn.calls();
  return {
    calls,
    ...(await gatherRows(databaseUrl)),
    breaches: isAtRest ? await findBreachesOf(databaseUrl) : [],
    charges: await standIn.charges(),
  };
}

async function gatherRows(databaseUrl: string): Promise<Omit<Evidence, 'calls' | 'breaches' | 'charges'>> {
  return {
    entries: await ask(
      databaseUrl,
      `select wallet_id as "walletId", description, credits::text, top_up_id as "topUpId" from entry`,
    ),
    topUps: await ask(
      databaseUrl,
      `select t.id, t.wallet_id as "walletId", t.customer_id as "customerId", top_up_status as status,
         payment_id as "paymentId", attempt, price_minor as "priceMinor", credits::text, is_automatic as "isAutomatic",
         extract(epoch from charged_at)::float8 * 1000 as "chargedAt",
         (select count(*)::int from top_up_attempt a where a.top_up_id = t.id and a.outcome = 'declined') as declines
       from top_up t`,
    ),
    rules: await ask(
      databaseUrl,
      `select wallet_id as "walletId", enabled, threshold_credits::text as threshold, unit_credits::text as amount
       from top_up_rule`,
    ),
    balances: await ask(databaseUrl, `select id as "walletId", credit_balance::text as balance from wallet`),
    eventsKeptTwice: (
      await ask<{ id: string }>(databaseUrl, 'select id from provider_event group by id having count(*) > 1')
    ).map(({ id }) => id),
  };
}

async function ask<Row>(databaseUrl: string, query: string): Promise<Row[]> {
  const client = new pg.Client(databaseUrl);
  // PostgreSQL may be stopped in between: then the query fails, too, and says so.
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query(query);
    return rows as Row[];
  } finally {
    await client.end();
  }
}
