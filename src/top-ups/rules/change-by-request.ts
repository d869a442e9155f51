import type { ChangeContext } from '../../ledger/ledger-policy.js';
import type { WalletState } from '../../ledger/wallet-state.js';
import { DomainError, notFound } from '../../shared/errors.js';
import { isWaiting, withdraw } from '../purchases/change-top-up.js';
import { changePause, resumeAfterInvoice } from './change-pause.js';
import { recordCancel } from './record-decision.js';
import type { TopUpRecord, TopUpState } from './top-up-state.js';

/** Rules that only write invoices need no card. */
export function pauseCharges(topUps: TopUpState, reason: string, card: string | null, now: Date): void {
  const charges = [...topUps.rules.values()].some(({ enabled, invoicing }) => enabled && !invoicing);
  if (charges) changePause(topUps, { reason, card }, now);
}

/** Whoever takes a purchase back does not want the next one at once: the rule waits until somebody resumes it. */
export function cancelByRequest(
  state: WalletState,
  topUps: TopUpState,
  topUpId: string,
  now: Date,
): DomainError | (() => TopUpRecord) {
  const topUp = topUps.topUps.find(({ id }) => id === topUpId);
  if (!topUp) return notFound('top-up', { top_up_id: topUpId });
  const verdict = { mayCharge: false, code: 'canceled_by_request', figures: {} } as const;
  if (!isWaiting(topUp)) {
    return new DomainError(
      'invalid_operation',
      `the top-up is ${topUp.topUpStatus}: only one that waits can be canceled`,
      {
        details: { top_up_id: topUpId, status: topUp.topUpStatus },
      },
    );
  }
  return () => {
    withdraw(topUps, topUp, verdict, now);
    recordCancel(state, topUps, topUp, verdict, now);
    if (topUp.isAutomatic) changePause(topUps, { reason: verdict.code, card: null }, now);
    return topUp;
  };
}

/** Nobody is asked for its money any more; a rule that stood still for it goes on. One that has ended stays as it is. */
export function voidTopUp(state: WalletState, topUps: TopUpState, topUpId: string, now: Date): () => void {
  const topUp = topUps.topUps.find(({ id }) => id === topUpId);
  return () => {
    if (topUp?.topUpStatus !== 'awaiting_payment' && topUp?.topUpStatus !== 'overdue') return;
    const verdict = { mayCharge: false, code: 'invoice_voided', figures: {} } as const;
    withdraw(topUps, topUp, verdict, now);
    recordCancel(state, topUps, topUp, verdict, now);
    resumeAfterInvoice(topUps, now);
  };
}

/** @returns when it is applied, the reason of the pause that it ended, if there was one */
export function resumeByRequest(
  { wallet }: WalletState,
  topUps: TopUpState,
  { now, actor }: ChangeContext,
): DomainError | (() => string | undefined) {
  if (wallet.walletStatus === 'closed') {
    return new DomainError('invalid_operation', 'the wallet is closed', { details: { wallet_id: wallet.id } });
  }
  return () => {
    const { guard } = topUps;
    if (!guard?.pausedAt) return undefined;
    const { pauseReason } = guard;
    changePause(topUps, null, now);
    Object.assign(guard, { resumedAt: now, resumedBy: actor.keyId });
    return pauseReason;
  };
}
