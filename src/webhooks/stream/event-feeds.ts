import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { EventsService } from '../../events/events.service.js';
import {
  LOOK_BACK_MS,
  type StreamEvent,
  StreamedEvents,
  type StreamPlace,
} from '../../events/stream/streamed-events.js';
import { Clock } from '../../shared/clock.js';
import type { Scope } from '../../shared/scope.js';
import { scopeOf } from '../../shared/scope.js';
import { asOwnWork } from '../../shared/turn.js';

/** What other processes write is seen so much later; what this one writes, at once. */
const POLL_MS = 500;
/** Looks between two times that it is said that somebody listens: 30 s. */
const POLLS_TO_LISTEN = 60;

/** Who looks at an environment. Neither must throw. */
export interface Reader {
  /** Takes what has happened, in order. */
  take(events: readonly StreamEvent[]): void;
  /** Something may have happened that is not handed over: who comes again is told so. */
  end(): void;
}

interface Feed {
  scope: Scope;
  place: StreamPlace;
  completeFrom: Date;
  readonly readers: Set<Reader>;
}

/**
 * Hands what happens in environments to those in this process who look at them: one statement at a time for all, and none
 * while nobody looks.
 */
@Injectable()
export class EventFeeds implements OnModuleInit, BeforeApplicationShutdown {
  readonly #logger = new Logger('EventFeeds');
  readonly #feeds = new Map<string, Feed>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isWanted = false;
  #polls = 0;
  /** As of when the database was asked last, and answered. */
  #readAt = new Date(0);

  constructor(
    private readonly stream: StreamedEvents,
    private readonly events: EventsService,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.events.onWritten(() => void this.look());
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /**
   * Joins those who look at an environment; what happens from now on goes to the reader.
   * @returns from when on everything is written down, and the place that what is handed over is behind
   */
  async join(caller: Scope, reader: Reader): Promise<{ completeFrom: Date; place: StreamPlace }> {
    const scope = scopeOf(caller);
    const completeFrom = await this.stream.listen(scope);
    const place = await this.stream.now();
    // Those who have looked for longer, not this one.
    if (this.#feeds.size === 0) this.#readAt = this.clock.now();
    else this.#mindForgotten();
    const feed = this.#feeds.get(scope.environmentId) ?? { scope, place, completeFrom, readers: new Set<Reader>() };
    this.#listened(feed, completeFrom);
    feed.readers.add(reader);
    this.#feeds.set(scope.environmentId, feed);
    this.#timer ??= asOwnWork(() => setInterval(() => void this.look(true), POLL_MS).unref());
    return { completeFrom, place };
  }

  leave({ environmentId }: Scope, reader: Reader): void {
    const feed = this.#feeds.get(environmentId);
    feed?.readers.delete(reader);
    if (feed?.readers.size === 0) this.#feeds.delete(environmentId);
    if (this.#feeds.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Hands over what is new. Called while it is at it, it looks once more. */
  async look(isPoll = false): Promise<void> {
    if (this.#feeds.size === 0) return;
    this.#isWanted = true;
    this.#looking ??= asOwnWork(() => this.#lookAll(isPoll)).finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  async #lookAll(isPoll: boolean): Promise<void> {
    try {
      if (isPoll && (this.#polls += 1) >= POLLS_TO_LISTEN) await this.#listenOn();
      this.#mindForgotten();
      while (this.#isWanted) {
        this.#isWanted = false;
        await this.#handOver();
        // The embedded database may answer within one turn: what was handed over is sent in the next.
        await nextTurn();
      }
    } catch (error) {
      this.#logger.warn({ msg: 'the stream of events could not be read; it is looked at again', err: error });
    }
  }

  async #handOver(): Promise<void> {
    const askedAt = this.clock.now();
    const found = await this.stream.after(new Map([...this.#feeds].map(([id, { place }]) => [id, place])));
    for (const [environmentId, events] of found) {
      const feed = this.#feeds.get(environmentId);
      const last = events.at(-1);
      if (!feed || !last) continue;
      feed.place = last.place;
      for (const reader of feed.readers) reader.take(events);
      this.#isWanted = true;
    }
    this.#readAt = askedAt;
  }

  /** Where nothing was read for long (the database was away, the process asleep), others may have forgotten what is new here. */
  #mindForgotten(): void {
    const now = this.clock.now();
    if (now.getTime() - this.#readAt.getTime() <= LOOK_BACK_MS) return;
    for (const { readers } of this.#feeds.values()) for (const reader of readers) reader.end();
    this.#readAt = now;
  }

  /** Where it was not said in time that somebody listens, nothing was written down for a while. */
  #listened(feed: Feed, completeFrom: Date): void {
    if (completeFrom > feed.completeFrom) for (const reader of feed.readers) reader.end();
    feed.completeFrom = completeFrom;
  }

  async #listenOn(): Promise<void> {
    for (const feed of this.#feeds.values()) this.#listened(feed, await this.stream.listenFor(feed.scope));
    this.#polls = 0;
    await this.stream.forget();
  }
}
