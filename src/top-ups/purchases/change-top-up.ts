import { tenantSuspended } from '../../auth/suspension.js';
import type { EventReason } from '../../events/build-events.js';
import type { Decimal } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import type { WalletState } from '../../ledger/wallet-state.js';
import { changePause, resumeAfterInvoice, resumeAfterPayment } from '../rules/change-pause.js';
import { judgePurchase } from '../rules/judge-purchase.js';
import { type ChargeVerdict, NO_PROVIDER } from '../rules/may-charge.js';
import { reasonOf } from '../rules/decision-reason.js';
import { cardOfPause, turnWith } from '../rules/judge-backup.js';
import type { TopUpChange, TopUpEnd } from '../rules/top-up-changes.js';
import { guardOf, type TopUpEvent, type TopUpRecord, type TopUpState } from '../rules/top-up-state.js';
import { isInFlight, isOpenStatus } from './top-up.entity.js';

/** An invoice may stay unpaid for as long as it likes; nobody needs to look at it meanwhile. */
export const NEVER = new Date('9999-01-01T00:00:00Z');
/** When a provider is asked once more about a payment that was given up, counted from then. */
const RECHECK_AFTER_MS = [3_600_000, 24 * 3_600_000, 7 * 24 * 3_600_000];

type Change<Kind extends TopUpChange['kind']> = Extract<TopUpChange, { kind: Kind }>;
type Applied<Result = void> = DomainError | (() => Result);

/** A purchase that somebody asks for: one at a time, where a card is charged. */
export function recordPurchase(
  { wallet }: WalletState,
  topUps: TopUpState,
  { topUp, hasKey }: Change<'purchase'>,
  now: Date,
): Applied<Recorded> {
  if (wallet.walletStatus === 'closed') {
    return new DomainError('invalid_operation', 'the wallet is closed', { details: { wallet_id: wallet.id } });
  }
  const refusal = judgePurchase(topUps, { topUp, hasKey }, now);
  if (refusal) return refusal;
  return () => {
    // Whoever has a top-up has a guard: it tells the ledger to look for them.
    guardOf(topUps, wallet, now);
    // A copy: a group that has to be repeated begins with what was asked for.
    const recorded = { ...topUp };
    addTopUp(topUps, recorded, { code: 'requested', sentence: 'somebody asked for it' });
    return { topUp: recorded, balance: wallet.creditBalance };
  };
}

/** A purchase as it was stored, and the wallet's balance at that moment. */
export interface Recorded {
  topUp: TopUpRecord;
  balance: Decimal;
}

/** @param reason why it is bought */
export function addTopUp(topUps: TopUpState, topUp: TopUpRecord, reason: EventReason): void {
  topUps.newTopUps.add(topUp);
  topUps.topUps.push(topUp);
  tell(topUps, topUp.topUpStatus === 'succeeded' ? 'succeeded' : 'created', topUp, reason);
}

/**
 * The gate in front of every call that can move money: allowed, the attempt is written down with its card; otherwise
 * the intent ends, at the provider first where something is open there, or waits as it is while its tenant is suspended.
 */
export function authorize(
  topUps: TopUpState,
  change: Change<'authorize'>,
  judge: (topUp: TopUpRecord) => ChargeVerdict,
  now: Date,
): Applied<ChargeVerdict> {
  const topUp = findOpen(topUps, change.topUpId, change.attempt);
  if (topUp instanceof DomainError) return topUp;
  if (topUp.topUpStatus === 'canceling' || topUp.topUpStatus === 'refund_due') return hasMoved(topUp.id);
  return () => {
    const verdict = judge(topUp);
    if (verdict.mayCharge) startAttempt(topUps, topUp, change, now);
    return verdict;
  };
}

