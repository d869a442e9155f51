import { Big } from 'big.js';
import { minorUnitDigits } from './currencies.js';

/** Exact decimal for credits, rates and currency amounts. Never a float: big.js keeps every digit. */
export type Decimal = Big;

/** Decimal places that credits and currency amounts are stored with. */
export const DECIMAL_PLACES = 9;
/** Decimal places of conversion rates. */
export const RATE_PLACES = 5;
/** Largest absolute value of one amount, exclusive: numeric(20,9) has 11 digits before the point. */
export const AMOUNT_LIMIT = new Big('100000000000');

export const ZERO = new Big(0);

const PLAIN_DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/;

/** An exact decimal from a trusted value (a database `numeric`, a literal). Throws on anything else. */
export function decimal(value: string | number | Decimal): Decimal {
  return new Big(value);
}

/**
 * Reads a decimal that a client sent, as a string or a JSON number.
 * @returns undefined when it is not a number, has more than 9 places, or reaches 10^11 in absolute value.
 */
export function parseDecimal(value: unknown): Decimal | undefined {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return undefined;
    value = String(value);
  }
  if (typeof value !== 'string' || value.length > 64 || !PLAIN_DECIMAL.test(value)) return undefined;
  const parsed = new Big(value.startsWith('+') ? value.slice(1) : value);
  if (parsed.abs().gte(AMOUNT_LIMIT)) return undefined;
  if (!parsed.round(DECIMAL_PLACES, Big.roundDown).eq(parsed)) return undefined;
  return parsed;
}

/** Plain notation without trailing zeros, as both APIs and the database take it: `"0.333333333"`, `"10"`. */
export function formatDecimal(value: Decimal): string {
  const text = value.toFixed();
  return text === '-0' ? '0' : text;
}

/** `amount / rate` in credits, 9 places, half-even. The only place where a division rounds. */
export function divideByRate(amount: Decimal, rate: Decimal): Decimal {
  const quotient = new DivisionBig(amount).div(new DivisionBig(rate));
  return new Big(quotient.toFixed()).round(DECIMAL_PLACES, Big.roundHalfEven);
}

/** `credits * rate` in the wallet's currency, 9 places, half-even. */
export function multiplyByRate(credits: Decimal, rate: Decimal): Decimal {
  return credits.times(rate).round(DECIMAL_PLACES, Big.roundHalfEven);
}

/** The text of an exact product as `multiplyByRate` rounds it; most have nothing to round. */
export function roundedText(product: string): string {
  const point = product.indexOf('.');
  const places = point < 0 ? 0 : product.length - point - 1;
  return places <= DECIMAL_PLACES ? product : formatDecimal(new Big(product).round(DECIMAL_PLACES, Big.roundHalfEven));
}

/** The smallest whole number of `size` that makes up `gap`. Both positive. */
export function wholeUnits(gap: Decimal, size: Decimal): number {
  return Number(new DivisionBig(gap).div(new DivisionBig(size)).round(0, Big.roundUp).toFixed());
}

/** `amount * part / whole`, 9 places, rounded down: parts never add up to more than the amount. `whole` is above zero. */
export function proportion(amount: Decimal, part: Decimal | number, whole: Decimal | number): Decimal {
  const quotient = new DivisionBig(amount).times(new DivisionBig(part)).div(new DivisionBig(whole));
  return new Big(quotient.toFixed()).round(DECIMAL_PLACES, Big.roundDown);
}

/** A whole number of minor units that a proportion comes to, rounded down. */
export function wholeMinorUnits(amount: Decimal): number {
  return Number(amount.round(0, Big.roundDown).toFixed());
}

export function min(a: Decimal, b: Decimal): Decimal {
  return a.lt(b) ? a : b;
}

export function max(a: Decimal, b: Decimal): Decimal {
  return a.gt(b) ? a : b;
}

/** A currency amount in integer minor units, half-even: 99 USD is 9900. */
export function toMinorUnits(amount: Decimal, currency: string): number {
  return Number(
    amount
      .times(new Big(10).pow(minorUnitDigits(currency)))
      .round(0, Big.roundHalfEven)
      .toFixed(),
  );
}

/** Whether an amount is made of whole minor units of its currency: 0.5 USD is, 0.005 USD and 0.5 JPY are not. */
export function isInMinorUnits(amount: Decimal, currency: string): boolean {
  return amount.round(minorUnitDigits(currency), Big.roundDown).eq(amount);
}

/** Integer minor units as a currency amount: 9900 of USD is 99. */
export function fromMinorUnits(minor: number, currency: string): Decimal {
  return new Big(minor).times(new Big(10).pow(-minorUnitDigits(currency)));
}

/** big.js rounds quotients half-up at 20 places by default; ours keep 40, so that the one rounding is ours. */
const DivisionBig = Big();
DivisionBig.DP = 40;
DivisionBig.RM = Big.roundHalfEven;
