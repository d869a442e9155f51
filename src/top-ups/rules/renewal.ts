import { type LotRecord, type WalletState } from '../../ledger/wallet-state.js';
import { ZERO } from '../../shared/decimal.js';
import { isInFlight } from '../purchases/top-up.entity.js';
import { isTemporary, type TopUpFacts, type Verdict } from './decide-top-up.js';
import type { TopUpState } from './top-up-state.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How long credits outlive their date while nothing but time stands between them and their renewal. */
const GRACE_MS = 72 * HOUR_MS;
/** When people are told of credits that will not be renewed. */
export const NOTICE_DAYS = [7, 1] as const;

/** What keeps credits that only time keeps from being renewed. */
const WAITS_FOR_TIME = 'waiting';

/** Purchased credits whose last day (UTC) has begun: renewed on the date, before anything is forfeited. */
export function expiringToday(state: WalletState, now: Date): TopUpFacts['expiring'] {
  return expiringBefore(state, Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}

function expiringBefore(state: WalletState, end: number): TopUpFacts['expiring'] {
  let credits = ZERO;
  let expiresAt: Date | null = null;
  for (const lot of state.lots.expiringBefore(new Date(end))) {
    if (lot.source !== 'purchased' || !lot.expiresAt) continue;
    credits = credits.plus(lot.remaining);
    if (!expiresAt || lot.expiresAt < expiresAt) expiresAt = lot.expiresAt;
  }
  return expiresAt && { credits, expiresAt };
}

/**
 * What keeps a purchased lot spendable beyond its date: a purchase that moves the date and is under way, or a rule that
 * only has to wait for its time, 72 hours at most. What needs a person keeps nothing.
 * @param decide what the rule for expiring credits says now; undefined where there is none
 */
export function keptBy(
  topUps: TopUpState,
  lot: LotRecord,
  now: Date,
  decide: () => Verdict | undefined,
): string | undefined {
  if (lot.source !== 'purchased' || !lot.expiresAt) return undefined;
  const open = topUps.topUps.find((topUp) => topUp.validityMonths !== null && isInFlight(topUp));
  if (open) return open.id;
  if (now.getTime() >= lot.expiresAt.getTime() + GRACE_MS) return undefined;
  const verdict = topUps.rules.get('expiration')?.enabled ? decide() : undefined;
  return verdict && (verdict.verdict === 'buy' || isTemporary(verdict)) ? WAITS_FOR_TIME : undefined;
}

/** Purchased credits that expire within so many days, and which of the notices is due for them. */
export function noticeDue(
  state: WalletState,
  now: Date,
): { days: (typeof NOTICE_DAYS)[number]; expiring: NonNullable<TopUpFacts['expiring']> } | undefined {
  const days = NOTICE_DAYS.findLast((day) => expiringBefore(state, now.getTime() + day * DAY_MS + 1));
  if (days === undefined) return undefined;
  const expiring = expiringBefore(state, now.getTime() + days * DAY_MS + 1);
  return expiring && expiring.expiresAt > now ? { days, expiring } : undefined;
}

/** When the day (UTC) of an instant begins: from then on credits that end on it are renewed. */
export function dayOf(instant: Date): Date {
  return new Date(instant.getTime() - (instant.getTime() % DAY_MS));
}

/** When the dates of purchased credits will be worth a look: the notices, the day itself, the end of its grace. */
export function nextLookAtDates(state: WalletState, now: Date): Date | null {
  let next: number | null = null;
  for (const at of datesAhead(state, now)) {
    const dayBegins = dayOf(new Date(at)).getTime();
    const looks = [...NOTICE_DAYS.map((days) => at - days * DAY_MS), dayBegins, at, at + GRACE_MS];
    for (const look of looks) {
      if (look > now.getTime() && (next === null || look < next)) next = look;
    }
  }
  return next === null ? null : new Date(next);
}

/** Of a wallet with many lots only those that expire soon are sure to have been read; it is looked at once a week. */
function datesAhead({ lots, wallet }: WalletState, now: Date): number[] {
  const inAWeek = now.getTime() + 7 * DAY_MS;
  const known = lots.isComplete ? lots.all() : lots.expiringBefore(new Date(inAWeek));
  const dates = known.flatMap((lot) => (lot.source === 'purchased' && lot.expiresAt ? [lot.expiresAt.getTime()] : []));
  if (lots.isComplete) return dates;
  return [...dates, wallet.purchasedExpiresAt?.getTime() ?? inAWeek];
}
