import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { DueWork } from '../../ledger/due-work.js';
import { EXPIRED_HOLDS, EXPIRED_LOTS } from '../../ledger/ledger-sweeps.js';
import { Clock } from '../../shared/clock.js';
import { isKnownDistributed } from '../../shared/distribution.js';
import { toDate } from '../../shared/sql-table.js';
import { inLane } from '../../shared/turn.js';
import { DUE_EVALUATIONS, DUE_TOP_UPS, MAY_BEGIN } from '../../top-ups/purchases/top-up-queue.js';
import { BUSY_STATUS_LIST, OPEN_STATUS_LIST } from '../../top-ups/purchases/top-up.entity.js';
import { MAY_BE_TOLD } from '../../webhooks/delivery-claims.js';
import { RecentLook } from '../recent-look.js';

const FRESH_MS = 5000;
/** The server gives up what takes longer. */
const STATEMENT_MS = 2000;
/** As many rows are counted of a kind; more is as bad. */
const MOST = 5000;
/** Of one endpoint so many: one that is deaf leaves the others their part of the figure. */
const MOST_OF_ENDPOINT = 500;
/** How far is looked for the oldest that is due behind what waits for another reason. */
const FIRST = 100;

const DUE_WORK: Readonly<Record<string, DueWork>> = {
  evaluations: DUE_EVALUATIONS,
  'top-ups': DUE_TOP_UPS,
  'expired-credits': EXPIRED_LOTS,
  'expired-holds': EXPIRED_HOLDS,
};

/** How many there are of something, and how old the oldest is, in seconds: 0 where it is not due yet, or there is none. */
export interface Pile {
  count: number;
  oldestSeconds: number;
}

export interface Piles {
  /** Top-ups that have not ended, by status. */
  topUps: ReadonlyMap<string, Pile>;
  /** By kind of work: how long the oldest has been due. What is due is not counted. */
  due: ReadonlyMap<string, Pile>;
  /** Deliveries of webhooks that are due. */
  deliveries: Pile;
}

interface Row {
  what: 'top-ups' | 'due' | 'deliveries';
  name: string;
  count: number;
  oldest: string | null;
}

/** Busy ones are found by their age; the others, invoices nobody pays among them, as far as they are next to be looked at. */
const TOP_UPS = `
  select 'top-ups' as what, o.top_up_status as name, count(*)::int as count, min(o.since) as oldest from (
    (select top_up_status, coalesce(charged_at, created_at) as since from top_up
     where not invoicing and top_up_status in (${BUSY_STATUS_LIST}) and ${MAY_BEGIN}
     order by created_at limit ${MOST})
    union all
    (select top_up_status, created_at from top_up
     where top_up_status in (${OPEN_STATUS_LIST}) and (invoicing or top_up_status not in (${BUSY_STATUS_LIST}))
       and ${MAY_BEGIN}
     order by next_attempt_at limit ${MOST})
  ) o group by o.top_up_status`;

const DELIVERIES = `
  select 'deliveries', '', count(*)::int, min(next_attempt_at) from (
    select d.next_attempt_at from webhook_endpoint e cross join lateral (
      select next_attempt_at from webhook_delivery
      where endpoint_id = e.id and delivery_status = 'pending' and next_attempt_at <= ?
      order by next_attempt_at limit ${MOST_OF_ENDPOINT}
    ) d
    where ${MAY_BE_TOLD}
    limit ${MOST}
  ) w`;

/** The same of a distributed database, where each worker counts all of its own. */
const DELIVERIES_SPREAD = `
  select 'deliveries', '', count(*)::int, min(d.next_attempt_at)
  from webhook_delivery d join webhook_endpoint e on e.id = d.endpoint_id
  where d.delivery_status = 'pending' and d.next_attempt_at <= ?
    and ${MAY_BE_TOLD}`;

const queryWith = (deliveries: string) =>
  [TOP_UPS, ...Object.entries(DUE_WORK).map(([name, work]) => oldestOf(name, work)), deliveries].join('\n  union all');
const QUERY = queryWith(DELIVERIES);
const QUERY_SPREAD = queryWith(DELIVERIES_SPREAD);

/** What only the database knows of work that waits: asked at most every 5 s, by index, over the connections of searches. */
@Injectable()
export class DatabaseFigures {
  readonly #recent: RecentLook<Piles>;

  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {
    this.#recent = new RecentLook(clock, FRESH_MS, () => this.#look(), 'figures for metrics could not be read');
  }

  /** Of everybody's rows; undefined where the database does not answer. */
  read(): Promise<Piles | undefined> {
    return this.#recent.see();
  }

  async #look(): Promise<Piles> {
    const now = this.clock.now();
    const rows = await inLane('searches', () =>
      this.em.fork().transactional(async (em) => {
        await em.execute(`set local statement_timeout = ${STATEMENT_MS}`);
        return em.execute<Row[]>(isKnownDistributed(em) ? QUERY_SPREAD : QUERY, [now.toISOString()]);
      }),
    );
    const pilesOf = (what: Row['what']) =>
      new Map(rows.filter((row) => row.what === what).map((row) => [row.name, pileOf(row, now)]));
    const deliveries = pilesOf('deliveries').get('') ?? { count: 0, oldestSeconds: 0 };
    return { topUps: pilesOf('top-ups'), due: pilesOf('due'), deliveries };
  }
}

function oldestOf(name: string, { table, due, where, also = 'true' }: DueWork): string {
  return `
  select 'due', '${name}', 0, min(${due}) from (
    select * from ${table} where ${where} order by ${due} limit ${FIRST}
  ) w where ${also}`;
}

function pileOf({ count, oldest }: Row, now: Date): Pile {
  const age = oldest === null ? 0 : now.getTime() - toDate(oldest).getTime();
  return { count, oldestSeconds: Math.max(0, age / 1000) };
}
