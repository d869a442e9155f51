import currencyCodes from 'currency-codes';

/** Codes that ISO 4217 lists without a minor unit: metals, units of account, tests. They count like codes that it does not list. */
const WITHOUT_MINOR_UNIT: ReadonlySet<string> = new Set(
  'XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX'.split(' '),
);
const DEFAULT_DIGITS = 2;

const DIGITS: ReadonlyMap<string, number> = new Map(
  currencyCodes.data.filter(({ code }) => !WITHOUT_MINOR_UNIT.has(code)).map(({ code, digits }) => [code, digits]),
);

/**
 * Digits of a currency's minor unit after ISO 4217: USD 2, JPY 0, KWD 3; 2 for a code that it does not list. Never what
 * the runtime would display: CLDR shows HUF and IDR without decimals, though both have them.
 */
export function minorUnitDigits(currency: string): number {
  return DIGITS.get(currency.toUpperCase()) ?? DEFAULT_DIGITS;
}
