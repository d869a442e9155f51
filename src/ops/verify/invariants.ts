import { IsolationLevel } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { isDistributed } from '../../shared/distribution.js';
import { OPEN_STATUS_LIST } from '../../top-ups/purchases/top-up.entity.js';

/** Not so in walks of the ledger alone, which knows no disputes. */
export const FROZEN_FOR_DISPUTES = 'credits are frozen for open disputes, and for nothing else';

/**
 * What must hold of every wallet, and the query that finds where it does not: an empty answer is a sound ledger. None looks
 * beyond the wallets that it is asked about, so a database of any size is looked at in pieces.
 */
export const INVARIANTS: Readonly<Record<string, string>> = {
  'a wallet’s balance is the sum of its entries': `
    select w.id from wallet w left join entry e on e.shard = w.shard and e.wallet_id = w.id
    group by w.id, w.credit_balance having w.credit_balance <> coalesce(sum(e.credits), 0)`,
  'a wallet’s balance is what its lots have left, less its debt': `
    select w.id from wallet w left join lot l on l.shard = w.shard and l.wallet_id = w.id
    group by w.id, w.credit_balance, w.debt having w.credit_balance <> coalesce(sum(l.remaining), 0) - w.debt`,
  'what is on hold is the same on the wallet, its lots and its open holds': `
    select w.id from wallet w where w.held <> (select coalesce(sum(l.held), 0) from lot l where l.shard = w.shard and l.wallet_id = w.id)
      or w.held <> (select coalesce(sum(h.held), 0) from hold_lot h where h.shard = w.shard and h.wallet_id = w.id)`,
  'an ended hold reserves nothing': `
    select h.id from hold h join hold_lot l on l.shard = h.shard and l.wallet_id = h.wallet_id and l.hold_id = h.id
    where h.hold_status <> 'open' and l.held <> 0`,
  'a lot has left what its links say': `
    select l.id from lot l left join entry_lot k on k.shard = l.shard and k.wallet_id = l.wallet_id and k.lot_id = l.id
    group by l.wallet_id, l.id, l.remaining having l.remaining <> coalesce(sum(k.credits), 0)`,
  'a link says what its lot had left after the entry': `
    select k.entry_id from (
      select shard, wallet_id, entry_id, sequence, remaining_after,
        sum(credits) over (partition by shard, wallet_id, lot_id order by sequence) as expected
      from entry_lot) k
    left join entry e on e.shard = k.shard and e.wallet_id = k.wallet_id and e.id = k.entry_id
    where k.sequence is distinct from e.sequence or k.remaining_after <> k.expected`,
  'a lot is open while something remains': `select id from lot where is_open <> (remaining > 0)`,
  'an entry is its links and its change of debt': `
    select e.id from entry e left join entry_lot k on k.shard = e.shard and k.wallet_id = e.wallet_id and k.entry_id = e.id
    group by e.wallet_id, e.id, e.credits, e.debt_change having e.credits <> coalesce(sum(k.credits), 0) - e.debt_change`,
  'nobody owes while there are credits to spend': `
    select id from wallet where debt > 0 and credit_balance + debt - held > 0`,
  'each link of a debit to a lot has a place of its own': `
    select entry_id from entry_lot where kind in ('consume', 'transfer') and credits < 0
    group by wallet_id, entry_id having count(distinct position) <> count(*)`,
  'a wallet’s debt is the sum of the changes': `
    select w.id from wallet w left join entry e on e.shard = w.shard and e.wallet_id = w.id
    group by w.id, w.debt having w.debt <> coalesce(sum(e.debt_change), 0)`,
  'entries are numbered without gaps and their balances follow': `
    select id from (
      select id, sequence, balance_before, balance_after, credits, created_at,
        row_number() over w as position, lag(balance_after, 1, 0) over w as previous,
        lag(created_at) over w as previous_at
      from entry window w as (partition by wallet_id order by sequence)) e
    where sequence <> position or balance_before <> previous or balance_after <> balance_before + credits
      or created_at < previous_at`,
  'the wallet knows its last entry': `
    select w.id from wallet w where w.sequence <> (select count(*) from entry e where e.shard = w.shard and e.wallet_id = w.id)`,
  'a succeeded top-up has exactly one credit, of its size': `
    select t.id from top_up t left join entry e on e.shard = t.shard and e.wallet_id = t.wallet_id and e.top_up_id = t.id
    where t.top_up_status = 'succeeded' group by t.id, t.credits
    having count(e.id) <> 1 or sum(e.credits) <> t.credits`,
  'a credit of a top-up has a succeeded top-up': `
    select e.id from entry e left join top_up t on t.id = e.top_up_id
    where e.top_up_id is not null and t.top_up_status is distinct from 'succeeded'`,
  'the legs of a purchase’s money are what it was charged, and what its invoice says': `
    select t.id from top_up t
    join entry e on e.shard = t.shard and e.wallet_id = t.wallet_id and e.top_up_id = t.id
    join invoice i on i.top_up_id = t.id
    left join entry_charge c on c.shard = e.shard and c.wallet_id = e.wallet_id and c.entry_id = e.id
    where t.top_up_status = 'succeeded' and (c.charged_minor is distinct from t.price_minor
      or c.charged_minor <> i.total_minor or c.tax_minor <> i.tax_minor or c.currency <> t.currency
      or (c.fee_minor > 0) > (t.fee_minor > 0))`,
  'nothing has legs but a purchase with an invoice': `
    select c.entry_id from entry_charge c
    left join entry e on e.shard = c.shard and e.wallet_id = c.wallet_id and e.id = c.entry_id
    left join invoice i on i.top_up_id = e.top_up_id
    where i.id is null`,
  'a purchase has the bonus that was promised with it': `
    select t.id from top_up t
    left join entry e on e.shard = t.shard and e.wallet_id = t.wallet_id and e.parent_id = t.transaction_id and e.reason = 'PURCHASED_CREDIT_BONUS'
    where t.top_up_status = 'succeeded' and t.bonus_credits > 0
    group by t.id, t.bonus_credits having coalesce(sum(e.credits), 0) <> t.bonus_credits`,
  'at most one automatic charge of a wallet is under way': `
    select wallet_id from top_up where is_automatic and not invoicing and top_up_status in (${OPEN_STATUS_LIST})
    group by wallet_id having count(*) > 1`,
  'at most one automatic invoice of a wallet is not due yet': `
    select wallet_id from top_up where is_automatic and invoicing and top_up_status in ('created', 'awaiting_payment')
    group by wallet_id having count(*) > 1`,
  // Banks may take more: a chargeback of all that follows a refund of a part.
  'no more of a payment is sent back than was charged': `
    select t.id from top_up t join refund r on r.top_up_id = t.id and r.refund_status <> 'failed'
    group by t.id, t.price_minor having sum(r.amount_minor) > t.price_minor`,
  'an invoice says how much of its payment has gone back': `
    select i.id from invoice i join top_up t on t.id = i.top_up_id
    where t.payment_id is not null and t.top_up_status = 'succeeded' and i.refunded_minor <> least(i.paid_minor,
      (select coalesce(sum(r.amount_minor), 0) from refund r where r.top_up_id = t.id and r.refund_status = 'succeeded') +
      (select coalesce(sum(d.amount_minor), 0) from dispute d where d.top_up_id = t.id and d.dispute_status = 'lost'))`,
  'a refund or a lost dispute has taken the credits that it says': `
    select r.id from (
      select id, wallet_id, transaction_id, credits from refund where refund_status <> 'failed'
      union all select id, wallet_id, transaction_id, credits from dispute) r
    left join entry e on e.wallet_id = r.wallet_id and e.id = r.transaction_id
    where r.credits <> coalesce(-e.credits, 0)`,
  'a refund that has failed keeps no credits': `
    select id from refund where refund_status = 'failed' and (credits > 0 or bonus_credits > 0)`,
  [FROZEN_FOR_DISPUTES]: `
    select coalesce(h.id, d.id) from hold h
    full join (select * from dispute where hold_id is not null and dispute_status = 'open') d
      on d.hold_id = h.id and d.wallet_id = h.wallet_id
    where (h.purpose = 'dispute' and h.hold_status = 'open') is distinct from (d.id is not null)
      and (h.purpose = 'dispute' or d.id is not null)`,
  'what is of a wallet is of its tenant, and the wallet is there': `
    select r.id from (
      select shard, id, wallet_id, tenant_id, environment_id from entry
      union all select shard, id, wallet_id, tenant_id, environment_id from lot
      union all select shard, id, wallet_id, tenant_id, environment_id from hold
      union all select shard, id, wallet_id, tenant_id, environment_id from top_up) r
    left join wallet w on w.shard = r.shard and w.id = r.wallet_id
    where (r.tenant_id, r.environment_id) is distinct from (w.tenant_id, w.environment_id)`,
};

