import { formatDecimal, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import type { LotSource } from '../lot.entity.js';
import { unheld } from '../live-lots.js';
import type { LotRecord, WalletState } from '../wallet-state.js';
import { planClose } from './plan-close.js';
import { refuseUnlessActive } from './plan-debit.js';
import type { EntryDraft, Plan, PlanContext } from './plan.js';

/** No purchase happens a second time, so it is not called one; the reason says which source the credits had. */
const REASON_OF_SOURCE = { free: 'FREE_CREDIT_GRANT', purchased: 'CREDIT_NOTE' } as const satisfies Record<
  LotSource,
  string
>;

/**
 * Closes the wallet and grants its successor the same credits, lot by lot: source, priority and expiry stay, and both
 * sides book against `adjustment`. A wallet in debt cannot leave it behind this way.
 */
export function planConvert(state: WalletState, context: PlanContext): Plan | DomainError {
  const { wallet } = state;
  const notActive = refuseUnlessActive(state);
  if (notActive) return notActive;
  if (wallet.walletType !== 'PRE_PAID') {
    return new DomainError('invalid_operation', 'only a PRE_PAID wallet can be converted', {
      details: { wallet_id: wallet.id, wallet_type: wallet.walletType },
    });
  }
  if (wallet.debt.gt(0)) {
    const debt = formatDecimal(wallet.debt);
    return new DomainError('invalid_operation', `the wallet is ${debt} credits in debt: repay them first`, {
      details: { wallet_id: wallet.id },
    });
  }
  const granted = state.lots
    .all()
    .filter((lot) => unheld(lot).gt(0))
    .map((lot) => moved(lot, context.newEntryId()));
  const closing = planClose(state, context);
  return closing instanceof DomainError ? closing : { ...closing, granted };
}

function moved(lot: LotRecord, id: string): EntryDraft {
  return {
    id,
    credits: unheld(lot),
    debtChange: ZERO,
    reason: REASON_OF_SOURCE[lot.source],
    counterAccount: 'adjustment',
    referenceType: 'REQUEST',
    referenceId: lot.walletId,
    description: '',
    metadata: { moved_from_wallet_id: lot.walletId, moved_from_transaction_id: lot.id },
    idempotencyKey: '',
    parentId: null,
    topUpId: null,
    grant: { credits: unheld(lot), source: lot.source, priority: lot.priority, expiresAt: lot.expiresAt, repaid: ZERO },
    links: [],
  };
}
