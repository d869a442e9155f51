/** Entries of one lot: a grant and the debits of one credit that exhaust it. */
const ENTRIES_PER_LOT = 1000;
const CREDITS_PER_LOT = ENTRIES_PER_LOT - 1;

export interface Filling {
  /** Empty: no transaction yet. */
  walletId: string;
  entries: number;
  /** When the first and the last of them were made. */
  from: Date;
  to: Date;
}

/**
 * Statements that give an empty wallet a long past, far faster than the ledger would: every thousandth entry grants
 * 999 credits, purchased and free in turn, and the ones between spend one each. All sums hold; only the hashes are
 * not chained.
 */
export function fillStatements({ walletId, entries, from, to }: Filling): string[] {
  const wallet = `'${walletId.replaceAll("'", "''")}'`;
  const id = (number: string) => `w.id || '_' || lpad((${number})::text, 10, '0')`;
  const isGrant = `(n - 1) % ${ENTRIES_PER_LOT} = 0`;
  const lotNumber = `n - (n - 1) % ${ENTRIES_PER_LOT}`;
  const isPurchased = `((n - 1) / ${ENTRIES_PER_LOT}) % 2 = 0`;
  const ofPurchase = isPurchased.replace('(n - 1)', '(e.sequence - 1)');
  const left = `${CREDITS_PER_LOT} - (n - 1) % ${ENTRIES_PER_LOT}`;
  const at = `timestamptz '${from.toISOString()}' + (timestamptz '${to.toISOString()}' - timestamptz '${from.toISOString()}') * ((n - 1)::float8 / ${Math.max(1, entries - 1)})`;
  const numbers = `from wallet w, generate_series(1, ${entries}) n where w.id = ${wallet}`;
  const lastLeft = CREDITS_PER_LOT - ((entries - 1) % ENTRIES_PER_LOT);
  return [
    `insert into entry (shard, wallet_id, created_at, id, tenant_id, environment_id, customer_id, currency, sequence, type,
       credits, balance_before, balance_after, debt_change, rate, reason, counter_account, reference_type, reference_id,
       description, metadata, idempotency_key, request_id, hash, created_by)
     select w.shard, w.id, ${at}, ${id('n')}, w.tenant_id, w.environment_id, w.customer_id, w.currency, n,
       case when ${isGrant} then 'credit' else 'debit' end, case when ${isGrant} then ${CREDITS_PER_LOT} else -1 end,
       case when ${isGrant} then 0 else ${left} + 1 end, ${left}, 0, 1,
       case when not ${isGrant} then 'MANUAL_BALANCE_DEBIT'
         when ${isPurchased} then 'PURCHASED_CREDIT_DIRECT' else 'FREE_CREDIT_GRANT' end,
       case when not ${isGrant} then 'usage' when ${isPurchased} then 'purchase' else 'promotion' end,
       'REQUEST', 'request-' || n, 'Entry number ' || n, '{}', w.id || n, 'req_fill', 'not chained', ''
     ${numbers}`,
    `insert into lot (shard, wallet_id, id, tenant_id, environment_id, customer_id, source, priority, granted, remaining, held,
       expires_at, renewal_id, is_open, created_at)
     select w.shard, w.id, ${id('n')}, w.tenant_id, w.environment_id, w.customer_id,
       case when ${isPurchased} then 'purchased' else 'free' end, null, ${CREDITS_PER_LOT},
       case when n + ${CREDITS_PER_LOT} <= ${entries} then 0 else ${lastLeft} end, 0, null, null,
       n + ${CREDITS_PER_LOT} > ${entries} and ${lastLeft} > 0, ${at}
     ${numbers} and ${isGrant}`,
    `insert into entry_lot (shard, wallet_id, entry_id, lot_id, kind, credits, sequence, remaining_after)
     select w.shard, w.id, ${id('n')}, ${id(lotNumber)}, case when ${isGrant} then 'grant' else 'consume' end,
       case when ${isGrant} then ${CREDITS_PER_LOT} else -1 end, n, ${left}
     ${numbers}`,
    `insert into ledger_figure (shard, environment_id, day, currency, id, tenant_id, conversion_rate, reason, counter_account,
       entries, credits, purchased, free, charged_minor)
     select e.shard, e.environment_id, to_char(e.created_at at time zone 'utc', 'YYYY-MM-DD') as day, e.currency, min(e.id),
       e.tenant_id, w.conversion_rate, e.reason, e.counter_account, count(*), sum(e.credits),
       coalesce(sum(e.credits) filter (where ${ofPurchase}), 0), coalesce(sum(e.credits) filter (where not ${ofPurchase}), 0), 0
     from wallet w join entry e on e.shard = w.shard and e.wallet_id = w.id
     where w.id = ${wallet}
     group by e.shard, e.environment_id, day, e.currency, e.tenant_id, w.conversion_rate, e.reason, e.counter_account`,
    `update wallet set sequence = ${entries}, credit_balance = ${lastLeft}, last_entry_hash = 'not chained',
       last_entry_at = '${to.toISOString()}', created_at = least(created_at, '${from.toISOString()}') where id = ${wallet}`,
  ];
}