/** The tables that the queries name, and what says that a row is of one of the wallets. Each has an index for it. */
const TABLES: Readonly<Record<string, string>> = {
  wallet: within('id'),
  entry: within('wallet_id'),
  entry_lot: within('wallet_id'),
  entry_charge: within('wallet_id'),
  lot: within('wallet_id'),
  hold: within('wallet_id'),
  hold_lot: within('wallet_id'),
  top_up: within('wallet_id'),
  // Some are of no wallet: those that matter here are of the top-ups above.
  invoice: 'top_up_id = any (array(select id from top_up))',
  refund: 'wallet_id = any (array(select id from wallet))',
  dispute: 'wallet_id = any (array(select id from wallet))',
};
/** Rows that are shown of each broken invariant. */
const SHOWN = 3;

/** One statement, so it sees all tables as of one instant, also while others write. */
const CHECKS = Object.values(INVARIANTS)
  .map((query, index) => `(select ${index} as invariant, b::text as found from (${query} limit ${SHOWN}) b)`)
  .join(' union all ');
/** Each table is shadowed by its rows of the wallets. */
const shadows = (as: string) =>
  Object.entries(TABLES)
    .map(([table, condition]) => `${table} as ${as} (select * from ${table} where ${condition})`)
    .join(', ');
const OF_WALLETS = `with ${shadows('')}`;
/** Workers hand over what the wallets have, and the coordinator compares: what is asked is more than they join by themselves. */
const GATHERED = `with ${shadows('materialized')}`;

