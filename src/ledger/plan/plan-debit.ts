import { type Decimal, formatDecimal, max, min, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import type { DebitTerms } from '../commands.js';
import { unheld } from '../live-lots.js';
import { availableCredits, type LotRecord, spendableCredits, type WalletState } from '../wallet-state.js';
import type { EntryLotKind } from '../entry.entity.js';
import type { EntryDraft, LinkDraft, Plan, PlanContext } from './plan.js';

/** In the metadata of a debit, for clients: the first lots it took from, in its order, and of how many there are if that is not all. */
const CONSUMED_LOTS_KEY = 'consumed_credit_tx_ids';
const CONSUMED_COUNT_KEY = 'consumed_credit_tx_count';
const CONSUMED_LOTS_SHOWN = 100;

/** Takes credits from the open lots in spend order, all or nothing; what they can't cover becomes debt, as far as that is allowed. */
export function planDebit(
  state: WalletState,
  terms: DebitTerms,
  context: PlanContext,
  idempotencyKey = '',
): Plan | DomainError {
  const notActive = refuseUnlessActive(state);
  if (notActive) return notActive;
  const covered = coveredCredits(state, terms);
  if (covered === undefined) return insufficientCredits(state, terms.credits);
  const { links } = takeInOrder(state.lots.inOrder(), covered);
  const entry = debitEntry(terms, links, terms.credits.minus(covered), context.newEntryId(), idempotencyKey);
  return { entries: [entry] };
}

/** What of a debit the lots will cover; undefined when the rest is more than may go into debt. Needs no lot to be read. */
export function coveredCredits(state: WalletState, terms: DebitTerms): Decimal | undefined {
  const covered = min(terms.credits, spendableCredits(state));
  if (terms.overdraft === 'any') return covered;
  const headroom = max(ZERO, state.wallet.overdraftLimit.minus(state.wallet.debt));
  return terms.credits.minus(covered).gt(headroom) ? undefined : covered;
}

export function refuseUnlessActive(state: WalletState): DomainError | undefined {
  if (state.wallet.walletStatus === 'active') return undefined;
  return new DomainError('invalid_operation', `the wallet is ${state.wallet.walletStatus}`, {
    details: { wallet_id: state.wallet.id, wallet_status: state.wallet.walletStatus },
  });
}

/** A refusal for lack of funds. Which top-up comes, or why none does, is filled in by whoever knows. */
export function insufficientCredits(
  state: WalletState,
  required: Decimal,
  available = availableCredits(state),
): DomainError {
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
export function takeInOrder(
  lots: Iterable<LotRecord>,
  credits: Decimal,
  kind: EntryLotKind = 'consume',
): { links: LinkDraft[]; uncovered: Decimal } {
  const links: LinkDraft[] = [];
  let uncovered = credits;
  if (uncovered.lte(0)) return { links, uncovered };
  for (const lot of lots) {
    const taken = min(unheld(lot), uncovered);
    if (taken.lte(0)) continue;
    links.push({ lot, kind, credits: ZERO.minus(taken) });
    uncovered = uncovered.minus(taken);
    // Before the next lot is asked for: it may not have been read.
    if (uncovered.lte(0)) break;
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
  return {
    id,
    credits: ZERO.minus(terms.credits),
    debtChange: uncovered,
    reason: terms.reason,
    counterAccount: terms.counterAccount ?? 'usage',
    referenceType: terms.referenceType,
    referenceId: terms.referenceId || id,
    description: terms.description ?? '',
    metadata: { ...terms.metadata, ...consumedLots(links) },
    idempotencyKey,
    parentId: null,
    topUpId: null,
    grant: null,
    links,
  };
}

function consumedLots(links: LinkDraft[]): Record<string, string> {
  if (links.length === 0) return {};
  const shown = links.slice(0, CONSUMED_LOTS_SHOWN).map((link) => link.lot.id);
  return {
    [CONSUMED_LOTS_KEY]: shown.join(','),
    ...(links.length > shown.length ? { [CONSUMED_COUNT_KEY]: String(links.length) } : {}),
  };
}
