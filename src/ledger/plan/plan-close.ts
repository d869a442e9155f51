import { formatDecimal } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import { spendableCredits, type WalletState } from '../wallet-state.js';
import { debitEntry, takeInOrder } from './plan-debit.js';
import type { Plan, PlanContext } from './plan.js';

/** Takes what is left (nothing is refunded) and closes the wallet for good. Running holds must end first. */
export function planClose(state: WalletState, context: PlanContext): Plan | DomainError {
  const details = { wallet_id: state.wallet.id };
  if (state.wallet.walletStatus === 'closed') {
    return new DomainError('invalid_operation', 'the wallet is closed already', { details });
  }
  if (state.wallet.held.gt(0)) {
    const held = formatDecimal(state.wallet.held);
    return new DomainError('invalid_operation', `${held} credits are on hold: capture or release them first`, {
      details,
    });
  }
  const left = spendableCredits(state);
  if (left.lte(0)) return { entries: [], closes: true };
  const { links, uncovered } = takeInOrder(state.lots.all(), left);
  const entry = debitEntry(
    {
      credits: left,
      reason: 'WALLET_TERMINATION',
      counterAccount: 'adjustment',
      overdraft: 'wallet',
      referenceType: 'REQUEST',
    },
    links,
    uncovered,
    context.newEntryId(),
  );
  return { entries: [entry], closes: true };
}
