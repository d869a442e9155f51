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

/** Of every currency that has not two digits: `{ JPY: 0, KWD: 3 }`, for whoever shows or types what is in minor units. */
export function unusualDigits(): Record<string, number> {
  const unusual = [...DIGITS].filter(([, digits]) => digits !== DEFAULT_DIGITS);
  return Object.fromEntries(unusual.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * SQL of an amount in the currency's major unit, from SQL of its integer minor units and of its code in lower case: an
 * exact `numeric`, so that amounts of several currencies are compared and sorted as they are shown.
 */
export function majorUnitsSql(minor: string, currency: string): string {
  const byDigits = Map.groupBy(DIGITS, ([, digits]) => digits);
  const cases = [...byDigits].filter(([digits]) => digits !== DEFAULT_DIGITS);
  const scales = cases.map(([digits, entries]) => {
    const codes = entries.map(([code]) => `'${code.toLowerCase()}'`).join(', ');
    return `when ${currency} in (${codes}) then ${scaleOf(digits)}`;
  });
  return `((${minor}) * case ${scales.join(' ')} else ${scaleOf(DEFAULT_DIGITS)} end)`;
}

function scaleOf(digits: number): string {
  return digits === 0 ? '1.0' : `0.${'1'.padStart(digits, '0')}`;
}
