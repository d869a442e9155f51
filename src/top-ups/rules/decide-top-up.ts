import { endOfMonth } from '../../shared/calendar.js';
import { type Decimal, formatDecimal, wholeUnits, ZERO } from '../../shared/decimal.js';
import type { Trigger } from './top-up-rule.entity.js';

/** Everything a decision may depend on, as data. */
export interface TopUpFacts {
  now: Date;
  trigger: Trigger;
  /** Threshold of the rule, credits; for `threshold` only. */
  thresholdCredits: Decimal | null;
  unitCredits: Decimal;
  unitPriceMinor: number;
  currency: string;
  coolOffSeconds: number;
  limits: {
    maxPerHour: number;
    maxUnits: number;
    monthlyCount: number | null;
    monthlyAmountMinor: number | null;
  };
  /** Why automatic top-up is paused; empty when it is not. */
  pauseReason: string;
  walletStatus: 'active' | 'frozen' | 'closed';
  /** Posted less held less expired, credits. */
  available: Decimal;
  /** What a refused debit or hold needed; for `insufficient` only. */
  required: Decimal | null;
  /** Purchased credits about to expire and their instant; for `expiration` only. */
  expiring: { credits: Decimal; expiresAt: Date } | null;
  openTopUpId: string | null;
  /** Automatic purchases that were not given up: newest last. */
  history: { id: string; createdAt: Date; settledAt: Date | null; priceMinor: number; currency: string }[];
}

export interface Verdict {
  verdict: 'buy' | 'skip';
  code: string;
  reason: string;
  /** What the answer is about, so that the same answer is stored once: a top-up, a month. */
  subject: string;
  /** For `buy`: whole units, 1 or more. */
  units: number;
  /** When time alone may change the answer. */
  nextEvaluationAt: Date | null;
  /** Stops the wallet's automatic top-ups until a person resumes them. */
  pause: boolean;
}

const HOUR_MS = 3_600_000;
/** The largest single charge in minor units: eight digits, as payment providers take it. */
export const MAX_CHARGE_MINOR = 99_999_999;

/** Pauses of a rule whose pack is no longer offered as the account agreed to it. */
export const PACK_PAUSES = { changed: 'pack_changed', withdrawn: 'pack_withdrawn' } as const;
const WORDS_OF_PAUSE: Readonly<Record<string, string>> = {
  [PACK_PAUSES.changed]: 'the pack is no longer what was agreed to: choose it again to agree to what it costs now',
  [PACK_PAUSES.withdrawn]: 'the pack is no longer on sale: choose another one',
};

/**
 * Whether a top-up is due now, and if not, why not. Undefined when the rule's own condition does not hold: then
 * nothing could have been charged, and there is nothing to explain.
 */
export function decideTopUp(facts: TopUpFacts): Verdict | undefined {
  const need = needOf(facts);
  if (!need) return undefined;
  return refuse(facts, need) ?? size(facts, need);
}

interface Need {
  units: number;
  because: string;
  code: string;
}

function needOf(facts: TopUpFacts): Need | undefined {
  const left = `${formatDecimal(facts.available)} were left`;
  if (facts.trigger === 'threshold') {
    const threshold = facts.thresholdCredits ?? ZERO;
    if (facts.available.gt(threshold)) return undefined;
    // The threshold is inclusive, so one purchase must end above it: the gap and a little more.
    const gap = threshold.minus(facts.available);
    const exact = wholeUnits(gap, facts.unitCredits);
    const units = facts.unitCredits.times(exact).gt(gap) ? exact : exact + 1;
    return {
      units,
      code: 'threshold_reached',
      because: `${left}, at or below the threshold of ${formatDecimal(threshold)}`,
    };
  }
  if (facts.trigger === 'insufficient') {
    if (!facts.required || facts.required.lte(facts.available)) return undefined;
    const units = wholeUnits(facts.required.minus(facts.available), facts.unitCredits);
    return { units, code: 'insufficient', because: `${left} and ${formatDecimal(facts.required)} were needed` };
  }
  if (!facts.expiring) return undefined;
  const { credits, expiresAt } = facts.expiring;
  const because = `${formatDecimal(credits)} purchased credits expire on ${expiresAt.toISOString().slice(0, 10)}`;
  return { units: 1, code: 'about_to_expire', because };
}

