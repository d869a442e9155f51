import type { EntityManager } from '@mikro-orm/postgresql';
import { SUSPENDED_TENANTS } from '../auth/suspension.js';
import type { Place } from '../shared/distribution.js';

/** What a process takes up now. */
export interface Claim {
  now: Date;
  leaseMs: number;
  /** Deliveries at once. */
  limit: number;
  /** Of one endpoint, those under way among them. */
  places: number;
  /** How many of an endpoint this process is sending already. */
  underWay: ReadonlyMap<string, number>;
}

export interface ClaimedRow {
  shard: number;
  event_id: string;
  endpoint_id: string;
  tenant_id: string;
  environment_id: string;
  attempts: number;
  url: string;
  secret: string;
  body: string;
}

/** For SQL: which endpoints `e` anything is sent to. */
export const MAY_BE_TOLD = `e.endpoint_status = 'enabled' and e.status = 'published' and e.tenant_id not in (${SUSPENDED_TENANTS})`;

/** Deliveries that are due, of each endpoint as many as it has room for; leased in the same statement. */
export async function claimDue(
  em: EntityManager,
  { now, leaseMs, limit, places, underWay }: Claim,
): Promise<ClaimedRow[]> {
  const lease = new Date(now.getTime() + leaseMs).toISOString();
  return em.execute<ClaimedRow[]>(
    `with due as materialized (
       select d.shard, d.event_id, d.endpoint_id, e.url, e.secret, e.tenant_id, e.environment_id from webhook_endpoint e
       cross join lateral (
         select shard, event_id, endpoint_id from webhook_delivery
         where endpoint_id = e.id and delivery_status = 'pending' and next_attempt_at <= ?
         order by next_attempt_at limit greatest(0, ? - coalesce((?::jsonb ->> e.id)::int, 0))
         for update skip locked
       ) d
       where ${MAY_BE_TOLD}
       limit ${limit}
     )
     update webhook_delivery d
     set attempts = attempts + 1, next_attempt_at = ?, leased_until = ?, last_attempt_at = ?
     from due, webhook_event v
     where d.shard = due.shard and d.event_id = due.event_id and d.endpoint_id = due.endpoint_id
       and v.shard = due.shard and v.id = due.event_id
     returning d.shard, d.event_id, d.endpoint_id, d.attempts, due.url, due.secret, due.tenant_id, due.environment_id,
       v.body`,
    [now.toISOString(), places, JSON.stringify(Object.fromEntries(underWay)), lease, lease, now.toISOString()],
  );
}

type Key = Pick<ClaimedRow, 'shard' | 'event_id' | 'endpoint_id'>;
type Endpoint = Pick<ClaimedRow, 'url' | 'secret' | 'tenant_id' | 'environment_id'> & { id: string };

/**
 * The same of a distributed database, where rows of several workers cannot be locked, nor read with what each endpoint has
 * room for: an endpoint after the other, and of several processes that have read the same the first moves its time.
 */
export async function claimSpread(
  em: EntityManager,
  { now, leaseMs, limit, places, underWay }: Claim,
): Promise<ClaimedRow[]> {
  const at = now.toISOString();
  const isDue = `delivery_status = 'pending' and next_attempt_at <= ?`;
  const named = await em.execute<{ id: string }[]>(
    `select distinct endpoint_id as id from webhook_delivery where ${isDue}`,
    [at],
  );
  if (named.length === 0) return [];
  const endpoints = await em.execute<Endpoint[]>(
    `select e.id, e.url, e.secret, e.tenant_id, e.environment_id from webhook_endpoint e
     where e.id in (${named.map(() => '?').join(', ')}) and ${MAY_BE_TOLD}`,
    named.map(({ id }) => id),
  );
  const due: (Key & { next_attempt_at: string })[] = [];
  for (const { id } of endpoints) {
    const room = Math.min(places - (underWay.get(id) ?? 0), limit - due.length);
    if (room <= 0) continue;
    const sql = `select shard, event_id, endpoint_id, next_attempt_at from webhook_delivery
      where endpoint_id = ? and ${isDue} order by next_attempt_at limit ${room}`;
    due.push(...(await em.execute<typeof due>(sql, [id, at])));
  }
  if (due.length === 0) return [];
  const lease = new Date(now.getTime() + leaseMs).toISOString();
  const taken = await em.execute<(Key & { attempts: number })[]>(
    `update webhook_delivery set attempts = attempts + 1, next_attempt_at = ?, leased_until = ?, last_attempt_at = ?
     where (shard, event_id, endpoint_id, next_attempt_at) in (${due.map(() => '(?, ?, ?, ?)').join(', ')})
       and delivery_status = 'pending'
     returning shard, event_id, endpoint_id, attempts`,
    [lease, lease, at, ...due.flatMap((row) => [row.shard, row.event_id, row.endpoint_id, row.next_attempt_at])],
  );
  if (taken.length === 0) return [];
  const bodies = await em.execute<{ id: string; body: string }[]>(
    `select id, body from webhook_event where (shard, id) in (${taken.map(() => '(?, ?)').join(', ')})`,
    taken.flatMap((row) => [row.shard, row.event_id]),
  );
  const endpointOf = new Map(endpoints.map(({ id, ...endpoint }) => [id, endpoint]));
  const bodyOf = new Map(bodies.map(({ id, body }) => [id, body]));
  return taken.flatMap((row) => {
    const [endpoint, body] = [endpointOf.get(row.endpoint_id), bodyOf.get(row.event_id)];
    return endpoint && body !== undefined ? [{ ...row, ...endpoint, body }] : [];
  });
}

/** Forgets events of a distributed database from before an instant, with their deliveries, so many at a time. */
export async function forgetInPlace(em: EntityManager, place: Place, before: Date, limit: number): Promise<void> {
  const shards = place.join(', ');
  for (;;) {
    const old = await em.execute<{ shard: number; id: string }[]>(
      `select shard, id from webhook_event where shard in (${shards}) and created_at < ? order by id limit ${limit}`,
      [before.toISOString()],
    );
    if (old.length === 0) return;
    const named = old.map(() => '(?, ?)').join(', ');
    const keys = old.flatMap(({ shard, id }) => [shard, id]);
    await em.transactional(async (tx) => {
      const inPlace = `shard in (${shards})`;
      await tx.execute(`delete from webhook_delivery where ${inPlace} and (shard, event_id) in (${named})`, keys);
      await tx.execute(`delete from webhook_event where ${inPlace} and (shard, id) in (${named})`, keys);
    });
  }
}
