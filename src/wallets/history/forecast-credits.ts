import { type Decimal, divideByRate, min, ZERO } from '../../shared/decimal.js';

/** Credits that can be spent, of one lot. */
export interface LiveLot {
  id: string;
  /** Neither spent nor held, above zero. */
  credits: Decimal;
  expiresAt: Date | null;
}

/** Spent in a stretch of time: the rate is their quotient, never rounded before it is used. */
export interface Burn {
  credits: Decimal;
  overMs: number;
}

export interface Forecast {
  /** When nothing is left, at this rate; null without any burn, and past the year 9999. */
  runsOutAt: Date | null;
  /** What expires unspent before that, in the order in which it does. */
  expiring: { lot: LiveLot; expiresAt: Date; credits: Decimal }[];
}

const LAST_MS = Date.UTC(9999, 11, 31);

/**
 * Spends lots in their order at a steady rate. A lot that is not spent when it expires is lost, which brings the end
 * nearer. Without any burn all that expires is lost.
 * @param lots in spend order, those that have expired left out
 * @param debt repaid at once, out of the first lots
 */
export function forecastCredits(lots: readonly LiveLot[], debt: Decimal, burn: Burn, now: Date): Forecast {
  const left = lots.map((lot) => ({ lot, credits: lot.credits }));
  spend(left, debt);
  const expiring: Forecast['expiring'] = [];
  let at = now.getTime();
  for (const expiresAt of expiriesOf(lots)) {
    const due = spend(left, spentBetween(burn, at, expiresAt));
    if (due.gt(0)) return { runsOutAt: toInstant(expiresAt - timeFor(burn, due)), expiring };
    at = expiresAt;
    for (const part of left) {
      if (part.lot.expiresAt?.getTime() !== expiresAt || part.credits.eq(0)) continue;
      expiring.push({ lot: part.lot, expiresAt: part.lot.expiresAt, credits: part.credits });
      part.credits = ZERO;
    }
  }
  const rest = left.reduce((total, { credits }) => total.plus(credits), ZERO);
  if (burn.credits.lte(0)) return { runsOutAt: null, expiring };
  return { runsOutAt: toInstant(at + timeFor(burn, rest)), expiring };
}

function expiriesOf(lots: readonly LiveLot[]): number[] {
  const instants = lots.flatMap(({ expiresAt }) => (expiresAt ? [expiresAt.getTime()] : []));
  return [...new Set(instants)].sort((a, b) => a - b);
}

/** @returns what the lots could not cover */
function spend(left: { credits: Decimal }[], credits: Decimal): Decimal {
  let due = credits;
  for (const part of left) {
    const taken = min(part.credits, due);
    part.credits = part.credits.minus(taken);
    due = due.minus(taken);
  }
  return due;
}

function spentBetween(burn: Burn, fromMs: number, toMs: number): Decimal {
  if (burn.credits.lte(0)) return ZERO;
  return divideByRate(burn.credits.times(toMs - fromMs), ZERO.plus(burn.overMs));
}

/** Milliseconds that it takes to spend so many credits. */
function timeFor(burn: Burn, credits: Decimal): number {
  return Number(divideByRate(credits.times(burn.overMs), burn.credits).round(0, 0).toFixed());
}

function toInstant(ms: number): Date | null {
  return ms <= LAST_MS ? new Date(ms) : null;
}
