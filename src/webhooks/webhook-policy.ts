import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventsService, type NewEvent } from '../events/events.service.js';
import type { LedgerPolicy, LedgerStep } from '../ledger/ledger-policy.js';
import { LedgerService } from '../ledger/ledger.service.js';
import type { WalletState } from '../ledger/wallet-state.js';
import { newId } from '../shared/ids.js';
import type { LedgerTransaction } from '../shared/ledger-transaction.js';
import { AlertPolicy } from '../wallets/alert-policy.js';
import { eventsOfStep } from './events-of-step.js';

/** What is to be told of one wallet of the batch. */
interface Outbox {
  events: NewEvent[];
  /** How many entries and alerts of the batch have been told of. */
  entries: number;
  alerts: number;
}

/**
 * Tells of what happened to wallets, in the ledger's own commit. A wallet whose environment has no endpoint costs one look
 * into a map.
 */
@Injectable()
export class WebhookPolicy implements LedgerPolicy, OnModuleInit {
  readonly name = 'webhooks';
  readonly #outboxes = new WeakMap<WalletState, Outbox>();

  constructor(
    private readonly ledger: LedgerService,
    private readonly events: EventsService,
    /** Injected, so that its module and policy are there first: an alert is decided before it is told of. */
    private readonly alerts: AlertPolicy,
  ) {}

  onModuleInit(): void {
    this.ledger.use(this);
  }

  async load(tx: LedgerTransaction, states: WalletState[]): Promise<void> {
    const environments = states.map(({ wallet }) => wallet.environmentId);
    const listening = await this.events.listening(tx, environments);
    if (listening.size === 0) return;
    for (const state of states) if (listening.has(state.wallet.environmentId)) this.#attach(state);
  }

  afterCommand(state: WalletState, step: LedgerStep): void {
    const outbox = this.#outboxes.get(state);
    if (!outbox) return;
    const alerts = this.alerts.changesOf(state);
    const bodies = eventsOfStep(state, step, state.newEntries.slice(outbox.entries), alerts.slice(outbox.alerts));
    outbox.entries = state.newEntries.length;
    outbox.alerts = alerts.length;
    const { id: walletId, tenantId, environmentId, customerId } = state.wallet;
    const owner = { tenantId, environmentId, customerId, walletId };
    for (const body of bodies) outbox.events.push({ id: newId('sys_event', step.now), ...owner, body });
  }

  async save(tx: LedgerTransaction, states: WalletState[]): Promise<void> {
    const events: NewEvent[] = [];
    for (const state of states) events.push(...(this.#outboxes.get(state)?.events ?? []));
    await this.events.write(tx, events);
  }

  committed(): void {
    // Whoever sends is woken by the commit itself.
  }

  #attach(state: WalletState): void {
    // Loaded again, a wallet keeps what the batch has written down for it.
    if (this.#outboxes.has(state)) return;
    const { length: entries } = state.newEntries;
    const { length: alerts } = this.alerts.changesOf(state);
    this.#outboxes.set(state, { events: [], entries, alerts });
  }
}
