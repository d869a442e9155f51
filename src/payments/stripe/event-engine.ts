import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { RunningWork } from '../../shared/running-work.js';
import type { Scope } from '../../shared/scope.js';
import { Tally } from '../../shared/tally.js';
import { asOwnWork } from '../../shared/turn.js';
import { withinScope } from '../../shared/sight.js';
import type { KeptCard, PaymentMethodDetails, PaymentProvider } from '../payment-provider.js';
import { PaymentProviders } from '../payment-providers.js';
import { type ClaimedEvent, EventQueue } from './event-queue.js';
import { STRIPE } from './stripe-customers.js';

/** How many events of one environment a process works on at once. */
const PLACES = 5;
const FORGET_EVERY_MS = 3_600_000;
/** Of a card that changes all the time. Each change has an event of its own. */
const MOST_READINGS = 5;

/**
 * Works on events of payment providers: right after they were acknowledged, and in every round of the scheduled task what a crash or a
 * failure has left. An event says that something has happened, never what: that is read from the provider, so events that come
 * twice, late or in another order change nothing.
 */
@Injectable()
export class EventEngine implements BeforeApplicationShutdown {
  readonly #logger = new Logger('Stripe');
  readonly #work = new RunningWork();
  readonly #underWay = new Tally();
  /** Environments that may have more waiting than they had places for. */
  readonly #crowded = new Set<string>();
  #forgetAt = 0;

  /** Handed in by the room that keeps what payments are for. It reads the payment itself, by its ordinary path. */
  onPaymentChanged: (scope: Scope, paymentId: string) => Promise<void> = async () => {};
  /** Handed in by the same room: of a payment, money has gone back or is disputed. It reads what, by its own path. */
  onPaymentReturned: (scope: Scope, paymentId: string) => Promise<void> = async () => {};
  /** Handed in by the room that keeps cards on file. */
  onCardSaved: (
    scope: Scope,
    customerId: string,
    card: { provider: string; details: PaymentMethodDetails },
  ) => Promise<void> = async () => {};

  /** Handed in by the same room: what is kept of a card is made what its provider has. Answers whether that was another. */
  onCardRead: (scope: Scope, provider: string, providerRef: string, read: KeptCard) => Promise<boolean> = async () =>
    false;

  constructor(
    private readonly queue: EventQueue,
    private readonly providers: PaymentProviders,
    private readonly clock: Clock,
  ) {}

  /** Takes up nothing more and lets what is under way finish; the next process takes up the rest. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#work.stop();
  }

  /** Resolves when nothing that this process started is under way. */
  async idle(): Promise<void> {
    await this.#work.idle();
  }

  /** Takes up what is due at once, and does not wait for it. */
  nudge(): void {
    const work = asOwnWork(() => this.wake()).catch((error: unknown) => {
      this.#logger.error({ msg: 'events could not be taken up; the scheduled task will', err: error });
    });
    this.#work.track(work);
  }

  /** Takes up what is due, and does not wait until it is done. */
  async wake(): Promise<void> {
    if (this.#work.isStopping) return;
    for (const event of await this.queue.claim(PLACES, this.#underWay)) this.#start(event);
    const now = this.clock.now().getTime();
    if (now < this.#forgetAt) return;
    this.#forgetAt = now + FORGET_EVERY_MS;
    await this.queue.forget();
  }

  #start(event: ClaimedEvent): void {
    const { environmentId } = event.scope;
    if (this.#underWay.add(environmentId) >= PLACES) this.#crowded.add(environmentId);
    const work = withinScope(event.scope, () => this.#workOn(event));
    this.#work.track(work.finally(() => this.#leave(environmentId)));
  }

  #leave(environmentId: string): void {
    const left = this.#underWay.remove(environmentId);
    if (left <= PLACES / 2 && this.#crowded.delete(environmentId)) this.nudge();
  }

  /** Done only after what it led to is committed. One that fails must not stop the others. */
  async #workOn(event: ClaimedEvent): Promise<void> {
    try {
      await this.#act(event);
      await this.queue.done(event);
    } catch (error) {
      this.#logger.error({
        msg: 'an event of a payment provider could not be worked on',
        eventId: event.id,
        err: error,
      });
      await this.#retryLater(event);
    }
  }

  async #act({ scope, subject: { kind, ref } }: ClaimedEvent): Promise<void> {
    if (kind === 'payment') return this.onPaymentChanged(scope, ref);
    if (kind === 'returns') return this.onPaymentReturned(scope, ref);
    const provider = await this.providers.byName(scope, STRIPE);
    if (!provider) throw new DomainError('unavailable', 'this environment is not connected to Stripe');
    if (kind === 'card') return this.#takeOver(scope, provider, ref);
    const setup = await provider.readSetup(ref);
    if (setup.kind === 'saved') {
      await this.onCardSaved(scope, setup.customerId, { provider: provider.name, details: setup.card });
    }
  }

  /** Until a reading changes nothing: one that was overtaken by another event's is older than what that has stored. */
  async #takeOver(scope: Scope, provider: PaymentProvider, ref: string): Promise<void> {
    for (let readings = 0; readings < MOST_READINGS && provider.readCard; readings += 1) {
      const read = await provider.readCard(ref);
      if (!(await this.onCardRead(scope, provider.name, ref, read))) return;
    }
  }

  async #retryLater(event: ClaimedEvent): Promise<void> {
    try {
      if (await this.queue.retryLater(event)) return;
      this.#logger.error({
        msg: 'an event of a payment provider is given up',
        eventId: event.id,
        subject: event.subject.ref,
      });
    } catch (error) {
      this.#logger.error({ msg: 'an event of a payment provider keeps its lease', eventId: event.id, err: error });
    }
  }
}
