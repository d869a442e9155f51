import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { formatTimestamp, formatTimestampOrNull } from '../../shared/clock.js';
import { type Decimal, formatDecimal } from '../../shared/decimal.js';
import { IsCurrencyAmount } from '../../http/fields/is-credits.js';
import { IsIdempotencyKey, IsIdentifier, IsText } from '../../http/fields/is-text.js';
import { IsTimestamp } from '../../http/fields/is-timestamp.js';
import { Pagination, WalletsPageQuery } from '../../http/wallets-page.js';
import { NO_PROVIDER } from '../rules/may-charge.js';
import { TRIGGERS } from '../rules/top-up-rule.entity.js';
import type { DecisionRecord } from '../rules/top-up-state.js';
import type { ShownTopUp } from './top-up-reads.js';
import { FINAL_STATUSES, OPEN_STATUSES, type TopUp, type TopUpStatus } from './top-up.entity.js';

const STATUSES = [...OPEN_STATUSES, ...FINAL_STATUSES];

/** One confirmation of the payment with one card. */
export class TopUpAttemptResponse {
  /** 1, 2, 3, ...
   * @example 1 */
  attempt!: number;
  /** What the provider said: `succeeded`, `declined`, ...; `started` while it has not.
   * @example "succeeded" */
  outcome!: string;
  /** The provider's code for a decline, or empty.
   * @example "" */
  code!: string;
  /** The provider's sentence, or empty.
   * @example "" */
  message!: string;
  started_at!: string;
  finished_at!: string | null;
}

/** A purchase of credits: what was decided, how it stands, and every attempt to charge for it. */
export class TopUpResponse {
  /** @example "topup_01KAHZ5Q7X0000000000000000" */
  id!: string;
  wallet_id!: string;
  customer_id!: string;
  /** Why it was started: `threshold`, `insufficient`, `expiration`, or `manual`.
   * @example "threshold" */
  trigger!: string;
  /** Where it stands. Open: created, charging, unknown, processing, requires_action, retry_wait, awaiting_payment,
   * refund_due. Final: succeeded, failed, canceled, refunded. */
  @ApiProperty({ enum: STATUSES, example: 'succeeded' })
  status!: string;
  /** Credits it buys, above zero.
   * @example "50" */
  credits!: string;
  /** What is charged for it, integer minor units of `currency`, fee included.
   * @example 5000 */
  @ApiProperty({ type: 'integer' })
  price_minor!: number;
  /** What of `price_minor` is the fee (setting `top_up_fee` when it was decided), taxes included.
   * @example 0 */
  @ApiProperty({ type: 'integer' })
  fee_minor!: number;
  /** Free credits that come with it, in a transaction of their own (`PURCHASED_CREDIT_BONUS`).
   * @example "0" */
  bonus_credits!: string;
  /** Until when the bonus is good; null: for ever, or there is none. */
  bonus_expires_at!: string | null;
  /** ISO 4217, lower case.
   * @example "usd" */
  currency!: string;
  /** True: paid by invoice. False: charged to the payment method on file. */
  invoicing!: boolean;
  pack_id!: string | null;
  /** The provider it is charged with; null where nothing is charged.
   * @example "sandbox" */
  provider!: string | null;
  /** The provider's id of the payment. */
  payment_id!: string | null;
  invoice_id!: string | null;
  /** The credit transaction it became. */
  transaction_id!: string | null;
  /** Where the customer confirms a payment that asks for authentication. */
  action_url!: string | null;
  /** Code of the last failure, or empty.
   * @example "" */
  last_error_code!: string;
  last_error_message!: string;
  /** When it is taken up again, while it is open. */
  next_attempt_at!: string | null;
  created_at!: string;
  settled_at!: string | null;
  attempts!: TopUpAttemptResponse[];
}

/** Which top-ups; all of them without a condition. */
export class TopUpListQuery extends WalletsPageQuery {
  @ApiProperty({ enum: STATUSES, required: false })
  @IsOptional()
  @IsIn(STATUSES, { message: `must be one of ${STATUSES.join(', ')}` })
  status?: TopUpStatus;

  @ApiProperty({ enum: [...TRIGGERS, 'manual'], required: false })
  @IsOptional()
  @IsIn([...TRIGGERS, 'manual'], { message: `must be one of ${[...TRIGGERS, 'manual'].join(', ')}` })
  trigger?: TopUp['trigger'];

  @IsOptional()
  @IsIdentifier({ description: 'Id of the wallet.' })
  wallet_id?: string;

  @IsOptional()
  @IsIdentifier({ description: 'Our id of the customer.' })
  customer_id?: string;

  @IsOptional()
  @IsTimestamp({ description: 'Decided at this instant or after.' })
  start_time?: Date;

  @IsOptional()
  @IsTimestamp({ description: 'Decided at this instant or before.' })
  end_time?: Date;
}

export class TopUpListResponse {
  items!: TopUpResponse[];
  pagination!: Pagination;
}