function startAttempt(topUps: TopUpState, topUp: TopUpRecord, change: Change<'authorize'>, now: Date): void {
  const { provider, card, backupLast4 } = change;
  alter(topUps, topUp, { topUpStatus: 'charging', chargedAt: now }, now);
  if (!card) return;
  const attempt = topUp.attempt + 1;
  const backup = turnWith(topUp.backup, backupLast4 !== null);
  const begun = { keyNumber: 1, lookups: 0, actionUrl: null, actionRequestedAt: null };
  alter(topUps, topUp, { provider, ...card, backup, attempt, ...begun }, now);
  topUps.newAttempts.push({
    shard: topUp.shard,
    topUpId: topUp.id,
    attempt,
    walletId: topUp.walletId,
    cardFingerprint: card.cardFingerprint,
    outcome: 'started',
    code: '',
    message: '',
    startedAt: now,
    finishedAt: null,
  });
}

/** What the provider said, while the top-up goes on. */
export function recordProgress(topUps: TopUpState, change: Change<'progress'>, now: Date): Applied {
  const topUp = findOpen(topUps, change.topUpId, change.attempt);
  if (topUp instanceof DomainError) return topUp;
  // What is being given up is not taken up again by an answer that was under way.
  if (topUp.topUpStatus === 'canceling' && change.change.topUpStatus) return hasMoved(topUp.id);
  return () => {
    const isAsked = change.change.topUpStatus === 'requires_action' && topUp.topUpStatus !== 'requires_action';
    alter(topUps, topUp, change.change, now);
    if (change.outcome) finishAttempt(topUps, topUp, change.outcome, now);
    if (isAsked) tell(topUps, 'requires_action', topUp);
  };
}

/** The invoice of an automatic top-up is written: it waits for its payment until the day it is due. */
export function issueInvoice(
  { wallet }: WalletState,
  topUps: TopUpState,
  change: Change<'issue'>,
  now: Date,
): Applied<Recorded> {
  const topUp = topUps.topUps.find(({ id }) => id === change.topUpId);
  if (topUp?.topUpStatus !== 'created') return hasEnded(change.topUpId);
  if (topUps.isTenantSuspended) return tenantSuspended();
  const { transactionId, invoiceId, dueAt } = change;
  return () => {
    alter(topUps, topUp, { topUpStatus: 'awaiting_payment', transactionId, invoiceId, nextAttemptAt: dueAt }, now);
    return { topUp, balance: wallet.creditBalance };
  };
}

/** An unpaid automatic invoice stops the rule that wrote it. It can still be paid. */
export function fallDue(topUps: TopUpState, change: Change<'overdue'>, now: Date): Applied {
  const topUp = topUps.topUps.find(({ id }) => id === change.topUpId);
  if (topUp?.topUpStatus !== 'awaiting_payment') return hasEnded(change.topUpId);
  return () => {
    alter(topUps, topUp, { topUpStatus: 'overdue', nextAttemptAt: NEVER }, now);
    changePause(topUps, { reason: 'invoice_overdue', card: null }, now);
  };
}

/** Paid: the one transition to success, also from an end without money that turns out to be none. */
export function settle(topUps: TopUpState, change: Change<'settle'>, now: Date): Applied {
  const topUp = topUps.topUps.find(({ id }) => id === change.topUpId);
  if (!topUp || topUp.topUpStatus === 'succeeded' || topUp.topUpStatus === 'refunded') return hasEnded(change.topUpId);
  // Only money can revive what has ended.
  if (!isOpenStatus(topUp.topUpStatus) && !topUp.paymentId) return hasEnded(change.topUpId);
  if (!isPaidFor(topUp)) return isUnpaid(topUp.id);
  const { transactionId } = change;
  const invoiceId = change.invoiceId ?? topUp.invoiceId;
  return () => {
    const isOverdue = topUp.topUpStatus === 'overdue';
    const end = { lastErrorCode: '', lastErrorMessage: '', settledAt: now, recheckAt: null, actionUrl: null };
    alter(topUps, topUp, { topUpStatus: 'succeeded', transactionId, invoiceId, ...end }, now);
    if (topUp.attempt > 0) finishAttempt(topUps, topUp, { outcome: 'succeeded', code: '', message: '' }, now);
    resumeAfterPayment(topUps, now);
    if (isOverdue) resumeAfterInvoice(topUps, now);
    tell(topUps, 'succeeded', topUp);
  };
}

