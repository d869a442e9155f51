import { Injectable } from '@nestjs/common';
import { DomainError } from '../../shared/errors.js';
import { Tally } from '../../shared/tally.js';

/** Of one tenant, or of one address without a key: 16 MiB at most. */
const AT_ONCE_FOR_ONE = 16;
const AT_ONCE = 64;

/** How many bodies beyond the ordinary size are being read: half of one may lie in memory for as long as a request may take. */
@Injectable()
export class LargeBodies {
  readonly #reading = new Tally();

  /**
   * @param payer whose body it is
   * @param read reads it, and keeps its place until it is read
   * @throws DomainError `too_many_requests`
   */
  async whileReading<Result>(payer: string, read: () => Promise<Result>): Promise<Result> {
    if (!this.#reading.addWithin(payer, AT_ONCE_FOR_ONE, AT_ONCE)) {
      const sentence = 'too many large bodies at once: send this one when another was answered';
      throw new DomainError('too_many_requests', sentence, { retryAfterSeconds: 1 });
    }
    try {
      return await read();
    } finally {
      this.#reading.remove(payer);
    }
  }
}
