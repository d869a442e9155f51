import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { EventsService } from '../events/events.service.js';
import { StreamedEvents } from '../events/stream/streamed-events.js';
import { Clock } from '../shared/clock.js';
import { Tally } from '../shared/tally.js';
import { asOwnWork } from '../shared/turn.js';
import { withinScope } from '../shared/sight.js';
import { ScheduledTask } from '../top-ups/schedule/scheduled-task.js';
import { decideDelivery } from './decide-delivery.js';
import { CLAIM_LIMIT, type ClaimedDelivery, DeliveryQueue } from './delivery-queue.js';
import { WebhookSender } from './webhook-sender.js';

/** How many deliveries of one endpoint a process sends at once. */
const PLACES = 5;
/** A stopping process lets deliveries end for so long; what it cuts off then is sent again. */
const GRACE_MS = 3000;
const FORGET_EVERY_MS = 3_600_000;

/**
 * Sends what is in the outbox: right after the commit, and in every round of the scheduled task what time or a crash has
 * left. A delivery is claimed first, sent outside of any transaction and taken down then: so it is sent at least once.
 */
@Injectable()
export class DeliveryEngine implements OnModuleInit, BeforeApplicationShutdown {
  readonly #logger = new Logger('Webhooks');
  /** How many of an endpoint. */
  readonly #underWay = new Tally();
  /** Endpoints that may have more waiting than they had places for. */
  readonly #crowded = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #isClaimWanted = false;
  #claiming: Promise<void> | undefined;
  #isStopping = false;
  #forgetAt = 0;

  constructor(
    private readonly queue: DeliveryQueue,
    private readonly sender: WebhookSender,
    private readonly events: EventsService,
    private readonly stream: StreamedEvents,
    private readonly task: ScheduledTask,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.events.onWritten(() => void this.wake());
    this.task.alsoRun(async () => {
      await this.wake();
      await this.#forget();
    }, 'webhooks');
  }

  /** Takes up nothing more; what is under way has a moment to end. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopping = true;
    const timer = setTimeout(() => this.#stopping.abort(new Error('the service was stopped')), GRACE_MS);
    await this.idle();
    clearTimeout(timer);
  }

  /** Resolves when nothing that this process started is under way. */
  async idle(): Promise<void> {
    while (this.#claiming || this.#running.size > 0) await Promise.all([this.#claiming, ...this.#running]);
  }

  /** Takes up what is due, and does not wait until it is sent. Called while it is at it, it looks once more. */
  async wake(): Promise<void> {
    if (this.#isStopping) return;
    this.#isClaimWanted = true;
    this.#claiming ??= asOwnWork(() => this.#claimAll()).finally(() => {
      this.#claiming = undefined;
      // Somebody asked between the last look and now.
      if (this.#isClaimWanted) void this.wake();
    });
    await this.#claiming;
  }

  async #claimAll(): Promise<void> {
    while (this.#isClaimWanted && !this.#isStopping) {
      this.#isClaimWanted = false;
      try {
        const underWay = new Tally(this.#underWay);
        const claimed = await this.queue.claim(PLACES, underWay);
        for (const { endpointId } of claimed) underWay.add(endpointId);
        // By the places there were when it was asked for: some may have become free since.
        for (const { endpointId } of claimed) {
          if (underWay.of(endpointId) >= PLACES) this.#crowded.add(endpointId);
        }
        for (const delivery of claimed) this.#start(delivery);
        if (claimed.length === CLAIM_LIMIT) this.#isClaimWanted = true;
      } catch (error) {
        this.#logger.error({ msg: 'deliveries could not be taken up; the scheduled task will', err: error });
      }
    }
  }

  #start(delivery: ClaimedDelivery): void {
    const { endpointId } = delivery;
    this.#underWay.add(endpointId);
    const work = withinScope(delivery, () => this.#deliver(delivery)).finally(() => {
      this.#running.delete(work);
      this.#leave(endpointId);
    });
    this.#running.add(work);
  }

  /** Half of the places free again is worth asking for more. */
  #leave(endpointId: string): void {
    const left = this.#underWay.remove(endpointId);
    if (left <= PLACES / 2 && this.#crowded.delete(endpointId)) void this.wake();
  }

  /** A bug or a lost connection must not stop the others: the delivery keeps its lease, and is sent again when that ends. */
  async #deliver(delivery: ClaimedDelivery): Promise<void> {
    try {
      const result = await this.sender.send(delivery, this.#stopping.signal);
      const verdict = decideDelivery(result, delivery.attempt, this.clock.now(), Math.random());
      await this.queue.record(delivery, result, verdict);
    } catch (error) {
      this.#logger.error({ msg: 'a delivery could not be taken down', eventId: delivery.eventId, err: error });
    }
  }

  async #forget(): Promise<void> {
    const now = this.clock.now().getTime();
    if (now < this.#forgetAt) return;
    this.#forgetAt = now + FORGET_EVERY_MS;
    await this.queue.forget();
    await this.stream.forget();
  }
}
