import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { isKnownDistributed } from '../../shared/distribution.js';
import type { Scope } from '../../shared/scope.js';
import { withinEveryScope, withinScope } from '../../shared/sight.js';
import { toDate } from '../../shared/sql-table.js';
import { Subscriptions, TRUSTED_MS } from '../subscriptions.js';

/** Whoever listens has to say so again within. */
const LISTENING_MS = 180_000;
/** How far back a reader who comes again is told what they have missed. */
export const LOOK_BACK_MS = 300_000;
const KEPT_MS = LOOK_BACK_MS + 60_000;
/** Until every process knows that somebody listens, and what it had begun before has ended. */
const KNOWN_AFTER_MS = TRUSTED_MS + 3000;
const PAGE = 100;
/** What is handed over at a time, characters of bodies; one event at least. Whoever reads fast has taken it before the next. */
const PAGE_LENGTH = 262_144;

/** A place in the stream of an environment: behind the event with this id of this transaction. */
export interface StreamPlace {
  order: number;
  id: string;
}

export interface StreamEvent {
  place: StreamPlace;
  customerId: string;
  walletId: string;
  eventType: string;
  body: string;
  createdAt: Date;
}

interface Row {
  environment_id: string;
  stream_order: string;
  id: string;
  customer_id: string;
  wallet_id: string;
  event_type: string;
  body: string;
  created_at: string;
}

/**
 * What happens in environments that somebody looks at, in the order of commits, of all processes. A transaction's events
 * are shown once none is under way that began to write before it: so nothing comes late, behind what was shown already.
 */
@Injectable()
export class StreamedEvents {
  /** What all that was shown at an instant is before, of the last minutes, the oldest first. */
  readonly #shown: { atMs: number; order: number }[] = [];

  constructor(
    private readonly em: EntityManager,
    private readonly subscriptions: Subscriptions,
    private readonly clock: Clock,
  ) {}

  /**
   * Says that somebody listens, for the next minutes.
   * @returns from when on everything that happens is written down, in the future where nobody has listened before
   */
  async listen({ tenantId, environmentId }: Scope): Promise<Date> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + LISTENING_MS);
    const [row] = await this.em.fork().execute<{ since: string; is_new: boolean }[]>(
      `insert into event_listener (environment_id, tenant_id, since, until) values (?, ?, ?, ?)
       on conflict (environment_id) do update set until = excluded.until,
         since = case when event_listener.until < excluded.since then excluded.since else event_listener.since end
       returning since`,
      [environmentId, tenantId, now.toISOString(), until.toISOString()],
    );
    const since = toDate(row?.since ?? now);
    if (since.getTime() === now.getTime()) this.subscriptions.forget(environmentId);
    return new Date(since.getTime() + KNOWN_AFTER_MS);
  }

  /** Behind everything that has ended by now. */
  async now(): Promise<StreamPlace> {
    const [row] = await this.em
      .fork()
      .execute<{ lowest: string }[]>('select pg_snapshot_xmin(pg_current_snapshot())::text as lowest');
    return { order: Number(row?.lowest ?? 0), id: '' };
  }

  /** What comes next behind a place, of several environments at once; of each up to 100 events, and a quarter of a mebibyte. */
  async after(places: ReadonlyMap<string, StreamPlace>): Promise<Map<string, StreamEvent[]>> {
    if (isKnownDistributed(this.em)) return withinEveryScope(() => this.#afterSpread(places));
    const wanted = [...places].map(([environment_id, { order, id }]) => ({ environment_id, order, id }));
    const rows = await withinEveryScope(() =>
      this.em.fork().execute<Row[]>(
        `select e.* from json_to_recordset(?::json) as p(environment_id text, "order" bigint, id text)
         cross join lateral (
           select s.environment_id, s.stream_order::text, s.id, s.customer_id, s.wallet_id, s.event_type, s.body, s.created_at
           from streamed_event s
           where s.environment_id = p.environment_id and (s.stream_order, s.id) > (p."order", p.id)
             and s.stream_order < (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
           order by s.stream_order, s.id limit ${PAGE}) e
         order by e.environment_id, e.stream_order::bigint, e.id`,
        [JSON.stringify(wanted)],
      ),
    );
    const found = Map.groupBy(rows, (row) => row.environment_id);
    return new Map([...found].map(([environmentId, own]) => [environmentId, pageOf(own)]));
  }

  /** The same of a distributed database, whose coordinator has numbered the transactions: an environment after the other. */
  async #afterSpread(places: ReadonlyMap<string, StreamPlace>): Promise<Map<string, StreamEvent[]>> {
    const { order: lowest } = await this.now();
    const found = new Map<string, StreamEvent[]>();
    for (const [environmentId, { order, id }] of places) {
      const rows = await this.em.fork().execute<Row[]>(
        `select environment_id, stream_order::text, id, customer_id, wallet_id, event_type, body, created_at
         from streamed_event s where environment_id = ? and (s.stream_order, id) > (?, ?) and s.stream_order < ?
         order by s.stream_order, id limit ${PAGE}`,
        [environmentId, order, id, lowest],
      );
      if (rows.length > 0) found.set(environmentId, pageOf(rows));
    }
    return found;
  }

  /** The same of one environment, page by page to the end: what a reader who comes again has missed. */
  async *missed({ environmentId }: Scope, from: StreamPlace): AsyncGenerator<StreamEvent[]> {
    let place: StreamPlace | undefined = from;
    while (place) {
      const page: StreamEvent[] = (await this.after(new Map([[environmentId, place]]))).get(environmentId) ?? [];
      if (page.length > 0) yield page;
      place = page.at(-1)?.place;
    }
  }

  /**
   * Forgets what nobody will ask for any more: what was there to be shown so long ago. A long transaction keeps back what
   * others have committed meanwhile, and that may be old once it is shown.
   */
  async forget(): Promise<void> {
    await withinEveryScope(async () => {
      const now = this.clock.now().getTime();
      this.#shown.push({ atMs: now, order: (await this.now()).order });
      const old = this.#shown.findLast(({ atMs }) => atMs <= now - KEPT_MS);
      if (!old) return;
      this.#shown.splice(0, this.#shown.indexOf(old));
      const before = new Date(now - KEPT_MS).toISOString();
      const sql = 'delete from streamed_event where created_at < ? and stream_order < ?';
      await this.em.fork().execute(sql, [before, old.order]);
    });
  }

  /** As the caller's own, for work that no request waits for. */
  listenFor(scope: Scope): Promise<Date> {
    return withinScope(scope, () => this.listen(scope));
  }
}

function pageOf(rows: readonly Row[]): StreamEvent[] {
  let length = 0;
  const beyond = rows.findIndex(({ body }, index) => (length += body.length) > PAGE_LENGTH && index > 0);
  return rows.slice(0, beyond < 0 ? rows.length : beyond).map(toEvent);
}

function toEvent(row: Row): StreamEvent {
  return {
    place: { order: Number(row.stream_order), id: row.id },
    customerId: row.customer_id,
    walletId: row.wallet_id,
    eventType: row.event_type,
    body: row.body,
    createdAt: toDate(row.created_at),
  };
}
