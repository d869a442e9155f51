import { RefillError } from '../session/api';
import { digitsOf, toMinor } from './digits';

/**
 * Money as it was typed, in minor units; what is no such amount is said at its field. For `run` of `useAction`.
 * @throws RefillError as the service would answer
 * @returns null for nothing
 */
export function minorUnits(field: string, text: string, currency: string): number | null {
  if (text === '') return null;
  const digits = digitsOf(currency);
  const minor = toMinor(text, digits);
  if (minor !== undefined) return minor;
  const words = digits === 0 ? 'without decimals' : `with up to ${digits} decimals`;
  throw faultAt(field, `must be an amount in ${currency.toUpperCase()}, ${words}`);
}

/** As if the service had refused the field. */
export function faultAt(field: string, words: string): RefillError {
  return new RefillError(words, { status: 400, code: 'validation_error', requestId: '', details: { [field]: words } });
}
