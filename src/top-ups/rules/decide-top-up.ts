import { endOfMonth } from '../../shared/calendar.js';
import { type Decimal, formatDecimal, wholeUnits, ZERO } from '../../shared/decimal.js';
import { type FeeSetting, priceTopUp } from '../pricing/price-top-up.js';
import { reasonOf } from './decision-reason.js';
import type { DecisionFigures } from './top-up-decision.entity.js';
import type { Trigger } from './top-up-rule.entity.js';

/** Everything a decision may depend on, as data. */
export interface TopUpFacts {
  now: Date;
  trigger: Trigger;
  /** Threshold of the rule, credits; for `threshold` only. */
  thresholdCredits: Decimal | null;
  unitCredits: Decimal;
  /** Before the fee. */
  unitPriceMinor: number;
  currency: string;
  /** In force: limits count what is charged, and so does what one charge may be at most. */
  fee: FeeSetting;
  coolOffSeconds: number;
  limits: {
    maxPerHour: number;
    maxUnits: number;
    monthlyCount: number | null;
    monthlyAmountMinor: number | null;
    /** What the amount is counted in; null without a cap. */
    monthlyAmountCurrency: string | null;
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
  /** A purchase that this one would have to wait for: an unresolved automatic charge, or an unpaid automatic invoice for another. */
  openTopUpId: string | null;
  /** Automatic purchases that were not given up, newest last; `createdAt` is when limits count them from. */
  history: { id: string; createdAt: Date; settledAt: Date | null; priceMinor: number; currency: string }[];
}

export interface Verdict {
  verdict: 'buy' | 'skip';
  code: string;
  /** What the answer is made of. */
  figures: DecisionFigures;
  /** The answer as a sentence. */
  reason: string;
  /** What tells this answer from another of its code, so that the same one is stored once: a month, a pause. */
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

/** Answers that time alone changes: whoever waits for one of these loses nothing meanwhile. */
const TEMPORARY: ReadonlySet<string> = new Set(['already_under_way', 'cool_off', 'hourly_limit']);

/** Whether only time stands between the rule and its purchase. */
export function isTemporary({ verdict, code, pause }: Verdict): boolean {
  return verdict === 'skip' && TEMPORARY.has(code) && !pause;
}

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
  code: string;
  figures: DecisionFigures;
}

function needOf(facts: TopUpFacts): Need | undefined {
  const available = formatDecimal(facts.available);
  if (facts.trigger === 'threshold') {
    const threshold = facts.thresholdCredits ?? ZERO;
    if (facts.available.gt(threshold)) return undefined;
    // The threshold is inclusive, so one purchase must end above it: the gap and a little more.
    const gap = threshold.minus(facts.available);
    const exact = wholeUnits(gap, facts.unitCredits);
    const units = facts.unitCredits.times(exact).gt(gap) ? exact : exact + 1;
    return { units, code: 'threshold_reached', figures: { available, threshold: formatDecimal(threshold) } };
  }
  if (facts.trigger === 'insufficient') {
    if (!facts.required || facts.required.lte(facts.available)) return undefined;
    const units = wholeUnits(facts.required.minus(facts.available), facts.unitCredits);
    return { units, code: 'insufficient', figures: { available, required: formatDecimal(facts.required) } };
  }
  if (!facts.expiring) return undefined;
  const { credits, expiresAt } = facts.expiring;
  const figures = { expiring_credits: formatDecimal(credits), expires_at: expiresAt.toISOString() };
  return { units: 1, code: 'about_to_expire', figures };
}

function refuse(facts: TopUpFacts, need: Need): Verdict | undefined {
  const { now, history, limits } = facts;
  if (facts.walletStatus !== 'active') return skip('wallet_not_active', { wallet_status: facts.walletStatus }, '');
  if (facts.unitPriceMinor < 1) {
    return skip('price_too_small', { unit_credits: formatDecimal(facts.unitCredits) }, '');
  }
  if (facts.openTopUpId) return skip('already_under_way', { top_up_id: facts.openTopUpId }, '');
  if (facts.pauseReason) return skip('paused', { pause_reason: facts.pauseReason }, facts.pauseReason);
  const last = history.at(-1);
  const coolUntil = last && new Date((last.settledAt ?? last.createdAt).getTime() + facts.coolOffSeconds * 1000);
  if (last && coolUntil && coolUntil > now) {
    return skip('cool_off', { cool_off_seconds: facts.coolOffSeconds }, '', coolUntil);
  }
  const lastHour = history.filter(({ createdAt }) => createdAt.getTime() > now.getTime() - HOUR_MS);
  if (lastHour.length >= limits.maxPerHour) return tooMany(facts, lastHour);
  return refuseByMonth(facts) ?? refuseBySize(facts, need);
}

/** A burst of low balances is stopped until a person has looked; credits about to expire can wait until the hour is over. */
function tooMany({ trigger }: TopUpFacts, lastHour: TopUpFacts['history']): Verdict {
  const figures = { purchases: lastHour.length };
  if (trigger !== 'expiration') return { ...skip('hourly_limit', figures, ''), pause: true };
  const oldest = lastHour[0]?.createdAt.getTime() ?? 0;
  return skip('hourly_limit', figures, '', new Date(oldest + HOUR_MS));
}

function refuseByMonth(facts: TopUpFacts): Verdict | undefined {
  const { now, history, limits, currency } = facts;
  const month = now.toISOString().slice(0, 7);
  const nextMonth = endOfMonth(now);
  const thisMonth = ofMonth(history, now);
  const cap = capReached({ limits, currency, thisMonth, priceMinor: chargeFor(facts, 1) });
  return cap && skip(cap.code, cap.figures, month, nextMonth);
}

/**
 * The monthly cap that one more purchase at this price would break. A purchase in another currency than the cap's can't
 * be counted, as there are no rates of our own: one of this month, made before the cap was set, uses the month up, and
 * none is made while the cap stands. So a cap on paper is never more than what it says, in whatever money.
 */
export function capReached(facts: {
  limits: Pick<TopUpFacts['limits'], 'monthlyCount' | 'monthlyAmountMinor' | 'monthlyAmountCurrency'>;
  currency: string;
  thisMonth: Pick<TopUpFacts['history'][number], 'priceMinor' | 'currency'>[];
  priceMinor: number;
}): { code: string; figures: DecisionFigures } | undefined {
  const { limits, currency, thisMonth, priceMinor } = facts;
  if (limits.monthlyCount !== null && thisMonth.length >= limits.monthlyCount) {
    return { code: 'monthly_count_cap', figures: { monthly_count: limits.monthlyCount } };
  }
  if (limits.monthlyAmountMinor === null) return undefined;
  const capCurrency = limits.monthlyAmountCurrency ?? currency;
  const figures = { monthly_amount_minor: limits.monthlyAmountMinor, currency: capCurrency };
  const foreign = [...thisMonth, { currency }].find((purchase) => purchase.currency !== capCurrency);
  if (foreign) return { code: 'monthly_amount_cap', figures: { ...figures, uncounted_currency: foreign.currency } };
  return spentIn(thisMonth, currency) + priceMinor > limits.monthlyAmountMinor
    ? { code: 'monthly_amount_cap', figures }
    : undefined;
}

/** What limits of a calendar month (UTC) count. */
export function ofMonth<Purchase extends { createdAt: Date }>(history: readonly Purchase[], now: Date): Purchase[] {
  const month = now.toISOString().slice(0, 7);
  return history.filter(({ createdAt }) => createdAt.toISOString().startsWith(month));
}

/** Buying only a part of what a refused debit needs would take money and still not let it through. */
function refuseBySize(facts: TopUpFacts, need: Need): Verdict | undefined {
  const least = facts.trigger === 'insufficient' ? need.units : 1;
  if (least <= allowedUnits(facts)) return undefined;
  const figures = {
    ...need.figures,
    units: need.units,
    allowed_units: allowedUnits(facts),
    unit_credits: formatDecimal(facts.unitCredits),
  };
  return skip('purchase_too_large', figures, '');
}

function size(facts: TopUpFacts, need: Need): Verdict {
  const units = Math.min(need.units, allowedUnits(facts));
  const credits = formatDecimal(facts.unitCredits.times(units));
  const figures = { ...need.figures, credits, ...(units < need.units ? { clamped_from_units: need.units } : {}) };
  const bought = { verdict: 'buy', code: need.code, figures, nextEvaluationAt: null } as const;
  return { ...bought, reason: reasonOf(bought), subject: '', units, pause: false };
}

function allowedUnits(facts: TopUpFacts): number {
  const { limits, history, now, currency, unitPriceMinor } = facts;
  const cap = limits.monthlyAmountMinor;
  const left = cap === null ? MAX_CHARGE_MINOR : cap - spentIn(ofMonth(history, now), currency);
  const mostMinor = Math.min(left, MAX_CHARGE_MINOR);
  let units = Math.min(limits.maxUnits, Math.floor(mostMinor / unitPriceMinor));
  // An added fee leaves room for fewer: as charges grow with units, the first that fits is the most.
  while (units > 0 && chargeFor(facts, units) > mostMinor) units -= 1;
  return units;
}

/** What so many units are charged at, fee included. */
function chargeFor({ unitPriceMinor, currency, fee }: TopUpFacts, units: number): number {
  return priceTopUp(unitPriceMinor * units, currency, fee).chargedMinor;
}

/** In the cap's currency: while there is a cap, no rule buys in another. */
export function spentIn(
  history: Pick<TopUpFacts['history'][number], 'priceMinor' | 'currency'>[],
  currency: string,
): number {
  return history.reduce((total, topUp) => (topUp.currency === currency ? total + topUp.priceMinor : total), 0);
}

function skip(code: string, figures: DecisionFigures, subject: string, nextEvaluationAt: Date | null = null): Verdict {
  const skipped = { verdict: 'skip', code, figures, nextEvaluationAt } as const;
  return { ...skipped, reason: reasonOf(skipped), subject, units: 0, pause: false };
}
