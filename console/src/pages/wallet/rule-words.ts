import { creditsText, moneyText } from '../../parts/amounts';
import { isZero, rounded, times } from '../../parts/decimals';
import { digitsOf, fromMinor } from '../../parts/digits';
import { problemWords } from '../../parts/words';
import type { Schemas } from '../../session/api';

type Wallet = Schemas['WalletDto'];

const PAUSES: Readonly<Record<string, string>> = {
  no_payment_method: 'there is no card on file',
  card_declined: 'the card was declined',
  card_expired: 'the card has expired',
  hourly_limit: 'it bought as often as it may in an hour, and wanted to again',
  fee_changed: 'a higher fee comes on top of the price than was agreed to',
  pack_changed: 'the pack is no longer what was agreed to',
  pack_withdrawn: 'the pack is no longer on sale',
  top_up_refunded: 'what it had bought was refunded',
  payment_disputed: 'a payment was disputed at the card’s bank',
  invoice_overdue: 'the invoice of the last purchase is overdue',
};

/** Why a rule stands still, behind "because". */
export function pauseWords(reason: string): string {
  return PAUSES[reason] ?? problemWords(reason);
}

const VERDICTS = {
  buy: 'Bought',
  skip: 'Did not buy',
  cancel: 'Canceled',
  retry: 'Tried the backup card',
} as const;

export function verdictWords(verdict: keyof typeof VERDICTS): string {
  return VERDICTS[verdict];
}

/**
 * The reason of a decision without what stands beside it: the verdict before it, the next look behind it. Minor units are
 * for programs.
 */
export function whyWords(reason: string): string {
  const why = reason.replace(/^(did not buy|canceled): /, '').replace(/, next evaluation \S+$/, '');
  return why.replaceAll(/(\d+) minor units of ([A-Z]{3})/g, (_all, minor: string, currency: string) =>
    moneyText(fromMinor(minor, digitsOf(currency)), currency),
  );
}

const NOW = {
  buy: 'It buys',
  skip: 'It does not buy',
  cancel: 'It takes back what waits',
  retry: 'It tries the backup card',
} as const;

/** The same of what would be decided now. */
export function verdictNowWords(verdict: keyof typeof NOW): string {
  return NOW[verdict];
}

/** What so many credits cost in this wallet, fee and bonus not counted. */
export function priceOf(credits: string, wallet: Pick<Wallet, 'topup_conversion_rate' | 'currency'>): string {
  return rounded(times(credits, wallet.topup_conversion_rate), digitsOf(wallet.currency));
}

/** "Buys 50 credits for 50.00 USD when 10 are left, at most 3 times an hour, 500.00 USD a month." */
export function ruleWords(wallet: Wallet): string {
  const { auto_topup: rule, top_up_limits: limits, currency } = wallet;
  if (!rule) return 'Buys nothing by itself.';
  const price = moneyText(priceOf(rule.amount, wallet), currency);
  const bounds = [
    limits && `${timesWords(limits.max_per_hour)} an hour`,
    limits?.monthly_count != null && `${timesWords(limits.monthly_count)} a month`,
    limits?.monthly_amount != null && `${moneyText(limits.monthly_amount, currency)} a month`,
  ].filter(Boolean);
  const most = bounds.length > 0 ? `, at most ${bounds.join(', ')}` : '';
  return `Buys ${creditsText(rule.amount)} for ${price} when ${creditsText(rule.threshold)} or fewer are left${most}.`;
}

/** How it is paid for, and what comes on top. */
export function paymentWords({ auto_topup: rule, currency }: Wallet): string {
  if (!rule) return '';
  const how = rule.invoicing ? 'By invoice: credits come when it is paid' : 'Charged to the card on file';
  const fee = rule.fee ? `. A fee of ${feeWords(rule.fee, currency)} comes on top, as agreed` : '';
  const wait = rule.cooldown
    ? `. ${rule.cooldown.value} ${rule.cooldown.unit}${rule.cooldown.value === 1 ? '' : 's'} between two`
    : '';
  return `${how}${fee}${wait}.`;
}

function feeWords({ fixed_minor: fixed, percent }: Schemas['AgreedFeeDto'], currency: string): string {
  const parts = [
    !isZero(percent) && `${percent} %`,
    fixed > 0 && moneyText(fromMinor(fixed, digitsOf(currency)), currency),
  ].filter(Boolean);
  return parts.join(' and ');
}

function timesWords(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
