import type { EntityManager } from '@mikro-orm/postgresql';
import { ALL_SHARDS } from '../../shared/shard.js';

const KIND = 'currency, conversion_rate, reason, counter_account';

/**
 * From the entry to its lots, in the order of the key: left to itself PostgreSQL joins each entry of a wallet with each of its
 * lots, or reads all that the wallet's lots were spent on, and a day takes minutes.
 */
const LOTS_OF_ENTRY = `cross join lateral (
          select k.credits,
            (select l.source from lot l where l.shard = k.shard and l.wallet_id = k.wallet_id and l.id = k.lot_id) as source
          from entry_lot k where k.shard = e.shard and k.wallet_id = e.wallet_id and k.entry_id = e.id
          order by k.lot_id, k.kind offset 0) k`;

/**
 * What must hold of the figures that commits keep of an environment. A day is one statement and so one instant, also while
 * others write: entries and their figures are of one commit. On a cluster workers sum up what they have: nothing is gathered
 * before (`not materialized`), and each part of the union begins with the shard.
 */
export const FIGURE_INVARIANTS: Readonly<Record<'day' | 'left', { name: string; sql: string }>> = {
  day: {
    name: 'figures of a day are the sums of its entries',
    sql: `with written as (
        select ${KIND}, sum(entries) as entries, sum(credits) as credits, sum(purchased) as purchased, sum(free) as free,
          sum(charged_minor) as charged
        from ledger_figure where shard = any(?::smallint[]) and environment_id = ? and day = ? group by ${KIND}),
      day_entry as not materialized (
        select e.*, w.conversion_rate from entry e join wallet w on w.shard = e.shard and w.id = e.wallet_id
        where e.tenant_id = ? and e.environment_id = ? and e.created_at >= ?::timestamptz and e.created_at < ?::timestamptz),
      moved as (
        select e.shard, e.currency, e.conversion_rate, e.reason, e.counter_account, 1 as entries, e.credits,
          0::numeric as purchased, 0::numeric as free, 0::bigint as charged
        from day_entry e
        union all
        select e.shard, e.currency, e.conversion_rate, e.reason, e.counter_account, 0, 0,
          case when k.source = 'purchased' then k.credits else 0 end, case when k.source = 'free' then k.credits else 0 end, 0
        from day_entry e ${LOTS_OF_ENTRY}
        union all
        select e.shard, c.currency, e.conversion_rate, e.reason, e.counter_account, 0, 0, 0, 0, c.charged_minor
        from day_entry e join entry_charge c on c.shard = e.shard and c.wallet_id = e.wallet_id and c.entry_id = e.id),
      summed as (
        select ${KIND}, sum(entries) as entries, sum(credits) as credits, sum(purchased) as purchased, sum(free) as free,
          sum(charged) as charged from moved group by ${KIND})
      select s.* from written f full join summed s using (${KIND})
      where (f.entries, f.credits, f.purchased, f.free, f.charged)
        is distinct from (s.entries, s.credits, s.purchased, s.free, s.charged)`,
  },
  left: {
    name: 'figures say what the lots have left',
    sql: `with written as (
        select currency, conversion_rate, sum(purchased) as purchased, sum(free) as free from ledger_figure
        where shard = any(?::smallint[]) and environment_id = ? group by 1, 2),
      held as (
        select w.currency, w.conversion_rate, coalesce(sum(l.remaining) filter (where l.source = 'purchased'), 0) as purchased,
          coalesce(sum(l.remaining) filter (where l.source = 'free'), 0) as free
        from wallet w join lot l on l.shard = w.shard and l.wallet_id = w.id and l.is_open
        where w.tenant_id = ? and w.environment_id = ? group by 1, 2)
      select currency, conversion_rate, f.purchased, f.free, h.purchased as left_purchased, h.free as left_free
      from written f full join held h using (currency, conversion_rate)
      where coalesce(f.purchased, 0) <> coalesce(h.purchased, 0) or coalesce(f.free, 0) <> coalesce(h.free, 0)`,
  },
};
/** Rows that are shown of each. */
const SHOWN = 3;
const DAY_MS = 86_400_000;

interface Place {
  tenant_id: string;
  environment_id: string;
}

interface Terms {
  /** Days, and environments with all their lots, of which a look would read more entries are left out. */
  mostEntries?: number;
  pause?: () => Promise<void>;
}

/** Environment by environment and day by day. @returns a line for each that is wrong, with up to three of its kinds */
export async function brokenFigures(em: EntityManager, terms: Terms = {}): Promise<string[]> {
  const { mostEntries = Number.POSITIVE_INFINITY, pause = async () => undefined } = terms;
  const broken: string[] = [];
  // Environments are few, and one of which there are entries and no figures at all is to be found, too.
  const places = await em.execute<Place[]>(
    `select tenant_id, id as environment_id from environment
     union select distinct tenant_id, environment_id from ledger_figure order by 1, 2`,
  );
  for (const place of places) {
    await pause();
    const days = await daysOf(em, place);
    let entries = 0;
    for (const { day, count } of days) {
      entries += count;
      if (count > mostEntries) continue;
      await pause();
      broken.push(...(await look(em, { which: 'day', day }, place)));
    }
    if (entries <= mostEntries) broken.push(...(await look(em, { which: 'left' }, place)));
  }
  return broken;
}

/**
 * Days of which there is an entry or a figure, and how many entries the figures count. Those with entries are found from one
 * to the next, in an index: by a statement each, because a cluster takes none that calls itself.
 */
async function daysOf(em: EntityManager, { tenant_id: tenantId, environment_id: environmentId }: Place) {
  const written = await em.execute<{ day: string; count: number }[]>(
    `select day, sum(entries)::int as count from ledger_figure
     where shard = any(?::smallint[]) and environment_id = ? group by day`,
    [ALL_SHARDS, environmentId],
  );
  const counts = new Map(written.map(({ day, count }) => [day, count]));
  for (let from = '-infinity'; ;) {
    const [entered] = await em.execute<{ day: string; end: string }[]>(
      `select to_char(e.day, 'YYYY-MM-DD') as day, (e.day + interval '1 day')::text || 'Z' as end from (
         select date_trunc('day', created_at at time zone 'utc') as day from entry
         where tenant_id = ? and environment_id = ? and created_at >= ?::timestamptz order by created_at limit 1) e`,
      [tenantId, environmentId, from],
    );
    if (!entered) break;
    if (!counts.has(entered.day)) counts.set(entered.day, 0);
    from = entered.end;
  }
  return [...counts].map(([day, count]) => ({ day, count })).sort((a, b) => (a.day < b.day ? -1 : 1));
}

interface Look {
  which: 'day' | 'left';
  day?: string;
}

async function look(em: EntityManager, { which, day }: Look, place: Place): Promise<string[]> {
  const { name, sql } = FIGURE_INVARIANTS[which];
  const { tenant_id: tenantId, environment_id: environmentId } = place;
  const midnight = day && Date.parse(`${day}T00:00:00Z`);
  const span = midnight ? [new Date(midnight), new Date(midnight + DAY_MS)].map((at) => at.toISOString()) : [];
  const parameters = [ALL_SHARDS, environmentId, ...(day ? [day] : []), tenantId, environmentId, ...span];
  const rows = await em.execute<{ found: string }[]>(
    `select b::text as found from (${sql} limit ${SHOWN}) b`,
    parameters,
  );
  return rows.map(({ found }) => `${name}: ${[environmentId, day, found].filter(Boolean).join(' ')}`);
}
