import type { Books, StoredAnswer } from '../books/books.js';
import { StripeFailure } from './stripe-failure.js';

const KEPT_MS = 24 * 3_600_000;
const MAX_KEY_LENGTH = 255;

export interface KeyedRequest {
  key: string;
  method: string;
  path: string;
  form: string;
}

/**
 * Idempotency keys as the first version of Stripe's API has them: the first answer of an endpoint that had begun is
 * given again for 24 hours, whatever it was; other parameters or another endpoint are refused; a request that comes
 * while the first is under way is turned away.
 */
export class Idempotency {
  readonly #underWay = new Set<string>();

  constructor(private readonly books: Books) {}

  /**
   * @returns the stored answer, or undefined where the request may begin; then `end` has to follow.
   * @throws {StripeFailure} 400 `idempotency_error` or 409 `idempotency_key_in_use`.
   */
  begin(request: KeyedRequest, nowMs: number): StoredAnswer | undefined {
    const { key } = request;
    if (key.length > MAX_KEY_LENGTH) {
      const message = `Idempotency keys may be up to ${MAX_KEY_LENGTH} characters long.`;
      throw new StripeFailure(400, { type: 'idempotency_error', message }, false);
    }
    if (this.#underWay.has(key)) throw keyInUse(key);
    const stored = this.books.answers.find(key);
    if (stored && nowMs - stored.at < KEPT_MS) return checkSame(stored, request);
    this.#underWay.add(key);
    return undefined;
  }

  store(request: KeyedRequest, answer: { status: number; body: string }, nowMs: number): void {
    const { key: id, method, path, form } = request;
    this.books.answers.put({ id, method, path, form, ...answer, at: nowMs });
  }

  end(key: string): void {
    this.#underWay.delete(key);
  }
}

export function keyInUse(key: string): StripeFailure {
  const message = `There is currently another in-progress request using this Idempotent Key: ${key}. Please try again later.`;
  const error = { type: 'invalid_request_error', code: 'idempotency_key_in_use', message } as const;
  return new StripeFailure(409, error, false);
}

function checkSame(stored: StoredAnswer, { key, method, path, form }: KeyedRequest): StoredAnswer {
  if (stored.method !== method || stored.path !== path) {
    const message = `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${path}' vs '${stored.path}'). Try using a key other than '${key}' if you meant to execute a different request.`;
    throw new StripeFailure(400, { type: 'idempotency_error', message }, false);
  }
  if (stored.form !== form) {
    const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`;
    throw new StripeFailure(400, { type: 'idempotency_error', message }, false);
  }
  return stored;
}
