import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Caller } from '../../auth/caller.js';
import { scopeOfEvent } from '../../events/scopes-of-events.js';
import type { StreamEvent, StreamPlace } from '../../events/stream/streamed-events.js';
import { formatTimestamp } from '../../shared/clock.js';
import type { Reader } from './event-feeds.js';
import type { EventStreamQuery, StreamedEventDto } from './event-stream.dto.js';
import { formatStreamId, isBehind } from './stream-id.js';

/** Answers that wait for somebody who does not read them, bytes: more, and the connection is given up. */
const MOST_WAITING = 1_048_576;
/** Events that are kept while what was missed is read. Of more, all are read with it. */
const MOST_KEPT = 1000;
/** What a browser waits before it comes again. */
const RETRY_MS = 2000;

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // Nothing on the way may keep, change or gather it.
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};

/** One answer that stays open: what happens in an environment, of a customer or a wallet, as messages. */
export class EventStream implements Reader {
  /** What happens while what was missed is read. */
  #waiting: StreamEvent[] | undefined = [];
  /** More has happened meanwhile than is kept. */
  #isBehind = false;
  #place: StreamPlace = { order: 0, id: '' };

  constructor(
    readonly caller: Caller,
    private readonly query: EventStreamQuery,
    private readonly response: ServerResponse,
  ) {}

  begin(): void {
    if (this.response.headersSent) return;
    this.response.writeHead(200, HEADERS);
    this.#write(`retry: ${RETRY_MS}\n\n`);
  }

  /** Hands over what happens, once what was missed has been told. */
  take(events: readonly StreamEvent[]): void {
    if (!this.#waiting) return this.tell(events);
    this.#waiting.push(...events);
    if (this.#waiting.length <= MOST_KEPT) return;
    this.#waiting = [];
    this.#isBehind = true;
  }

  /** Tells of what is behind the place that was told of last. */
  tell(events: readonly StreamEvent[]): void {
    for (const event of events) {
      if (!isBehind(event.place, this.#place)) continue;
      this.#place = event.place;
      if (this.#isWanted(event)) this.#send(event);
    }
  }

  /** What came before the place is not told again. */
  beginBehind(place: StreamPlace): void {
    this.#place = place;
  }

  /**
   * Tells of what a reader has missed, no faster than they take it; from then on of what happens, at once.
   * @param missed what is behind a place, whole
   */
  async catchUp(missed: (from: StreamPlace) => AsyncIterable<StreamEvent[]>): Promise<void> {
    do {
      this.#isBehind = false;
      this.#waiting = [];
      for await (const page of missed(this.#place)) {
        this.tell(page);
        await this.#taken();
        if (this.#isOver) return;
      }
    } while (this.#isBehind);
    this.goOn();
  }

  /** Nothing was missed: from here on what happens is told at once. */
  goOn(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.tell(waiting);
  }

  /** A message of the stream itself, under the place that it says something about. */
  say(event: 'ready' | 'reset', at: Date): void {
    const id = formatStreamId({ ...this.#place, atMs: at.getTime() });
    this.#write(`event: ${event}\nid: ${id}\ndata: {}\n\n`);
  }

  /** A line that means nothing, so that nobody on the way takes the connection for dead. */
  beat(): void {
    this.#write(':\n\n');
  }

  /** Also before it has begun: an answer without these headers a browser takes for a mistake, and never comes again. */
  end(): void {
    this.begin();
    this.response.end();
  }

  #isWanted({ customerId, walletId }: StreamEvent): boolean {
    const { customer_id: wantedCustomer = customerId, wallet_id: wantedWallet = walletId } = this.query;
    return wantedCustomer === customerId && wantedWallet === walletId;
  }

  #send(event: StreamEvent): void {
    const scope = scopeOfEvent(event.eventType);
    const isShown = scope !== undefined && this.caller.scopes.has(scope);
    const data: StreamedEventDto = {
      id: event.place.id,
      event_type: event.eventType,
      wallet_id: event.walletId,
      customer_id: event.customerId,
      body: isShown ? (JSON.parse(event.body) as Record<string, unknown>) : null,
      created_at: formatTimestamp(event.createdAt),
    };
    const id = formatStreamId({ ...event.place, atMs: event.createdAt.getTime() });
    this.#write(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  get #isOver(): boolean {
    return this.response.destroyed || this.response.writableEnded;
  }

  async #taken(): Promise<void> {
    if (!this.response.writableNeedDrain || this.#isOver) return;
    const either = new AbortController();
    const { signal } = either;
    await Promise.race([once(this.response, 'drain', { signal }), once(this.response, 'close', { signal })]);
    either.abort();
  }

  #write(text: string): void {
    if (this.#isOver) return;
    this.response.write(text);
    if (this.response.writableLength > MOST_WAITING) this.response.destroy();
  }
}
