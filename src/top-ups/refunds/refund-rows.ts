import type { Actor, GrantFacts } from '../../ledger/commands.js';
import type { Posting } from '../../ledger/posting.js';
import { type Decimal, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import { scopeOf } from '../../shared/scope.js';
import { type RefundDecision, shareToGiveBack } from './judge-refund.js';
import { goneMinor, type Purchase, type Returned, settledBy } from './purchase-returns.js';
import type { Refund } from './refund.entity.js';

/** Whoever acts when nobody has asked: the provider has told. */
export const PROVIDER_ACTOR: Actor = { keyId: '', requestId: 'provider' };

/** What a commit has taken. */
export interface Taken {
  decided: RefundDecision;
  transactionId: string | null;
  bonusTransactionId: string | null;
}

export function takenBy({ entries }: Posting, { grantId, bonusId }: Purchase, decided: RefundDecision): Taken {
  const idOf = (parentId: string | null) => entries.find((entry) => entry.parentId === parentId)?.id ?? null;
  return { decided, transactionId: idOf(grantId), bonusTransactionId: bonusId === null ? null : idOf(bonusId) };
}

export function isAllOf({ topUp, goneMinor: before }: Purchase, amountMinor: number): boolean {
  return before + amountMinor >= topUp.priceMinor;
}

/** What was decided, as rows keep it. */
export function creditsOf({ credits, debtCredits, forgivenCredits, bonusCredits }: RefundDecision) {
  return { credits, debtCredits, forgivenCredits, bonusCredits };
}

export function newRefund(id: string, { topUp }: Purchase, taken: Taken, now: Date, actor: Actor) {
  const { decided, transactionId, bonusTransactionId } = taken;
  return {
    ...scopeOf(topUp),
    id,
    customerId: topUp.customerId,
    walletId: topUp.walletId,
    topUpId: topUp.id,
    provider: topUp.provider as string,
    paymentId: topUp.paymentId as string,
    providerRefundId: null,
    amountMinor: decided.amountMinor,
    currency: topUp.currency,
    ...creditsOf(decided),
    transactionId,
    bonusTransactionId,
    returnedTransactionId: null,
    failureMessage: '',
    lookups: 0,
    requestId: actor.requestId,
    createdAt: now,
    updatedAt: now,
    finishedAt: null,
    createdBy: actor.keyId,
  };
}

export function backOf(
  row: Refund,
  { topUp, grantId, bonusId }: Purchase,
  returned: Returned,
  grantedOf: GrantFacts['grantedOf'],
) {
  const others = settledBy(returned, row.id);
  const money = { chargedMinor: topUp.priceMinor, goneMinor: goneMinor(returned, row.id) };
  const back = (taken: Decimal, id: string, settledByOthers: Decimal) =>
    shareToGiveBack(taken, { granted: grantedOf(id), settledByOthers }, money);
  return {
    credits: row.transactionId ? back(row.credits, grantId, others.purchase) : ZERO,
    bonusCredits: bonusId !== null && row.bonusTransactionId ? back(row.bonusCredits, bonusId, others.bonus) : ZERO,
  };
}

/** Somebody else has gone on with it: what they did stands. */
export function hasMoved(id: string): DomainError {
  const details = { refund_id: id };
  return new DomainError('conflict', 'somebody else has gone on with it', { code: 'refund_moved', details });
}

/** A dispute was opened or closed since the command was made: to be made again. Nothing is kept of it. */
export function hasChanged(): DomainError {
  return new DomainError('unavailable', 'a dispute of this payment has just changed: repeat the request', {
    code: 'payment_moved',
    retryAfterSeconds: 1,
  });
}
