import { createHash, randomInt } from 'node:crypto';

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 24;

/** `pi_` and the like, and 24 letters and digits. */
export function newId(prefix: string): string {
  return `${prefix}_${randomText(LENGTH)}`;
}

export function randomText(length: number): string {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

/** The same for the same card number, whoever has the card: as in an account of Stripe's. */
export function fingerprintOf(number: string): string {
  return createHash('sha256')
    .update(`refill stand-in ${number}`)
    .digest('base64url')
    .replaceAll(/[-_]/g, '0')
    .slice(0, 16);
}
