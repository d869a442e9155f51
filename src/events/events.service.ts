import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { isKnownDistributed } from '../shared/distribution.js';
import { newId } from '../shared/ids.js';
import { LedgerTransaction, together } from '../shared/ledger-transaction.js';
import type { Scope } from '../shared/scope.js';
import { fromItsPlace, shardOf } from '../shared/shard.js';
import { type Columns, SqlTable } from '../shared/sql-table.js';
import type { EventBody } from './event-types.js';
import { type Subscription, Subscriptions, wants } from './subscriptions.js';
import { WebhookDelivery, WebhookEvent } from './webhook-event.entity.js';

type EventRecord = Columns<WebhookEvent>;
type DeliveryRecord = Columns<WebhookDelivery>;

const PLACE = fromItsPlace('d.shard');
/** The transaction's own, which no clock is as good as: see `StreamedEvents`. */
const NUMBER = 'pg_current_xact_id()::text::bigint';
const streamSql = (number: string) => `
  insert into streamed_event (shard, environment_id, stream_order, id, tenant_id, customer_id, wallet_id, event_type, body,
    created_at)
  select ${PLACE.value}, "environmentId", ${number}, id, "tenantId", "customerId", "walletId", "eventType",
    body, "createdAt"
  from json_to_recordset($1::json) as d(shard smallint, "environmentId" text, id text, "tenantId" text, "customerId" text,
    "walletId" text, "eventType" text, body text, "createdAt" timestamptz) ${PLACE.join}`;
const STREAM = streamSql(NUMBER);
/** Workers of a distributed database number their transactions each by itself: what counts is the coordinator's number. */
const STREAM_SPREAD = streamSql('$2::bigint');

/** To whom it happened. */
export interface EventOwner extends Scope {
  customerId: string;
  walletId: string;
}

/** Something that has happened, not written yet. */
export interface NewEvent extends EventOwner {
  body: EventBody;
  /** Where it was made when it happened: ids sort as things happened. Otherwise it gets one when it is written. */
  id?: string;
}

/** What has happened is written in the transaction that makes it happen: neither is there without the other. */
@Injectable()
export class EventsService implements OnModuleInit {
  readonly #logger = new Logger('Events');
  readonly #events: SqlTable<EventRecord>;
  readonly #deliveries: SqlTable<DeliveryRecord>;
  /** Open transactions with events in them. */
  readonly #pending = new WeakSet<object>();
  readonly #listeners: (() => void)[] = [];

  constructor(
    private readonly em: EntityManager,
    private readonly subscriptions: Subscriptions,
    private readonly clock: Clock,
  ) {
    this.#events = new SqlTable(em.getMetadata().get(WebhookEvent));
    this.#deliveries = new SqlTable(em.getMetadata().get(WebhookDelivery));
  }

  /** Who is told after a commit that there is something to send: handed in at start. */
  onWritten(listener: () => void): void {
    this.#listeners.push(listener);
  }

  onModuleInit(): void {
    this.em.getEventManager().registerSubscriber({
      afterTransactionCommit: ({ transaction }) => this.#committed(transaction),
    });
  }

  /** Those of the environments that have an endpoint, or somebody who looks. Where that is known, it costs one look into a map and no statement. */
  async listening(tx: LedgerTransaction, environmentIds: readonly string[]): Promise<ReadonlySet<string>> {
    const found = await this.#subscriptionsOf(tx, environmentIds);
    return new Set(found.keys());
  }

  /**
   * Stores events, each with one delivery for every endpoint that asked for its type, in the caller's open transaction:
   * a batch of the ledger, or any other. They are sent once that has committed. Two statements, one where somebody looks at
   * the stream, or none.
   */
  async write(transaction: LedgerTransaction | EntityManager, events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    const tx =
      transaction instanceof LedgerTransaction ? transaction : new LedgerTransaction(transaction, this.clock.now());
    const subscriptions = await this.#subscriptionsOf(
      tx,
      events.map(({ environmentId }) => environmentId),
    );
    const records: EventRecord[] = [];
    const streamed: EventRecord[] = [];
    const deliveries: DeliveryRecord[] = [];
    for (const event of events) {
      const wanted = subscriptions.get(event.environmentId)?.filter((one) => wants(one, event.body.event_type)) ?? [];
      if (wanted.length === 0) continue;
      const record = toRecord(event, tx.now);
      const endpoints = wanted.flatMap(({ endpointId }) => endpointId ?? []);
      if (endpoints.length < wanted.length) streamed.push(record);
      if (endpoints.length > 0) records.push(record);
      for (const endpointId of endpoints) deliveries.push(newDelivery(record, endpointId, tx.now));
    }
    if (records.length + streamed.length === 0) return;
    this.#pending.add(contextOf(tx.em));
    await together(
      ...(records.length > 0
        ? [
            tx.query(this.#events.insert(), [this.#events.toParameter(records)]),
            tx.query(this.#deliveries.insert(), [this.#deliveries.toParameter(deliveries)]),
          ]
        : []),
      ...(streamed.length > 0 ? [this.#stream(tx, JSON.stringify(streamed))] : []),
    );
  }

  async #stream(tx: LedgerTransaction, rows: string): Promise<void> {
    if (!isKnownDistributed(this.em)) return void (await tx.query(STREAM, [rows]));
    const [own] = await tx.query<{ number: string }>(`select ${NUMBER} as number`);
    await tx.query(STREAM_SPREAD, [rows, own?.number]);
  }

  /** Of the environments that have any. */
  async #subscriptionsOf(
    tx: LedgerTransaction,
    environmentIds: readonly string[],
  ): Promise<Map<string, readonly Subscription[]>> {
    const found = new Map<string, readonly Subscription[]>();
    const unknown = new Set<string>();
    for (const id of environmentIds) {
      const known = this.subscriptions.find(id, tx.now.getTime());
      if (!known) unknown.add(id);
      else if (known.length > 0) found.set(id, known);
    }
    if (unknown.size === 0) return found;
    for (const [id, read] of await this.subscriptions.read(tx, [...unknown])) if (read.length > 0) found.set(id, read);
    return found;
  }

  /** What is committed is committed: an error here would be taken for a commit that failed. */
  #committed(transaction: object | undefined): void {
    if (!transaction || !this.#pending.delete(transaction)) return;
    try {
      for (const listener of this.#listeners) listener();
    } catch (error) {
      this.#logger.error({ msg: 'nobody was told of new events; the scheduled task finds them', err: error });
    }
  }
}

function contextOf(em: EntityManager): object {
  const context = em.getTransactionContext<object>();
  if (!context) throw new Error('events are written inside the transaction that makes them true');
  return context;
}

function toRecord({ id, tenantId, environmentId, customerId, walletId, body }: NewEvent, now: Date): EventRecord {
  const owner = { tenantId, environmentId, customerId, walletId };
  const eventType = body.event_type;
  const shard = shardOf(walletId);
  return { shard, id: id ?? newId('sys_event', now), ...owner, eventType, body: JSON.stringify(body), createdAt: now };
}

function newDelivery({ shard, id: eventId }: EventRecord, endpointId: string, now: Date): DeliveryRecord {
  return {
    shard,
    eventId,
    endpointId,
    deliveryStatus: 'pending',
    attempts: 0,
    nextAttemptAt: now,
    leasedUntil: null,
    lastAttemptAt: null,
    lastStatusCode: null,
    lastResponse: '',
    lastError: '',
  };
}
