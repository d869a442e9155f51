/**
 * Groups the digits of an exact decimal, as it is: `-1234567.50` is `-1,234,567.50`. No float, so no digit is lost.
 * @throws nothing: what is no decimal stays as it is
 */
export function groupDigits(decimal: string): string {
  const [, sign, whole, rest] = /^([+-]?)(\d+)(\.\d+)?$/.exec(decimal) ?? [];
  if (whole === undefined) return decimal;
  const groups = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  return `${sign === '-' ? '−' : (sign ?? '')}${groups}${rest ?? ''}`;
}

/** An integer of minor units as a decimal: 1999 of a currency with two digits is `19.99`. */
export function fromMinor(minor: number | string, digits: number): string {
  const text = String(minor);
  const sign = text.startsWith('-') ? '-' : '';
  const padded = text.slice(sign.length).padStart(digits + 1, '0');
  const point = padded.length - digits;
  return sign + (digits === 0 ? padded : `${padded.slice(0, point)}.${padded.slice(point)}`);
}

/**
 * Money as a person has typed it, in minor units: `19.9` of a currency with two digits is 1990.
 * @returns undefined for what is no amount of that currency: more digits, a sign, a word
 */
export function toMinor(decimal: string, digits: number): number | undefined {
  const [, whole, rest = ''] = /^(\d+)(?:\.(\d*))?$/.exec(decimal) ?? [];
  if (whole === undefined || rest.length > digits) return undefined;
  // An integer that JSON carries exactly, or none.
  const minor = Number(BigInt(whole + rest.padEnd(digits, '0')));
  return Number.isSafeInteger(minor) ? minor : undefined;
}

/** Of the API's document, `x-minor-unit-digits`: what is not 2. A browser displays something else: no forint has decimals there. */
declare const MINOR_UNIT_DIGITS: Readonly<Record<string, number>>;

/** Digits of a currency's minor unit, as the service counts them; 2 for one that it does not know. */
export function digitsOf(currency: string): number {
  return MINOR_UNIT_DIGITS[currency.toUpperCase()] ?? 2;
}
