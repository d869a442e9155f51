import type { WalletState } from '../../ledger/wallet-state.js';
import { endOfMonth } from '../../shared/calendar.js';
import type { DomainError } from '../../shared/errors.js';
import { isInFlight } from '../purchases/top-up.entity.js';
import { pausedReasonOf } from './change-pause.js';
import { decideTopUp, isTemporary, ofMonth, spentIn, type TopUpFacts, type Verdict } from './decide-top-up.js';
import { factsOf } from './facts-of.js';
import { recordPause, recordVerdict } from './record-decision.js';
import { dayOf, noticeDue } from './renewal.js';
import { guardOf, type TopUpRecord, type TopUpState } from './top-up-state.js';

/** Credits that expire soon are told of 7 days and 1 day before, and why they will not be renewed where a person could mend it. */
export function noticeExpiry(state: WalletState, topUps: TopUpState, now: Date): void {
  const notice = noticeDue(state, now);
  const { guard } = topUps;
  if (!notice || !guard) return;
  const { days: daysBefore, expiring } = notice;
  const subject = `${expiring.expiresAt.toISOString()} ${daysBefore}`;
  if (guard.noticed === subject) return;
  guard.noticed = subject;
  topUps.isGuardChanged = true;
  const rule = topUps.rules.get('expiration');
  const facts = rule?.enabled ? factsOf(state, topUps, rule, { now, required: null, expiring }) : undefined;
  // By the caps of the month that it falls into: those of the one before are over by then.
  const verdict = facts && decideTopUp({ ...facts, now: dayOf(expiring.expiresAt) });
  const needsPerson = verdict?.verdict === 'skip' && !isTemporary(verdict);
  if (rule && facts && needsPerson) recordVerdict(state, topUps, rule, facts, { ...verdict, subject }, undefined);
  const renewed = verdict ? ('renewed' as const) : ('not_asked' as const);
  const renewal = needsPerson ? { code: verdict.code, sentence: verdict.reason } : renewed;
  topUps.told.push({ kind: 'expiring', notice: { ...expiring, daysBefore, renewal } });
}

/** Whoever buys credits with a date is told before they expire: the guard is what the wallet is found by. */
export function mindDates(state: WalletState, topUps: TopUpState, now: Date): void {
  if (topUps.guard) return;
  for (const lot of state.newLots) {
    if (lot.source === 'purchased' && lot.expiresAt && lot.expiresAt > now) guardOf(topUps, state.wallet, now);
  }
}

/** A cap that a purchase comes near to: it is reserved with the intent. */
export function tellLimits(topUps: TopUpState, topUp: TopUpRecord, facts: TopUpFacts): void {
  const { limits, now, currency } = facts;
  const thisMonth = ofMonth(facts.history, now);
  const resetsAt = endOfMonth(now);
  if (limits.monthlyCount !== null) {
    const usedBefore = thisMonth.length;
    const used = { usedBefore, usedAfter: usedBefore + 1, limit: limits.monthlyCount };
    topUps.told.push({ kind: 'limit', topUp, cap: { cap: 'monthly_count', ...used, currency: null, resetsAt } });
  }
  if (limits.monthlyAmountMinor !== null) {
    const usedBefore = spentIn(thisMonth, currency);
    const used = { usedBefore, usedAfter: usedBefore + topUp.priceMinor, limit: limits.monthlyAmountMinor };
    topUps.told.push({ kind: 'limit', topUp, cap: { cap: 'monthly_amount', ...used, currency, resetsAt } });
  }
}

/** No rule falls silent without a decision that says why. */
export function recordPauses(state: WalletState, topUps: TopUpState, now: Date): void {
  const pauses = topUps.told.filter((told) => told.kind === 'auto_topup' && told.event === 'paused' && told.at === now);
  for (const { reason } of pauses as { reason: string }[]) {
    for (const rule of topUps.rules.values()) if (rule.enabled) recordPause(state, topUps, rule, reason, now);
  }
}

/** Whoever is refused hears which purchase is under way, or why there is none. */
export function tellRefusal(topUps: TopUpState, refusal: DomainError, skipped: Verdict | undefined): void {
  const { details } = refusal;
  const open = topUps.topUps.findLast(
    (topUp) => isInFlight(topUp) || topUp.topUpStatus === 'awaiting_payment' || topUp.topUpStatus === 'overdue',
  );
  if (open) details['top_up'] = { id: open.id, status: open.topUpStatus };
  if (topUps.rules.size === 0) return;
  details['paused_reason'] = pausedReasonOf(topUps);
  if (!open && skipped) {
    const { code, reason, nextEvaluationAt } = skipped;
    details['no_top_up'] = { code, reason, next_evaluation_at: nextEvaluationAt?.toISOString() ?? null };
  }
}
