import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { formatTimestamp, formatTimestampOrNull } from '../../shared/clock.js';
import type { Decimal } from '../../shared/decimal.js';
import { formatDecimal } from '../../shared/decimal.js';
import { IsCurrencyAmount } from '../../http/fields/is-credits.js';
import { IsIdempotencyKey, IsText } from '../../http/fields/is-text.js';
import { Dispute, DISPUTE_STATUSES } from './dispute.entity.js';
import { ON_SPENT, type OnSpent } from './judge-refund.js';
import { Refund, REFUND_ORIGINS, REFUND_STATUSES } from './refund.entity.js';

/** What is to go back of a purchase: all that has not yet, unless `amount` or `unspent` says otherwise. */
export class RefundTopUpRequest {
  /** How much, in the currency that was charged, without a fraction of its minor unit. */
  @IsOptional()
  @IsCurrencyAmount()
  amount?: Decimal | null;

  /** Only the money of the credits that are unspent. Not together with `amount`. */
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  @ApiProperty({ type: Boolean, nullable: true, required: false, example: false })
  unspent?: boolean | null;

  /** Where credits to be taken have been spent: `refuse` the refund, book them as `debt`, or `forgive` them. */
  @IsOptional()
  @IsIn(ON_SPENT, { message: `must be one of ${ON_SPENT.join(', ')}` })
  @ApiProperty({ enum: ON_SPENT, nullable: true, required: false, default: 'refuse', example: 'refuse' })
  on_spent?: OnSpent | null;

  /** Why, in your own words. */
  @IsOptional()
  @IsText({ max: 1000, example: 'ordered twice' })
  reason?: string | null;

  @IsOptional()
  @IsIdempotencyKey({ isEmptyAllowed: true })
  idempotency_key?: string | null;
}

/** Money of a purchase that goes back, or went back. */
export class RefundResponse {
  /** @example "refund_01KAHZ5Q7X0000000000000000" */
  id!: string;
  top_up_id!: string;
  wallet_id!: string;
  customer_id!: string;
  /** `pending` until the provider has said; `failed`: the money did not go, and its credits are there again. */
  @ApiProperty({ enum: REFUND_STATUSES, example: 'succeeded' })
  status!: string;
  /** `request`: asked for here. `provider`: made in the provider's dashboard. */
  @ApiProperty({ enum: REFUND_ORIGINS, example: 'request' })
  origin!: string;
  /** Integer minor units of `currency`.
   * @example 5000 */
  @ApiProperty({ type: 'integer' })
  amount_minor!: number;
  /** @example "usd" */
  currency!: string;
  /** Credits that were taken for it, debt included, and not given back.
   * @example "50" */
  credits!: string;
  /** The part of them that had been spent, and was booked as debt.
   * @example "0" */
  debt_credits!: string;
  /** Credits that had been spent and were let go.
   * @example "0" */
  forgiven_credits!: string;
  /** Free credits that came with the purchase and were taken, too.
   * @example "0" */
  bonus_credits!: string;
  /** The transaction that took the credits. */
  transaction_id!: string | null;
  /** The transaction that gave them back. */
  returned_transaction_id!: string | null;
  /** @example "sandbox" */
  provider!: string;
  /** The provider's id of the payment. */
  payment_id!: string;
  /** The provider's id of the refund. */
  provider_refund_id!: string | null;
  /** @example "ordered twice" */
  reason!: string;
  /** Why it has failed, or empty.
   * @example "" */
  failure_message!: string;
  created_at!: string;
  finished_at!: string | null;
}

/** A payment that the card's holder denied at their bank. */
export class DisputeResponse {
  /** @example "dispute_01KAHZ5Q7X0000000000000000" */
  id!: string;
  top_up_id!: string;
  wallet_id!: string;
  customer_id!: string;
  @ApiProperty({ enum: DISPUTE_STATUSES, example: 'open' })
  status!: string;
  /** Integer minor units of `currency`.
   * @example 5000 */
  @ApiProperty({ type: 'integer' })
  amount_minor!: number;
  /** @example "usd" */
  currency!: string;
  /** What the provider charges for the dispute, as far as it has said: integer minor units of `fee_currency`. It is yours
   * to bear: no credit is taken for it.
   * @example 1500 */
  @ApiProperty({ type: 'integer' })
  fee_minor!: number;
  fee_currency!: string | null;
  /** Credits that were frozen when it was opened.
   * @example "50" */
  frozen_credits!: string;
  /** What keeps them frozen while it is open: a hold that nobody can capture or release. */
  hold_id!: string | null;
  /** Credits that were taken because it was lost, debt included.
   * @example "0" */
  credits!: string;
  /** @example "0" */
  debt_credits!: string;
  /** @example "0" */
  bonus_credits!: string;
  transaction_id!: string | null;
  /** The provider's id of the payment. */
  payment_id!: string;
  provider_dispute_id!: string;
  /** The provider's word for why.
   * @example "fraudulent" */
  reason!: string;
  created_at!: string;
  closed_at!: string | null;
}

/** What has become of the money of a purchase, the oldest first. */
export class TopUpReturnsResponse {
  refunds!: RefundResponse[];
  disputes!: DisputeResponse[];
}

export function renderRefund(refund: Refund): RefundResponse {
  return {
    id: refund.id,
    top_up_id: refund.topUpId,
    wallet_id: refund.walletId,
    customer_id: refund.customerId,
    status: refund.refundStatus,
    origin: refund.origin,
    amount_minor: refund.amountMinor,
    currency: refund.currency,
    credits: formatDecimal(refund.credits),
    debt_credits: formatDecimal(refund.debtCredits),
    forgiven_credits: formatDecimal(refund.forgivenCredits),
    bonus_credits: formatDecimal(refund.bonusCredits),
    transaction_id: refund.transactionId ?? null,
    returned_transaction_id: refund.returnedTransactionId ?? null,
    provider: refund.provider,
    payment_id: refund.paymentId,
    provider_refund_id: refund.providerRefundId ?? null,
    reason: refund.reason,
    failure_message: refund.failureMessage,
    created_at: formatTimestamp(refund.createdAt),
    finished_at: formatTimestampOrNull(refund.finishedAt),
  };
}

export function renderDispute(dispute: Dispute): DisputeResponse {
  return {
    id: dispute.id,
    top_up_id: dispute.topUpId,
    wallet_id: dispute.walletId,
    customer_id: dispute.customerId,
    status: dispute.disputeStatus,
    amount_minor: dispute.amountMinor,
    currency: dispute.currency,
    fee_minor: dispute.feeMinor,
    fee_currency: dispute.feeCurrency ?? null,
    frozen_credits: formatDecimal(dispute.frozenCredits),
    hold_id: dispute.holdId ?? null,
    credits: formatDecimal(dispute.credits),
    debt_credits: formatDecimal(dispute.debtCredits),
    bonus_credits: formatDecimal(dispute.bonusCredits),
    transaction_id: dispute.transactionId ?? null,
    payment_id: dispute.paymentId,
    provider_dispute_id: dispute.providerDisputeId,
    reason: dispute.reason,
    created_at: formatTimestamp(dispute.createdAt),
    closed_at: formatTimestampOrNull(dispute.closedAt),
  };
}
