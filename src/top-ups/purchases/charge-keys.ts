import type { TopUp } from './top-up.entity.js';

type Attempt = Pick<TopUp, 'id' | 'attempt' | 'keyNumber'>;

/** What a payment is made under. One that was given up for another card is not the next one's. */
export function creationKey({ id, attempt, keyNumber }: Attempt): string {
  if (keyNumber > 1) return `topup:${id}:create:${Math.max(attempt, 1)}:${keyNumber}`;
  return attempt > 1 ? `topup:${id}:create:${attempt}` : `topup:${id}:create`;
}

/** What a payment is confirmed under: all that it is made of is committed before the call, and the same in every repeat. */
export function confirmationKey({ id, attempt, keyNumber }: Attempt): string {
  return keyNumber > 1 ? `topup:${id}:confirm:${attempt}:${keyNumber}` : `topup:${id}:confirm:${attempt}`;
}

/** A payment is canceled once under any key, so each look has its own: an error that is kept under one ends nothing. */
export function cancellationKey({ id, paymentId, lookups }: Pick<TopUp, 'id' | 'paymentId' | 'lookups'>): string {
  return lookups > 0 ? `topup:${id}:cancel:${paymentId}:${lookups}` : `topup:${id}:cancel:${paymentId}`;
}
