import type { ServerResponse } from 'node:http';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { ApiKey, liveKeys } from '../../auth/api-key.entity.js';
import type { Caller } from '../../auth/caller.js';
import { ConsoleSessions } from '../../auth/sessions/console-sessions.service.js';
import { Tenant } from '../../auth/tenant.entity.js';
import { LOOK_BACK_MS, StreamedEvents } from '../../events/stream/streamed-events.js';
import { LoadShedding } from '../../http/admission/load-shedding.js';
import { Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { withinEveryScope } from '../../shared/sight.js';
import { asOwnWork } from '../../shared/turn.js';
import { EventFeeds } from './event-feeds.js';
import { EventStream } from './event-stream.js';
import type { EventStreamQuery } from './event-stream.dto.js';
import { canResume, readStreamId, type StreamMark } from './stream-id.js';

const MOST = 500;
const MOST_OF_TENANT = 50;
/** How often it is looked whether keys still let somebody in. */
const CHECK_MS = 2000;
const BEAT_MS = 15_000;
/** An answer ends after so long: whoever reads it comes again, with the rights that they have then. */
const LONGEST_MS = 1_800_000;

interface Open {
  openedAt: number;
  beatAt: number;
  /** When it may be said that nothing is missed any more; undefined once it was. */
  readyAt: Date | undefined;
  /** Of the console's session that let it in; undefined for who showed a key. */
  sessionToken: string | undefined;
}

/** The answers that are open, within bounds: they end with their key or session, with the process, and by themselves. */
@Injectable()
export class EventStreams implements BeforeApplicationShutdown {
  readonly #logger = new Logger('EventStreams');
  readonly #open = new Map<EventStream, Open>();
  #timer: NodeJS.Timeout | undefined;
  #checking = false;
  #isStopping = false;

  constructor(
    private readonly em: EntityManager,
    private readonly feeds: EventFeeds,
    private readonly stream: StreamedEvents,
    private readonly sessions: ConsoleSessions,
    private readonly shedding: LoadShedding,
    private readonly clock: Clock,
  ) {}

  get size(): number {
    return this.#open.size;
  }

  beforeApplicationShutdown(): void {
    this.#isStopping = true;
    clearInterval(this.#timer);
    for (const stream of this.#open.keys()) stream.end();
  }

  /**
   * Opens an answer and returns; it stays open.
   * @param from `lastId`: the id of the last message that was read; `sessionToken`: of the cookie that let the caller in
   * @throws DomainError `validation` for what is none; `too_many_requests`, `unavailable` where too many are open
   */
  async open(
    caller: Caller,
    query: EventStreamQuery,
    { lastId, sessionToken }: { lastId: string | undefined; sessionToken?: string | undefined },
    response: ServerResponse,
  ): Promise<void> {
    const mark = lastId === undefined || lastId === '' ? undefined : this.#read(lastId);
    this.#refuseTooMany(caller);
    const stream = new EventStream(caller, query, response);
    const openedAt = performance.now();
    // Counted from here on: the others that come meanwhile are to find it.
    const state: Open = { openedAt, beatAt: openedAt, readyAt: undefined, sessionToken };
    this.#open.set(stream, state);
    response.once('close', () => this.#closed(stream));
    try {
      const { completeFrom, place } = await this.feeds.join(caller, stream);
      this.#timer ??= asOwnWork(() => setInterval(() => void this.look(), CHECK_MS).unref());
      this.shedding.release(response);
      const now = this.clock.now();
      const isKnown = mark && canResume(mark, { completeFrom, now, lookBackMs: LOOK_BACK_MS, lowest: place.order });
      stream.beginBehind(isKnown ? mark : place);
      stream.begin();
      if (mark && !isKnown) stream.say('reset', now);
      if (isKnown) await stream.catchUp((from) => this.stream.missed(caller, from));
      else stream.goOn();
      state.readyAt = completeFrom;
      this.#sayReady(stream);
    } catch (error) {
      this.#closed(stream);
      if (!response.headersSent) throw error;
      this.#logger.warn({ msg: 'a stream of events was given up', err: error });
      response.destroy();
    }
    // Gone before it had joined: nobody else takes it out.
    if (response.destroyed) this.feeds.leave(caller, stream);
  }

  /** Ends what has no right to go on, and keeps the others alive. */
  async look(): Promise<void> {
    if (this.#checking || this.#open.size === 0) return;
    this.#checking = true;
    try {
      // Whoever comes while it is asked is no part of the answer.
      const open = [...this.#open];
      const isLive = await this.#rights(open);
      const now = performance.now();
      for (const [stream, state] of open) {
        if (!isLive(stream, state) || now - state.openedAt > LONGEST_MS) stream.end();
        this.#sayReady(stream);
        if (now - state.beatAt < BEAT_MS) continue;
        state.beatAt = now;
        stream.beat();
      }
    } catch (error) {
      this.#logger.warn({ msg: 'whose streams may go on was not found out; it is looked again', err: error });
    } finally {
      this.#checking = false;
    }
  }

  #sayReady(stream: EventStream): void {
    const state = this.#open.get(stream);
    const now = this.clock.now();
    if (!state?.readyAt || now < state.readyAt) return;
    state.readyAt = undefined;
    stream.say('ready', now);
  }

  #closed(stream: EventStream): void {
    if (!this.#open.delete(stream)) return;
    this.feeds.leave(stream.caller, stream);
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #read(lastId: string): StreamMark {
    const mark = readStreamId(lastId);
    if (!mark) throw new DomainError('validation', 'Last-Event-ID is not the id of a message of this stream');
    return mark;
  }

  #refuseTooMany({ tenantId }: Caller): void {
    const ofTenant = [...this.#open.keys()].filter(({ caller }) => caller.tenantId === tenantId).length;
    if (ofTenant >= MOST_OF_TENANT) {
      throw new DomainError('too_many_requests', `${MOST_OF_TENANT} streams are open`, { retryAfterSeconds: 30 });
    }
    if (this.#open.size < MOST && !this.#isStopping) return;
    throw new DomainError('unavailable', 'too many streams are open here: come again', { retryAfterSeconds: 5 });
  }

  /** Whether a key and, where it was let in by one, a session still lets an answer go on. */
  async #rights(open: readonly [EventStream, Open][]): Promise<(stream: EventStream, state: Open) => boolean> {
    const callers = open.map(([{ caller }]) => caller);
    const tokens = open.flatMap(([, { sessionToken }]) => sessionToken ?? []);
    return withinEveryScope(async () => {
      const em = this.em.fork();
      const sessions = await this.sessions.stillOpen(tokens);
      const ids = [...new Set(callers.map(({ keyId }) => keyId))];
      const tenants = [...new Set(callers.map(({ tenantId }) => tenantId))];
      const where = { id: { $in: tenants }, status: 'published', tenantStatus: { $ne: 'suspended' as const } };
      const active = (await em.find(Tenant, where)).map(({ id }) => id);
      const keys = await em.find(ApiKey, {
        id: { $in: ids },
        tenantId: { $in: active },
        ...liveKeys(this.clock.now()),
      });
      const live = new Set(keys.map(({ id }) => id));
      return ({ caller }, { sessionToken: token }) =>
        live.has(caller.keyId) && (token === undefined || sessions.has(token));
    });
  }
}
