import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { LedgerPolicy, LedgerStep } from '../ledger/ledger-policy.js';
import { type LedgerTransaction, together } from '../shared/ledger-transaction.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { type Columns, SqlTable } from '../shared/sql-table.js';
import type { WalletState } from '../ledger/wallet-state.js';
import { newId } from '../shared/ids.js';
import { AlertPolicy } from '../wallets/alert-policy.js';
import { eventsOfStep } from './events-of-step.js';
import type { EventBody } from './render-event.js';
import { type Subscription, Subscriptions, wants } from './subscriptions.js';
import { WebhookDelivery, WebhookEvent } from './webhook-event.entity.js';

type EventRecord = Columns<WebhookEvent>;
type DeliveryRecord = Columns<WebhookDelivery>;

/** What is to be told of one wallet of the batch. */
interface Outbox {
  subscriptions: readonly Subscription[];
  events: EventRecord[];
  deliveries: DeliveryRecord[];
  /** How many entries and alerts of the batch have been told of. */
  entries: number;
  alerts: number;
}

/**
 * Writes what happened to wallets in the ledger's own commit, with one delivery for each endpoint that asked for it. A
 * wallet whose environment has no endpoint costs one look into a map.
 */
@Injectable()
export class WebhookPolicy implements LedgerPolicy, OnModuleInit {
  readonly #outboxes = new WeakMap<WalletState, Outbox>();
  readonly #eventTable: SqlTable<EventRecord>;
  readonly #deliveryTable: SqlTable<DeliveryRecord>;
  /** Told after a commit that there is something to send. */
  onWritten: () => void = () => {};

  constructor(
    private readonly ledger: LedgerService,
    private readonly subscriptions: Subscriptions,
    /** Injected, so that its module and policy are there first: an alert is decided before it is told of. */
    private readonly alerts: AlertPolicy,
    em: EntityManager,
  ) {
    this.#eventTable = new SqlTable(em.getMetadata().get(WebhookEvent));
    this.#deliveryTable = new SqlTable(em.getMetadata().get(WebhookDelivery));
  }

  onModuleInit(): void {
    this.ledger.use(this);
  }

  async load(tx: LedgerTransaction, states: WalletState[]): Promise<void> {
    const now = tx.now.getTime();
    let unknown: Map<string, WalletState[]> | undefined;
    for (const state of states) {
      const { environmentId } = state.wallet;
      const subscriptions = this.subscriptions.find(environmentId, now);
      if (subscriptions) this.#attach(state, subscriptions);
      else (unknown ??= new Map()).set(environmentId, [...(unknown.get(environmentId) ?? []), state]);
    }
    if (!unknown) return;
    const read = await this.subscriptions.read(tx, [...unknown.keys()]);
    for (const [id, waiting] of unknown) for (const state of waiting) this.#attach(state, read.get(id) ?? []);
  }

  afterCommand(state: WalletState, step: LedgerStep): void {
    const outbox = this.#outboxes.get(state);
    if (!outbox) return;
    const alerts = this.alerts.changesOf(state);
    const events = eventsOfStep(state, step, state.newEntries.slice(outbox.entries), alerts.slice(outbox.alerts));
    outbox.entries = state.newEntries.length;
    outbox.alerts = alerts.length;
    for (const event of events) this.#write(state, outbox, event, step.now);
  }

  async save(tx: LedgerTransaction, states: WalletState[]): Promise<void> {
    const outboxes = this.#written(states);
    if (outboxes.length === 0) return;
    const events = outboxes.flatMap((outbox) => outbox.events);
    const deliveries = outboxes.flatMap((outbox) => outbox.deliveries);
    await together(
      tx.query(this.#eventTable.insert(), [this.#eventTable.toParameter(events)]),
      tx.query(this.#deliveryTable.insert(), [this.#deliveryTable.toParameter(deliveries)]),
    );
  }

  committed(states: WalletState[]): void {
    if (this.#written(states).length > 0) this.onWritten();
  }

  #attach(state: WalletState, subscriptions: readonly Subscription[]): void {
    // Loaded again, a wallet keeps what the batch has written down for it.
    if (subscriptions.length === 0 || this.#outboxes.has(state)) return;
    const { length: entries } = state.newEntries;
    const { length: alerts } = this.alerts.changesOf(state);
    this.#outboxes.set(state, { subscriptions, events: [], deliveries: [], entries, alerts });
  }

  #written(states: WalletState[]): Outbox[] {
    const written: Outbox[] = [];
    for (const state of states) {
      const outbox = this.#outboxes.get(state);
      if (outbox && outbox.events.length > 0) written.push(outbox);
    }
    return written;
  }

  #write({ wallet }: WalletState, outbox: Outbox, body: EventBody, now: Date): void {
    const { event_type: eventType } = body;
    const subscriptions = outbox.subscriptions.filter((subscription) => wants(subscription, eventType));
    if (subscriptions.length === 0) return;
    const id = newId('sys_event', now);
    const { id: walletId, tenantId, environmentId, customerId } = wallet;
    const owner = { tenantId, environmentId, customerId, walletId };
    outbox.events.push({ id, ...owner, eventType, body: JSON.stringify(body), createdAt: now });
    for (const { endpointId } of subscriptions) outbox.deliveries.push(newDelivery(id, endpointId, now));
  }
}

function newDelivery(eventId: string, endpointId: string, now: Date): DeliveryRecord {
  return {
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
