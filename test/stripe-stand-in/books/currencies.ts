import { wrongParameter } from '../wire/stripe-failure.js';

/** The least that is charged, in minor units. Where nothing is said, 1: Stripe converts its 0.50 USD (unverified). */
const LEAST_MINOR: Readonly<Record<string, number>> = {
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
  usd: 50,
};
const MOST_MINOR = 99_999_999;
const OTHERS =
  'afn all amd ang aoa ars awg azn bam bbd bdt bmd bnd bob bsd bwp byn bzd cdf clp cny cop crc cve djf dop dzd egp etb fjd fkp gel gip gmd gnf gtq gyd hnl htg idr ils isk jmd jod kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mzn nad ngn nio npr omr pab pen pgk php pkr pyg qar rsd rub rwf sar sbd scr shp sle sos srd std szl tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw bhd bif'.split(
    ' ',
  );
const KNOWN = new Set([...Object.keys(LEAST_MINOR), ...OTHERS]);
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '));
/** No minor unit any more, yet still written with two digits, which have to be 0. */
const WHOLE_ONLY = new Set(['isk', 'ugx']);

/** @throws {StripeFailure} 400 for a currency that Stripe does not take; the one returned is in lower case. */
export function checkCurrency(currency: string): string {
  const lower = currency.toLowerCase();
  if (KNOWN.has(lower)) return lower;
  const message = `Invalid currency: ${lower}. Stripe currently supports these currencies: ${[...KNOWN].join(', ')}`;
  throw wrongParameter('currency', message);
}

/** @throws {StripeFailure} 400 `amount_too_small`, `amount_too_large` or `parameter_invalid_integer`. */
export function checkAmount(amountMinor: number, currency: string): void {
  if (amountMinor < 1) {
    const message = 'This value must be greater than or equal to 1.';
    throw wrongParameter('amount', message, 'parameter_invalid_integer');
  }
  const least = LEAST_MINOR[currency] ?? 1;
  if (amountMinor < least) {
    throw wrongParameter('amount', `Amount must be at least ${shown(least, currency)}`, 'amount_too_small');
  }
  if (amountMinor > MOST_MINOR) {
    const message = `Amount must be no more than ${shown(MOST_MINOR, currency)}`;
    throw wrongParameter('amount', message, 'amount_too_large');
  }
  checkLastDigits(amountMinor, currency);
}

function checkLastDigits(amountMinor: number, currency: string): void {
  const step = THREE_DECIMAL.has(currency) ? 10 : WHOLE_ONLY.has(currency) ? 100 : 1;
  if (amountMinor % step === 0) return;
  const message = `Amount must be a multiple of ${step} for ${currency}`;
  throw wrongParameter('amount', message, 'parameter_invalid_integer');
}

/** `$0.50 usd` with Stripe, which knows the signs; here `0.50 usd`. */
function shown(amountMinor: number, currency: string): string {
  if (ZERO_DECIMAL.has(currency)) return `${amountMinor} ${currency}`;
  const digits = THREE_DECIMAL.has(currency) ? 3 : 2;
  const text = String(amountMinor).padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)} ${currency}`;
}
