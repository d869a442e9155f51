import { NoAnswer } from './errors.js';
import { isRepeatable } from './repeatable.js';
import { retryAfterSeconds } from './retry-after.js';

export interface Patience {
  /** For each try, in milliseconds. */
  timeoutMs: number;
  /** How often a request is sent again: one that was refused for now (429), or that may be sent twice. */
  retries: number;
  /** Who sends. */
  fetch: typeof fetch;
}

const FIRST_PAUSE_MS = 200;
/** Whoever is told to come back later than this is told so at once. */
const LONGEST_PAUSE_MS = 10_000;

/**
 * Sends a request until it has an answer that stands. The same key goes with every try.
 * @param key the idempotency key that it has, in its header or body
 * @throws NoAnswer
 */
export async function send(
  request: Request,
  { timeoutMs, retries, fetch }: Patience,
  key: string | undefined,
): Promise<Response> {
  const mayRepeat = isRepeatable(request, key);
  for (let tried = 0; ; tried += 1) {
    const isLast = tried >= retries;
    const pauseMs = FIRST_PAUSE_MS * 2 ** tried * (0.5 + Math.random() / 2);
    try {
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
      const response = await whole(await fetch(new Request(request.clone(), { signal })));
      const askedMs = (retryAfterSeconds(response.headers) ?? 0) * 1000;
      const mayTryAgain = response.status === 429 || (response.status >= 500 && mayRepeat);
      if (isLast || !mayTryAgain || askedMs > LONGEST_PAUSE_MS) return response;
      await response.body?.cancel();
      await pause(Math.max(pauseMs, askedMs), request.signal);
    } catch (error) {
      // Whoever called has given up: that is their own error.
      request.signal.throwIfAborted();
      if (isLast || !mayRepeat) throw new NoAnswer(key ?? null, error);
      await pause(pauseMs, request.signal);
    }
  }
}

/** A success in JSON is an answer once all of it is there: one that breaks off, or takes too long, is none. */
async function whole(response: Response): Promise<Response> {
  const { ok, status, statusText, headers, body } = response;
  if (!ok || !body || !headers.get('Content-Type')?.includes('json')) return response;
  return new Response(await response.arrayBuffer(), { status, statusText, headers });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });
}
