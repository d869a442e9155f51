import { ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import type { TransferTerms } from '../commands.js';
import { isPastExpiry, unheld } from '../live-lots.js';
import type { LotRecord, WalletState } from '../wallet-state.js';
import { grantDraft } from './plan-credit.js';
import { debitEntry, insufficientCredits, refuseUnlessActive, takeInOrder } from './plan-debit.js';
import type { EntryDraft, Plan, PlanContext } from './plan.js';

export interface TransferPlan {
  from: Plan;
  to: Plan;
}

/** Moves credits between two wallets of one customer. Each lot that is taken from is a lot over there: same source, priority, expiry. */
export function planTransfer(
  from: WalletState,
  to: WalletState,
  terms: TransferTerms,
  context: PlanContext,
  idempotencyKey: string,
): TransferPlan | DomainError {
  const refusal = refuseUnlessActive(from) ?? refuseUnlessAlike(from, to);
  if (refusal) return refusal;
  const movable = withoutRenewals(from, context.now);
  const { links, uncovered } = takeInOrder(movable, terms.credits);
  if (uncovered.gt(0) || from.wallet.debt.gt(0)) {
    const available = movable.reduce((total, lot) => total.plus(unheld(lot)), ZERO).minus(from.wallet.debt);
    return insufficientCredits(from, terms.credits, available);
  }
  const id = context.newEntryId();
  const moved = links.map((link) => ({ ...link, kind: 'transfer' as const }));
  const out = debitEntry(
    {
      credits: terms.credits,
      reason: 'TRANSFER_OUT',
      counterAccount: 'adjustment',
      overdraft: 'wallet',
      referenceType: 'REQUEST',
      description: terms.description,
      metadata: { ...terms.metadata, to_wallet_id: to.wallet.id },
    },
    moved,
    ZERO,
    id,
    idempotencyKey,
  );
  let debt = to.wallet.debt;
  const arrivals = moved.map(({ lot, credits }): EntryDraft => {
    const grant = grantDraft(lot, credits.abs(), debt);
    debt = debt.minus(grant.repaid);
    return {
      id: context.newEntryId(),
      credits: grant.credits,
      debtChange: ZERO.minus(grant.repaid),
      reason: 'TRANSFER_IN',
      counterAccount: 'adjustment',
      referenceType: 'REQUEST',
      referenceId: id,
      description: terms.description,
      metadata: { ...terms.metadata, from_wallet_id: from.wallet.id },
      idempotencyKey: '',
      parentId: null,
      topUpId: null,
      grant,
      links: [],
    };
  });
  return { from: { entries: [out] }, to: { entries: arrivals } };
}

/** Credits that only a renewal keeps alive stay where they are: over there nothing would renew them. */
function withoutRenewals({ lots }: WalletState, now: Date): LotRecord[] {
  return lots.all().filter((lot) => !isPastExpiry(lot, now));
}

/** Credits keep their worth: the wallets must be of one customer, currency and rate. */
function refuseUnlessAlike({ wallet: from }: WalletState, { wallet: to }: WalletState): DomainError | undefined {
  const details = { wallet_id: from.id, to_wallet_id: to.id };
  const refuse = (message: string) => new DomainError('invalid_operation', message, { details });
  if (from.id === to.id) return refuse('a wallet cannot transfer to itself');
  if (from.customerId !== to.customerId) return refuse('the wallets belong to different customers');
  if (from.currency !== to.currency) return refuse('the wallets have different currencies');
  if (!from.conversionRate.eq(to.conversionRate)) return refuse('the wallets have different conversion rates');
  if (to.walletStatus !== 'active') return refuse(`the other wallet is ${to.walletStatus}`);
  return undefined;
}