/** A payment that is paid, and that an intent without one turns out to have made: the database was restored in between. */
export function adoptPayment(topUps: TopUpState, change: Change<'adopt'>, now: Date): Applied {
  const { topUpId, provider, paymentId } = change;
  const topUp = topUps.topUps.find(({ id }) => id === topUpId);
  if (!topUp || topUp.topUpStatus === 'succeeded' || topUp.topUpStatus === 'refunded') return hasEnded(topUpId);
  if (topUp.paymentId !== null && topUp.paymentId !== paymentId) return hasMoved(topUpId);
  const status = isOpenStatus(topUp.topUpStatus) ? ({ topUpStatus: 'unknown' } as const) : {};
  return () => alter(topUps, topUp, { provider, paymentId, ...status }, now);
}

/** A top-up that was paid and credited, and that a restored database has forgotten, settled in the commit that makes it. */
export function restoreTopUp(
  { wallet }: WalletState,
  topUps: TopUpState,
  { topUp }: Change<'restore'>,
  now: Date,
): Applied {
  if (topUps.topUps.some(({ id }) => id === topUp.id)) return hasEnded(topUp.id);
  return () => {
    guardOf(topUps, wallet, now);
    addTopUp(topUps, { ...topUp }, { code: 'restored', sentence: 'its payment was found at the provider' });
    resumeAfterPayment(topUps, now);
  };
}

/** Credits without money only where the decision itself said that nothing is charged. */
function isPaidFor({ priceMinor, invoicing, paymentId, provider }: TopUpRecord): boolean {
  return priceMinor === 0 || invoicing || paymentId !== null || provider === NO_PROVIDER;
}

/** The final no, or the way to it. A pause comes with it, in the same commit. */
export function endTopUp(topUps: TopUpState, { topUpId, end }: Change<'end'>, now: Date): Applied {
  const topUp = topUps.topUps.find(({ id }) => id === topUpId);
  const isLateMoney = end.status === 'refund_due' && topUp && topUp.topUpStatus !== 'refunded';
  if (!topUp || topUp.topUpStatus === 'succeeded') return hasEnded(topUpId);
  if (!isOpenStatus(topUp.topUpStatus) && !isLateMoney) return hasEnded(topUpId);
  return () => finish(topUps, topUp, end, now);
}

function finish(topUps: TopUpState, topUp: TopUpRecord, end: TopUpEnd, now: Date): void {
  const { status, code, message } = end;
  const isGivenUp = status === 'failed' || status === 'canceled';
  const recheckAt = isGivenUp && topUp.paymentId ? nextRecheckAt(null, topUp, now) : null;
  const nextAttemptAt = status === 'refund_due' ? { nextAttemptAt: now } : {};
  alter(topUps, topUp, { topUpStatus: status, recheckAt, actionUrl: null, ...nextAttemptAt }, now);
  if (status !== 'refunded') alter(topUps, topUp, { lastErrorCode: code, lastErrorMessage: message }, now);
  if (status === 'refunded') finishAttempt(topUps, topUp, { outcome: 'refunded', code: '', message: '' }, now);
  if (end.pause && topUp.isAutomatic) changePause(topUps, { reason: end.pause, card: cardOfPause(topUp) }, now);
  if (isGivenUp) tell(topUps, status, topUp);
}

/** When to ask the provider again about one that ended without money; null: not again. */
export function nextRecheckAt(before: Date | null, topUp: Pick<TopUpRecord, 'updatedAt'>, now: Date): Date | null {
  if (!before) return new Date(now.getTime() + (RECHECK_AFTER_MS[0] as number));
  const next = RECHECK_AFTER_MS.map((wait) => new Date(topUp.updatedAt.getTime() + wait)).find((at) => at > now);
  return next ?? null;
}

/** Whether nobody is at work on it and nothing was sent that is not answered: it can be taken back. */
export function isWaiting({ topUpStatus }: TopUpRecord): boolean {
  return topUpStatus === 'created' || topUpStatus === 'retry_wait' || topUpStatus === 'requires_action';
}

