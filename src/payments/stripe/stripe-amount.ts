import { minorUnitDigits } from '../../shared/currencies.js';

/** Currencies that Stripe counts without decimals, whatever ISO 4217 says (it gives MGA two digits). */
const WITHOUT_DECIMALS: ReadonlySet<string> = new Set(
  'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '),
);
/** Counted in thousandths, of which only whole tens are taken. */
const WITH_THREE_DECIMALS: ReadonlySet<string> = new Set('bhd jod kwd omr tnd'.split(' '));
/** Without decimals by now, and still counted in hundredths, which must be whole hundreds. */
const WHOLE_IN_HUNDREDTHS: ReadonlySet<string> = new Set(['isk', 'ugx']);

/**
 * What Stripe is to be told, in the units that it counts the currency in.
 * @param amountMinor minor units after ISO 4217
 * @returns undefined for an amount that Stripe cannot take exactly: it is never rounded
 */
export function toStripeAmount(amountMinor: number, currency: string): number | undefined {
  const amount = shifted(amountMinor, stripeDigits(currency) - minorUnitDigits(currency));
  if (amount === undefined || amount < 1) return undefined;
  return amount % stepOf(currency) === 0 ? amount : undefined;
}

/**
 * What Stripe reports, in minor units after ISO 4217.
 * @returns undefined for an amount that is not a whole number of them
 */
export function fromStripeAmount(amount: number, currency: string): number | undefined {
  return shifted(amount, minorUnitDigits(currency) - stripeDigits(currency));
}

function stripeDigits(currency: string): number {
  if (WITHOUT_DECIMALS.has(currency)) return 0;
  return WITH_THREE_DECIMALS.has(currency) ? 3 : 2;
}

function stepOf(currency: string): number {
  if (WHOLE_IN_HUNDREDTHS.has(currency)) return 100;
  return WITH_THREE_DECIMALS.has(currency) ? 10 : 1;
}

/** The whole number with so many more digits, or fewer. */
function shifted(amount: number, digits: number): number | undefined {
  const factor = 10 ** Math.abs(digits);
  if (!Number.isSafeInteger(amount)) return undefined;
  if (digits < 0) return amount % factor === 0 ? amount / factor : undefined;
  const result = amount * factor;
  return Number.isSafeInteger(result) ? result : undefined;
}
