import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** How old a message may be, and how far ahead of our clock. */
const WINDOW_S = 300;

/** The headers of Standard Webhooks, as they came. */
export interface MessageHeaders {
  id: string | undefined;
  timestamp: string | undefined;
  signature: string | undefined;
}

/**
 * The id of a message that was signed with the secret within the window; undefined for any other. The package reads the
 * clock by itself, so only its signature is used.
 * @param bytes as they came
 */
export function verifiedId(bytes: Buffer, headers: MessageHeaders, secret: string, now: Date): string | undefined {
  const { id, timestamp, signature } = headers;
  if (id === undefined || !/^[\x21-\x7e]{1,255}$/.test(id) || signature === undefined) return undefined;
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) return undefined;
  if (Math.abs(Math.floor(now.getTime() / 1000) - Number(timestamp)) > WINDOW_S) return undefined;
  const expected = Buffer.from(new Webhook(secret).sign(id, new Date(Number(timestamp) * 1000), bytes));
  return signature.split(' ').some((given) => isEqual(Buffer.from(given), expected)) ? id : undefined;
}

function isEqual(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
