import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { DomainError } from './errors.js';

/**
 * Writes, unless a unique index refuses. The index decides who has an id or a name: asking first would leave a gap between
 * two who ask.
 * @param taken what exists already: a sentence, and the facts that a client can branch on
 * @param index the only one that means this; any, if undefined
 * @throws already_exists
 */
export async function unlessTaken<Result>(
  write: () => Promise<Result>,
  taken: { message: string; details: Record<string, unknown> },
  index?: string,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    const isTaken = error instanceof UniqueConstraintViolationException && (!index || error.message.includes(index));
    if (!isTaken) throw error;
    throw new DomainError('already_exists', taken.message, { details: taken.details });
  }
}
