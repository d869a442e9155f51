import { type Decimal, formatDecimal, max, min, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import type { DebitTerms } from '../commands.js';
import { availableCredits, type LotRecord, unheld, type WalletState } from '../wallet-state.js';
import type { EntryDraft, LinkDraft, Plan, PlanContext } from './plan.js';

/** In the metadata of a debit: the lots it took from, in the order it did. A reversal goes back that way. */
export const CONSUMED_LOTS_KEY = 'consumed_credit_tx_ids';

/** Takes credits from the open lots in spend order, all or nothing; what they can't cover becomes debt, as far as that is allowed. */
export function planDebit(
  state: WalletState,
  terms: DebitTerms,
  context: PlanContext,
  idempotencyKey = '',
): Plan | DomainError {
  const notActive = refuseUnlessActive(state);
  if (notActive) return notActive;
  const { links, uncovered } = takeInOrder(state.lots, terms.credits);
  if (uncovered.gt(0) && terms.overdraft === 'wallet') {
    const headroom = state.wallet.overdraftLimit.minus(state.wallet.debt);
    if (uncovered.gt(headroom)) return insufficientCredits(state, terms.credits);
  }
  return { entries: [debitEntry(terms, links, uncovered, context.newEntryId(), idempotencyKey)] };
}

export function refuseUnlessActive(state: WalletState): DomainError | undefined {
  if (state.wallet.walletStatus === 'active') return undefined;
  return new DomainError('invalid_operation', `the wallet is ${state.wallet.walletStatus}`, {
    details: { wallet_id: state.wallet.id, wallet_status: state.wallet.walletStatus },
  });
}

/** A refusal for lack of funds. Which top-up comes, or why none does, is filled in by whoever knows. */
export function insufficientCredits(state: WalletState, required: Decimal): DomainError {
  const available = availableCredits(state);
  const headroom = max(ZERO, state.wallet.overdraftLimit);
  const overdraft = headroom.gt(0) ? ` and ${formatDecimal(headroom)} may be overdrawn` : '';
  return new DomainError(
    'insufficient_credits',
    `${formatDecimal(required)} credits are needed, ${formatDecimal(available)} are available${overdraft}`,
    {
      details: {
        wallet_id: state.wallet.id,
        balance: formatDecimal(available),
        required: formatDecimal(required),
        top_up: null,
        paused_reason: null,
        no_top_up: null,
      },
    },
  );
}

/** Walks lots in spend order, taking what no hold has reserved. */
export function takeInOrder(lots: readonly LotRecord[], credits: Decimal): { links: LinkDraft[]; uncovered: Decimal } {
  const links: LinkDraft[] = [];
  let uncovered = credits;
  for (const lot of lots) {
    if (uncovered.lte(0)) break;
    const taken = min(unheld(lot), uncovered);
    if (taken.lte(0)) continue;
    links.push({ lot, kind: 'consume', credits: ZERO.minus(taken) });
    uncovered = uncovered.minus(taken);
  }
  return { links, uncovered };
}

export function debitEntry(
  terms: DebitTerms,
  links: LinkDraft[],
  uncovered: Decimal,
  id: string,
  idempotencyKey = '',
): EntryDraft {
  const consumed = links.map((link) => link.lot.id).join(',');
  return {
    id,
    credits: ZERO.minus(terms.credits),
    debtChange: uncovered,
    reason: terms.reason,
    counterAccount: terms.counterAccount ?? 'usage',
    referenceType: terms.referenceType,
    referenceId: terms.referenceId || id,
    description: terms.description ?? '',
    metadata: consumed ? { ...terms.metadata, [CONSUMED_LOTS_KEY]: consumed } : { ...terms.metadata },
    idempotencyKey,
    parentId: null,
    topUpId: null,
    grant: null,
    links,
  };
}
