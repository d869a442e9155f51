/** An exact decimal: `units` divided by ten to the power of `scale`. */
interface Exact {
  units: bigint;
  scale: number;
}

/** Whether it is a decimal as the API takes it. What is still being typed may not be. */
export function isDecimal(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}

/** `times('12.5', '0.02')` is `0.25`. All of these are exact, and take what `isDecimal` says is one. */
export function times(one: string, other: string): string {
  const [a, b] = [exactOf(one), exactOf(other)];
  return textOf({ units: a.units * b.units, scale: a.scale + b.scale });
}

export function plus(one: string, other: string): string {
  const { a, b, scale } = aligned(one, other);
  return textOf({ units: a + b, scale });
}

export function minus(one: string, other: string): string {
  const { a, b, scale } = aligned(one, other);
  return textOf({ units: a - b, scale });
}

/** @returns below zero, zero, or above zero, as a sort wants it */
export function compare(one: string, other: string): number {
  const { a, b } = aligned(one, other);
  return a < b ? -1 : a > b ? 1 : 0;
}

export function isZero(decimal: string): boolean {
  return exactOf(decimal).units === 0n;
}

/** Per cent of a whole, cut to two digits: how wide a bar is, and nothing else. */
export function percentOf(part: string, whole: string): number {
  const { a, b } = aligned(part, whole);
  return b === 0n ? 0 : Number((a * 10_000n) / b) / 100;
}

/** To so many digits behind the point; half to the even one, as the service rounds. */
export function rounded(decimal: string, digits: number): string {
  const { units, scale } = exactOf(decimal);
  if (scale <= digits) return textOf({ units, scale });
  const step = 10n ** BigInt(scale - digits);
  const [whole, rest] = [units / step, (units % step) * 2n];
  const size = rest < 0n ? -rest : rest;
  const isUp = size > step || (size === step && whole % 2n !== 0n);
  return textOf({ units: isUp ? whole + (units < 0n ? -1n : 1n) : whole, scale: digits });
}

/** With as many digits behind the point as the currency has, or more where it has more: `50` is `50.00`. */
export function withDigits(decimal: string, digits: number): string {
  if (!isDecimal(decimal)) return decimal;
  const [whole, rest = ''] = decimal.split('.') as [string, string?];
  const padded = rest.padEnd(digits, '0');
  return padded === '' ? whole : `${whole}.${padded}`;
}

function exactOf(decimal: string): Exact {
  const [whole, rest = ''] = decimal.split('.') as [string, string?];
  return { units: BigInt(whole + rest), scale: rest.length };
}

function aligned(one: string, other: string): { a: bigint; b: bigint; scale: number } {
  const [a, b] = [exactOf(one), exactOf(other)];
  const scale = Math.max(a.scale, b.scale);
  const to = ({ units, scale: had }: Exact) => units * 10n ** BigInt(scale - had);
  return { a: to(a), b: to(b), scale };
}

function textOf({ units, scale }: Exact): string {
  const sign = units < 0n ? '-' : '';
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const rest = digits.slice(digits.length - scale).replace(/0+$/, '');
  const whole = digits.slice(0, digits.length - scale);
  return `${whole === '0' && rest === '' ? '' : sign}${whole}${rest === '' || scale === 0 ? '' : `.${rest}`}`;
}