/** Takes a waiting one back: at once, or at the provider first where a payment is open there. */
export function withdraw(
  topUps: TopUpState,
  topUp: TopUpRecord,
  verdict: Extract<ChargeVerdict, { mayCharge: false }>,
  now: Date,
): void {
  const { code, figures } = verdict;
  const message = reasonOf({ verdict: 'cancel', code, figures, nextEvaluationAt: null });
  if (!topUp.paymentId) return finish(topUps, topUp, { status: 'canceled', code, message }, now);
  const lastError = { lastErrorCode: code, lastErrorMessage: message };
  alter(topUps, topUp, { topUpStatus: 'canceling', lookups: 0, nextAttemptAt: now, ...lastError }, now);
}

/** Another card is on file: what waits for the old one is tried now. */
export function tryNow(topUps: TopUpState, cardFingerprint: string, now: Date): void {
  for (const topUp of topUps.topUps) {
    const waits = topUp.topUpStatus === 'retry_wait' || topUp.topUpStatus === 'requires_action';
    if (waits && !topUp.checkout && topUp.cardFingerprint !== cardFingerprint && topUp.nextAttemptAt > now) {
      alter(topUps, topUp, { nextAttemptAt: now }, now);
    }
  }
}

/** What is under way at the provider goes on for the wallet that takes this one's place. */
export function moveTopUps(from: TopUpState, to: TopUpState, walletId: string, now: Date): void {
  const moving = from.topUps.filter(
    (topUp) => isInFlight(topUp) && (!isWaiting(topUp) || topUp.trigger === 'threshold'),
  );
  for (const topUp of moving) {
    from.topUps.splice(from.topUps.indexOf(topUp), 1);
    from.changedTopUps.delete(topUp);
    to.topUps.push(topUp);
    alter(to, topUp, { walletId, decidedWalletId: topUp.decidedWalletId ?? topUp.walletId }, now);
  }
}

function alter(topUps: TopUpState, topUp: TopUpRecord, change: Partial<TopUpRecord>, now: Date): void {
  Object.assign(topUp, change, { updatedAt: now });
  if (topUps.newTopUps.has(topUp)) return;
  topUps.changedTopUps.add(topUp);
  if (change.nextAttemptAt) topUps.rescheduled.add(topUp);
}

function finishAttempt(
  topUps: TopUpState,
  topUp: TopUpRecord,
  outcome: { outcome: string; code: string; message: string },
  now: Date,
): void {
  const { shard, id: topUpId, attempt, walletId, cardFingerprint } = topUp;
  const started = topUps.newAttempts.find((row) => row.topUpId === topUpId && row.attempt === attempt);
  if (started) Object.assign(started, outcome, { finishedAt: now });
  else {
    const row = { shard, topUpId, attempt, walletId, cardFingerprint: cardFingerprint ?? '', startedAt: now };
    topUps.finishedAttempts.push({ ...row, ...outcome, finishedAt: now });
  }
}

/** As it is at this moment: a later command of the batch may change the row. */
function tell(topUps: TopUpState, event: TopUpEvent, topUp: TopUpRecord, reason = lastErrorOf(topUp)): void {
  topUps.told.push({ kind: 'top_up', event, topUp: { ...topUp }, reason });
}

function lastErrorOf({ lastErrorCode: code, lastErrorMessage: sentence }: TopUpRecord): EventReason {
  return { code, sentence };
}

function findOpen(topUps: TopUpState, id: string, attempt: number): TopUpRecord | DomainError {
  const topUp = topUps.topUps.find((candidate) => candidate.id === id);
  if (!topUp || !isOpenStatus(topUp.topUpStatus)) return hasEnded(id);
  return topUp.attempt === attempt ? topUp : hasMoved(id);
}

function hasEnded(id: string): DomainError {
  return new DomainError('conflict', 'the top-up has ended already', {
    code: 'top_up_ended',
    details: { top_up_id: id },
  });
}

function hasMoved(id: string): DomainError {
  const details = { top_up_id: id };
  return new DomainError('conflict', 'somebody else has gone on with the top-up', { code: 'top_up_moved', details });
}

function isUnpaid(id: string): DomainError {
  return new DomainError('conflict', 'the top-up is not paid', { code: 'top_up_unpaid', details: { top_up_id: id } });
}
