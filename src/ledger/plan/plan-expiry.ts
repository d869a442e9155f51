import { ZERO } from '../../shared/decimal.js';
import { unheld } from '../live-lots.js';
import type { LotRecord, WalletState } from '../wallet-state.js';
import { formatTimestamp } from '../../shared/clock.js';
import type { EntryDraft, PlanContext } from './plan.js';

/** Lots past their instant with something to forfeit. What a hold has reserved stays until the hold ends. */
export function expiredLots(state: WalletState, now: Date): LotRecord[] {
  // At its very instant a lot has expired, and instants are whole milliseconds.
  return state.lots.expiringBefore(new Date(now.getTime() + 1)).filter((lot) => unheld(lot).gt(0));
}

/** The forfeiture of a lot's unheld rest, dated at the instant it expired. */
export function planForfeiture(lot: LotRecord, context: PlanContext): EntryDraft {
  const forfeited = ZERO.minus(unheld(lot));
  const expiresAt = lot.expiresAt ?? context.now;
  return {
    id: context.newEntryId(),
    credits: forfeited,
    debtChange: ZERO,
    reason: 'CREDIT_EXPIRED',
    counterAccount: 'expiry',
    referenceType: 'REQUEST',
    referenceId: lot.id,
    description: '',
    metadata: { expired_transaction_id: lot.id, expiry_date: formatTimestamp(expiresAt) },
    idempotencyKey: '',
    parentId: null,
    topUpId: null,
    grant: null,
    links: [{ lot, kind: 'expire', credits: forfeited }],
    effectiveAt: expiresAt,
  };
}