/** The key of a wallet. */
export interface WalletKey {
  shard: number;
  id: string;
}

/** Wallets in the order of their keys: those behind `after`, up to `last` and with it. */
export interface WalletRange {
  after: WalletKey;
  last: WalletKey;
}

/** No wallet's key is before the first, or behind the second. */
export const BEFORE_ALL: WalletKey = { shard: -1, id: '' };
export const BEHIND_ALL: WalletKey = { shard: 256, id: '' };

/**
 * The broken invariants, a line each with up to three rows.
 * @param range the wallets that are looked at; all of them unless given
 */
export async function brokenInvariants(em: EntityManager, range?: WalletRange): Promise<string[]> {
  const rows = await ((await isDistributed(em)) ? readSpread(em, range) : readHere(em, range));
  const names = Object.keys(INVARIANTS);
  return rows.map(({ invariant, found }) => `${names[invariant]}: ${found}`);
}

interface Breach {
  invariant: number;
  found: string;
}

function readHere(em: EntityManager, range?: WalletRange): Promise<Breach[]> {
  return range ? em.execute(`${OF_WALLETS} ${CHECKS}`, boundsOf(range)) : em.execute(CHECKS);
}

/** Each worker shows its own as of one instant, over one connection: all of a wallet is on one. */
function readSpread(
  em: EntityManager,
  range: WalletRange = { after: BEFORE_ALL, last: BEHIND_ALL },
): Promise<Breach[]> {
  return em.transactional(
    async (tx) => {
      await tx.execute('set local citus.max_adaptive_executor_pool_size = 1');
      return tx.execute<Breach[]>(`${GATHERED} ${CHECKS}`, boundsOf(range));
    },
    { isolationLevel: IsolationLevel.REPEATABLE_READ },
  );
}

function within(column: string): string {
  return `(shard, ${column}) > (?::smallint, ?::text) and (shard, ${column}) <= (?::smallint, ?::text)`;
}

/** For each table that is asked by them. */
function boundsOf({ after, last }: WalletRange): (string | number)[] {
  const bounds = [after.shard, after.id, last.shard, last.id];
  return Object.values(TABLES).flatMap((condition) => (condition.includes('?') ? bounds : []));
}
