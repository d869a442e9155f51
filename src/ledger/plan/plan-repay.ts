import { min, ZERO } from '../../shared/decimal.js';
import { spendableCredits, type WalletState } from '../wallet-state.js';
import { takeInOrder } from './plan-debit.js';
import type { EntryDraft, PlanContext } from './plan.js';

/**
 * Repays debt with credits that have come free beside it: those of a hold that has ended, those that a reversal gave
 * back. So a wallet never has both, and nobody is refused credits that are there or spends those that are owed. It
 * moves no balance: lots have less, and so has the debt.
 */
export function planRepayment(state: WalletState, context: PlanContext): EntryDraft | undefined {
  const repaid = repayableCredits(state);
  if (repaid.lte(0)) return undefined;
  const { links } = takeInOrder(state.lots.inOrder(), repaid, 'repay');
  return {
    id: context.newEntryId(),
    credits: ZERO,
    debtChange: ZERO.minus(repaid),
    reason: 'DEBT_REPAYMENT',
    counterAccount: 'adjustment',
    referenceType: 'REQUEST',
    referenceId: '',
    description: '',
    metadata: {},
    idempotencyKey: '',
    parentId: null,
    topUpId: null,
    grant: null,
    links,
  };
}

/** How much of the debt the wallet's own lots can repay now. */
export function repayableCredits(state: WalletState) {
  return min(state.wallet.debt, spendableCredits(state));
}
