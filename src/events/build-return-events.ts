import { type Decimal, formatDecimal } from '../shared/decimal.js';
import type { BodyOf } from './event-types.js';
import type { EventOwner, NewEvent } from './events.service.js';

/** What both have; a row of `refund` or `dispute` has these. */
interface ReturnFacts extends EventOwner {
  id: string;
  topUpId: string;
  amountMinor: number;
  currency: string;
  credits: Decimal;
  debtCredits: Decimal;
  bonusCredits: Decimal;
  transactionId?: string | null | undefined;
  reason: string;
}

export interface RefundEventFacts extends ReturnFacts {
  origin: string;
  failureMessage: string;
}

/** Money of a purchase has gone back, or has not after all. */
export function refundEvent(
  type: 'top_up.refunded' | 'top_up.refund_failed',
  facts: RefundEventFacts,
  invoiceId: string | null,
): NewEvent {
  const hasFailed = type === 'top_up.refund_failed';
  const refund: BodyOf<typeof type>['refund'] = {
    ...sharedOf(facts),
    status: hasFailed ? 'failed' : 'succeeded',
    origin: facts.origin,
    bonus_credits: formatDecimal(facts.bonusCredits),
    invoice_id: invoiceId,
    reason: hasFailed ? facts.failureMessage : facts.reason,
  };
  return { ...ownerOf(facts), body: { event_type: type, refund } };
}

export interface DisputeEventFacts extends ReturnFacts {
  disputeStatus: 'open' | 'won' | 'lost';
  feeMinor: number;
  feeCurrency?: string | null | undefined;
  frozenCredits: Decimal;
}

/** A payment is disputed, or is no longer. */
export function disputeEvent(facts: DisputeEventFacts): NewEvent {
  const type = facts.disputeStatus === 'open' ? 'top_up.disputed' : 'top_up.dispute_closed';
  const dispute: BodyOf<typeof type>['dispute'] = {
    ...sharedOf(facts),
    status: facts.disputeStatus,
    fee_minor: facts.feeMinor,
    fee_currency: facts.feeCurrency ?? null,
    frozen_credits: formatDecimal(facts.frozenCredits),
    reason: facts.reason,
  };
  return { ...ownerOf(facts), body: { event_type: type, dispute } };
}

function sharedOf(facts: ReturnFacts) {
  return {
    id: facts.id,
    top_up_id: facts.topUpId,
    wallet_id: facts.walletId,
    customer_id: facts.customerId,
    amount_minor: facts.amountMinor,
    currency: facts.currency,
    credits: formatDecimal(facts.credits),
    debt_credits: formatDecimal(facts.debtCredits),
    transaction_id: facts.transactionId ?? null,
  };
}

function ownerOf({ tenantId, environmentId, customerId, walletId }: EventOwner): EventOwner {
  return { tenantId, environmentId, customerId, walletId };
}
