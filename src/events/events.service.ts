import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { newId } from '../shared/ids.js';
import { LedgerTransaction, together } from '../shared/ledger-transaction.js';
import type { Scope } from '../shared/scope.js';
import { shardOf } from '../shared/shard.js';
import { type Columns, SqlTable } from '../shared/sql-table.js';
import type { EventBody } from './event-types.js';
import { type Subscription, Subscriptions, wants } from './subscriptions.js';
import { WebhookDelivery, WebhookEvent } from './webhook-event.entity.js';

type EventRecord = Columns<WebhookEvent>;
type DeliveryRecord = Columns<WebhookDelivery>;

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
  /** Told after a commit that there is something to send. */
  onWritten: () => void = () => {};

  constructor(
    private readonly em: EntityManager,
    private readonly subscriptions: Subscriptions,
    private readonly clock: Clock,
  ) {
    this.#events = new SqlTable(em.getMetadata().get(WebhookEvent));
    this.#deliveries = new SqlTable(em.getMetadata().get(WebhookDelivery));
  }

  onModuleInit(): void {
    this.em.getEventManager().registerSubscriber({
      afterTransactionCommit: ({ transaction }) => this.#committed(transaction),
    });
  }

  /** Those of the environments that have an endpoint. Where that is known, it costs one look into a map and no statement. */
  async listening(tx: LedgerTransaction, environmentIds: readonly string[]): Promise<ReadonlySet<string>> {
    const found = await this.#subscriptionsOf(tx, environmentIds);
    return new Set(found.keys());
  }

  /**
   * Stores events, each with one delivery for every endpoint that asked for its type, in the caller's open transaction:
   * a batch of the ledger, or any other. They are sent once that has committed. Two statements, or none.
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
    const deliveries: DeliveryRecord[] = [];
    for (const event of events) {
      const wanted = subscriptions.get(event.environmentId)?.filter((one) => wants(one, event.body.event_type)) ?? [];
      if (wanted.length === 0) continue;
      const record = toRecord(event, tx.now);
      records.push(record);
      for (const { endpointId } of wanted) deliveries.push(newDelivery(record, endpointId, tx.now));
    }
    if (records.length === 0) return;
    this.#pending.add(contextOf(tx.em));
    await together(
      tx.query(this.#events.insert(), [this.#events.toParameter(records)]),
      tx.query(this.#deliveries.insert(), [this.#deliveries.toParameter(deliveries)]),
    );
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
      this.onWritten();
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