function refuse(facts: TopUpFacts, need: Need): Verdict | undefined {
  const { now, history, limits } = facts;
  if (facts.walletStatus !== 'active') return skip('wallet_not_active', `the wallet is ${facts.walletStatus}`, '');
  if (facts.unitPriceMinor < 1) {
    return skip('price_too_small', `${formatDecimal(facts.unitCredits)} credits cost less than one minor unit`, '');
  }
  if (facts.openTopUpId) {
    return skip('already_under_way', `top-up ${facts.openTopUpId} is under way`, facts.openTopUpId);
  }
  if (facts.pauseReason) {
    const words =
      WORDS_OF_PAUSE[facts.pauseReason] ?? `automatic top-up is paused (${facts.pauseReason}) until it is resumed`;
    return skip('paused', words, facts.pauseReason);
  }
  const last = history.at(-1);
  const coolUntil = last && new Date((last.settledAt ?? last.createdAt).getTime() + facts.coolOffSeconds * 1000);
  if (last && coolUntil && coolUntil > now) {
    return skip('cool_off', `the last top-up was less than ${facts.coolOffSeconds} s ago`, last.id, coolUntil);
  }
  const lastHour = history.filter(({ createdAt }) => createdAt.getTime() > now.getTime() - HOUR_MS);
  if (lastHour.length >= limits.maxPerHour) {
    const reason = `${lastHour.length} top-ups within an hour is the limit: paused until somebody resumes it`;
    return { ...skip('hourly_limit', reason, last?.id ?? ''), pause: true };
  }
  return refuseByMonth(facts) ?? refuseBySize(facts, need);
}

function refuseByMonth({ now, history, limits, currency, unitPriceMinor }: TopUpFacts): Verdict | undefined {
  const month = now.toISOString().slice(0, 7);
  const nextMonth = endOfMonth(now);
  const thisMonth = history.filter(({ createdAt }) => createdAt.toISOString().startsWith(month));
  if (limits.monthlyCount !== null && thisMonth.length >= limits.monthlyCount) {
    return skip('monthly_count_cap', `the monthly cap of ${limits.monthlyCount} top-ups is reached`, month, nextMonth);
  }
  if (limits.monthlyAmountMinor !== null && spent(thisMonth, currency) + unitPriceMinor > limits.monthlyAmountMinor) {
    const cap = `${limits.monthlyAmountMinor} minor units of ${currency.toUpperCase()}`;
    return skip('monthly_amount_cap', `the monthly cap of ${cap} does not allow another purchase`, month, nextMonth);
  }
  return undefined;
}

/** Buying only a part of what a refused debit needs would take money and still not let it through. */
function refuseBySize(facts: TopUpFacts, need: Need): Verdict | undefined {
  if (facts.trigger !== 'insufficient' || need.units <= allowedUnits(facts)) return undefined;
  const reason = `${need.units} purchases of ${formatDecimal(facts.unitCredits)} credits would be needed, ${allowedUnits(facts)} are allowed`;
  return skip('purchase_too_large', reason, formatDecimal(facts.required ?? ZERO));
}

function size(facts: TopUpFacts, need: Need): Verdict {
  const units = Math.min(need.units, allowedUnits(facts));
  const credits = formatDecimal(facts.unitCredits.times(units));
  const clamped = units < need.units ? '; the limits did not allow as much as it takes' : '';
  return {
    verdict: 'buy',
    code: need.code,
    reason: `buys ${credits} credits because ${need.because}${clamped}`,
    subject: '',
    units,
    nextEvaluationAt: null,
    pause: false,
  };
}

function allowedUnits({ limits, history, now, currency, unitPriceMinor }: TopUpFacts): number {
  const chargeable = Math.min(limits.maxUnits, Math.floor(MAX_CHARGE_MINOR / unitPriceMinor));
  if (limits.monthlyAmountMinor === null) return chargeable;
  const month = now.toISOString().slice(0, 7);
  const thisMonth = history.filter(({ createdAt }) => createdAt.toISOString().startsWith(month));
  const left = limits.monthlyAmountMinor - spent(thisMonth, currency);
  return Math.min(chargeable, Math.floor(left / unitPriceMinor));
}

function spent(history: TopUpFacts['history'], currency: string): number {
  return history.reduce((total, topUp) => (topUp.currency === currency ? total + topUp.priceMinor : total), 0);
}

function skip(code: string, because: string, subject: string, nextEvaluationAt: Date | null = null): Verdict {
  const next = nextEvaluationAt ? `, next evaluation ${nextEvaluationAt.toISOString().slice(0, 19)}Z` : '';
  const reason = `did not buy: ${because}${next}`;
  return { verdict: 'skip', code, reason, subject, units: 0, nextEvaluationAt, pause: false };
}
