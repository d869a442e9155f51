import { Injectable } from '@nestjs/common';
import { DomainError } from '../../shared/errors.js';

/** Of one tenant, or of one address without a key: 16 MiB at most. */
const AT_ONCE_FOR_ONE = 16;
const AT_ONCE = 64;

/** How many bodies beyond the ordinary size are being read: half of one may lie in memory for as long as a request may take. */
@Injectable()
export class LargeBodies {
  readonly #reading = new Map<string, number>();
  #total = 0;

  /**
   * @param payer whose body it is
   * @param read reads it, and keeps its place until it is read
   * @throws DomainError `too_many_requests`
   */
  async whileReading<Result>(payer: string, read: () => Promise<Result>): Promise<Result> {
    const own = this.#reading.get(payer) ?? 0;
    if (own >= AT_ONCE_FOR_ONE || this.#total >= AT_ONCE) {
      const sentence = 'too many large bodies at once: send this one when another was answered';
      throw new DomainError('too_many_requests', sentence, { retryAfterSeconds: 1 });
    }
    this.#reading.set(payer, own + 1);
    this.#total += 1;
    try {
      return await read();
    } finally {
      this.#total -= 1;
      const left = (this.#reading.get(payer) ?? 1) - 1;
      if (left > 0) this.#reading.set(payer, left);
      else this.#reading.delete(payer);
    }
  }
}
