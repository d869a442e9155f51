import type { StreamPlace } from '../../events/stream/streamed-events.js';

/** A place in the stream as clients keep it, with when it was: what a reader who comes again begins behind. */
export interface StreamMark extends StreamPlace {
  atMs: number;
}

const FORMAT = /^(\d{1,15})\.(\d{1,15})\.([\w-]{0,100})$/;

/** The `id` of a message: `<transaction>.<milliseconds>.<event>`. */
export function formatStreamId({ order, atMs, id }: StreamMark): string {
  return `${order}.${atMs}.${id}`;
}

/** @returns undefined for what is no id of a message */
export function readStreamId(text: string): StreamMark | undefined {
  const [, order, atMs, id] = FORMAT.exec(text) ?? [];
  return id === undefined ? undefined : { order: Number(order), atMs: Number(atMs), id };
}

/** Whether something is behind a place. */
export function isBehind(one: StreamPlace, other: StreamPlace): boolean {
  return one.order === other.order ? one.id > other.id : one.order > other.order;
}

/**
 * Whether all that has happened since is still known: it was written down from then on, is kept, and is of this database.
 * @param completeFrom from when on everything is written down
 * @param lowest of the transactions under way now
 */
export function canResume(
  mark: StreamMark,
  { completeFrom, now, lookBackMs, lowest }: { completeFrom: Date; now: Date; lookBackMs: number; lowest: number },
): boolean {
  const isKept = mark.atMs >= completeFrom.getTime() && mark.atMs > now.getTime() - lookBackMs;
  return isKept && mark.order <= lowest;
}
