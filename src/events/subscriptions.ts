import { Injectable } from '@nestjs/common';
import type { LedgerTransaction } from '../shared/ledger-transaction.js';
import type { EventType } from './event-types.js';

/** A new endpoint gets what happens within 5 s of its making on every process, at once in the one that made it. */
export const TRUSTED_MS = 4000;
const CACHE_LIMIT = 10_000;

/** An enabled endpoint, or somebody who looks at the stream, and what they want to know. */
export interface Subscription {
  /** Null: the stream, which wants everything. */
  endpointId: string | null;
  /** Null: everything. */
  eventTypes: ReadonlySet<string> | null;
}

interface Known {
  subscriptions: readonly Subscription[];
  until: number;
}

interface Row {
  id: string | null;
  environment_id: string;
  event_types: string[] | null;
}

const NONE: readonly Subscription[] = [];

/** Which endpoints environments have, and whether anybody looks at their stream. Asked for every debit: what is known costs one look into a map. */
@Injectable()
export class Subscriptions {
  readonly #known = new Map<string, Known>();
  /** Counts changes, so that what was read before one is not taken for true after it. */
  #changes = 0;

  /** Those of an environment, if they were read within the last 4 s. */
  find(environmentId: string, now: number): readonly Subscription[] | undefined {
    const known = this.#known.get(environmentId);
    return known !== undefined && now < known.until ? known.subscriptions : undefined;
  }

  /** An entry for every environment asked for. */
  async read(tx: LedgerTransaction, environmentIds: string[]): Promise<Map<string, readonly Subscription[]>> {
    const changes = this.#changes;
    const rows = await tx.query<Row>(
      `select id, environment_id, event_types from webhook_endpoint
       where environment_id = any($1::text[]) and endpoint_status = 'enabled' and status = 'published'
       union all
       select null, environment_id, null from event_listener
       where environment_id = any($1::text[]) and until > $2::timestamptz`,
      [environmentIds, tx.now.toISOString()],
    );
    const found = Map.groupBy(rows, (row) => row.environment_id);
    const read = new Map(environmentIds.map((id) => [id, found.get(id)?.map(toSubscription) ?? NONE]));
    // What was read before a change in this process serves this batch, and nobody after it.
    if (changes === this.#changes) this.#remember(read, tx.now.getTime() + TRUSTED_MS);
    return read;
  }

  /** After a change was committed in this process. */
  forget(environmentId: string): void {
    this.#changes += 1;
    this.#known.delete(environmentId);
  }

  #remember(read: Map<string, readonly Subscription[]>, until: number): void {
    if (this.#known.size + read.size > CACHE_LIMIT) this.#known.clear();
    for (const [id, subscriptions] of read) this.#known.set(id, { subscriptions, until });
  }
}

export function wants({ eventTypes }: Subscription, eventType: EventType): boolean {
  return eventTypes === null || eventTypes.has(eventType);
}

function toSubscription({ id, event_types }: Row): Subscription {
  return { endpointId: id, eventTypes: event_types && new Set(event_types) };
}
