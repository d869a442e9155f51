import type { Stripe } from 'stripe';
import { DomainError } from '../../shared/errors.js';

/** How old an event may be, and how far ahead of our clock: both ends, of which the package looks at one only. */
const WINDOW_S = 300;
const TIMESTAMP = /(?:^|,)t=([^,]*)/g;

/**
 * The event that Stripe has signed.
 * @param bytes as they came: parsed and written anew they would not be what was signed
 * @throws validation when it was not signed with the secret within the window
 */
export async function verifyEvent(
  bytes: Buffer,
  header: string | undefined,
  secret: string,
  now: Date,
): Promise<Stripe.Event> {
  if (header === undefined || !isWithinWindow(header, now)) throw notSigned();
  const { Stripe } = await import('stripe');
  try {
    return Stripe.webhooks.constructEvent(bytes, header, secret, WINDOW_S, undefined, now.getTime());
  } catch {
    throw notSigned();
  }
}

/** The same words for every reason, and for an environment that has no secret. */
export function notSigned(): DomainError {
  return new DomainError('validation', 'this is not signed by Stripe for this environment, or not now', {
    code: 'invalid_signature',
  });
}

/** One timestamp: of several, we and the package might look at different ones. */
function isWithinWindow(header: string, now: Date): boolean {
  const [given, ...others] = [...header.matchAll(TIMESTAMP)].map(([, seconds]) => seconds as string);
  if (given === undefined || others.length > 0 || !/^\d{1,12}$/.test(given)) return false;
  return Math.abs(Math.floor(now.getTime() / 1000) - Number(given)) <= WINDOW_S;
}