/** Why a top-up did or did not happen. The same answer for the same reason is one row that counts. */
export class TopUpDecisionResponse {
  /** @example "decision_01KAHZ5Q7X0000000000000000" */
  id!: string;
  wallet_id!: string;
  /** @example "threshold" */
  trigger!: string;
  /** Version of the rule it was made under. */
  @ApiProperty({ type: 'integer' })
  rule_version!: number;
  /** `retry`: a purchase goes on with the customer's backup card. */
  @ApiProperty({ enum: ['buy', 'skip', 'cancel', 'retry'] })
  verdict!: string;
  /** @example "threshold_reached" */
  code!: string;
  /** @example "buys 50 credits because 3 were left, at or below the threshold of 10" */
  reason!: string;
  /** Available credits that were seen (posted less held less expired).
   * @example "3" */
  available!: string;
  /** Posted credits that were seen. */
  posted!: string;
  /** Credits on hold that were seen. */
  held!: string;
  /** What a refused debit or hold had asked for. */
  required!: string | null;
  /** Top-ups that were under way. */
  open_top_up_ids!: string[];
  /** The top-up that it started. */
  top_up_id!: string | null;
  /** When it is looked at again, where time alone can change the answer. */
  next_evaluation_at!: string | null;
  /** How often this answer was given. */
  @ApiProperty({ type: 'integer' })
  occurrences!: number;
  first_seen_at!: string;
  last_seen_at!: string;
}

export class TopUpDecisionListResponse {
  items!: TopUpDecisionResponse[];
  pagination!: Pagination;
}

/** How the payment of an invoice stands. */
export class InvoicePaymentRequest {
  /** `SUCCEEDED` completes the pending top-up behind the invoice. */
  @ApiProperty({ enum: ['SUCCEEDED', 'FAILED', 'PENDING', 'PROCESSING'], example: 'SUCCEEDED' })
  @IsIn(['SUCCEEDED', 'FAILED', 'PENDING', 'PROCESSING'], {
    message: 'must be one of SUCCEEDED, FAILED, PENDING, PROCESSING',
  })
  payment_status!: 'SUCCEEDED' | 'FAILED' | 'PENDING' | 'PROCESSING';

  /** What was paid, in the invoice's currency; all that is owed when left out. */
  @IsOptional()
  @IsCurrencyAmount()
  amount?: Decimal;

  @IsOptional()
  @IsText({
    min: 1,
    max: 255,
    description:
      'What the payer or the bank calls the payment: the same reference is the same payment, for ever. Ours.',
    example: 'bank-2026-11-21-0042',
  })
  payment_reference?: string | null;

  @IsOptional()
  @IsIdempotencyKey({ isEmptyAllowed: true })
  idempotency_key?: string | null;
}

export function renderTopUp(topUp: ShownTopUp): TopUpResponse {
  const isOpen = (OPEN_STATUSES as readonly string[]).includes(topUp.topUpStatus);
  const isWaiting = isOpen && topUp.topUpStatus !== 'awaiting_payment';
  return {
    id: topUp.id,
    wallet_id: topUp.walletId,
    customer_id: topUp.customerId,
    trigger: topUp.trigger,
    status: topUp.topUpStatus,
    credits: formatDecimal(topUp.credits),
    price_minor: topUp.priceMinor,
    fee_minor: topUp.feeMinor,
    bonus_credits: formatDecimal(topUp.bonusCredits),
    bonus_expires_at: formatTimestampOrNull(topUp.bonusExpiresAt),
    currency: topUp.currency,
    invoicing: topUp.invoicing,
    pack_id: topUp.packId ?? null,
    provider: topUp.provider === NO_PROVIDER ? null : (topUp.provider ?? null),
    payment_id: topUp.paymentId ?? null,
    invoice_id: topUp.invoiceId ?? null,
    transaction_id: topUp.transactionId ?? null,
    action_url: topUp.actionUrl ?? null,
    last_error_code: topUp.lastErrorCode,
    last_error_message: topUp.lastErrorMessage,
    next_attempt_at: isWaiting ? formatTimestamp(topUp.nextAttemptAt) : null,
    created_at: formatTimestamp(topUp.createdAt),
    settled_at: formatTimestampOrNull(topUp.settledAt),
    attempts: topUp.attempts ?? [],
  };
}

export function renderDecision(decision: DecisionRecord): TopUpDecisionResponse {
  return {
    id: decision.id,
    wallet_id: decision.walletId,
    trigger: decision.trigger,
    rule_version: decision.ruleVersion,
    verdict: decision.verdict,
    code: decision.code,
    reason: decision.reason,
    available: formatDecimal(decision.available),
    posted: formatDecimal(decision.posted),
    held: formatDecimal(decision.held),
    required: decision.required ? formatDecimal(decision.required) : null,
    open_top_up_ids: decision.openTopUpIds,
    top_up_id: decision.topUpId ?? null,
    next_evaluation_at: formatTimestampOrNull(decision.nextEvaluationAt),
    occurrences: decision.occurrences,
    first_seen_at: formatTimestamp(decision.createdAt),
    last_seen_at: formatTimestamp(decision.lastSeenAt),
  };
}
