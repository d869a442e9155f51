import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsIdentifierList } from '../../http/fields/is-identifier-list.js';
import { IsIdentifier, IsText } from '../../http/fields/is-text.js';
import { IsTimestamp } from '../../http/fields/is-timestamp.js';
import { ToList } from '../../http/fields/to-list.js';
import { SentBySdk } from '../../http/validation.pipe.js';
import { Pagination, WalletsPageQuery } from '../../http/wallets-page.js';
import { PAYMENT_STATUSES, type PaymentStatus } from './payment-status.js';

const METHOD_TYPES = ['CARD', 'ACH', 'OFFLINE', 'CREDITS', 'PAYMENT_LINK'];

/** Which payments; all that is given must hold. */
@SentBySdk('expand')
export class PaymentListQuery extends WalletsPageQuery {
  @ApiProperty({ type: [String], required: false, description: 'Comma separated, or repeated.' })
  @ToList()
  @IsOptional()
  @IsIdentifierList()
  payment_ids?: string[];

  @ApiProperty({ enum: ['INVOICE'], required: false, description: 'All payments are for invoices.' })
  @IsOptional()
  @IsIn(['INVOICE'], { message: 'must be INVOICE' })
  destination_type?: string;

  @IsOptional()
  @IsIdentifier({ description: 'Id of the invoice.' })
  destination_id?: string;

  @ApiProperty({ enum: PAYMENT_STATUSES, required: false })
  @IsOptional()
  @IsIn(PAYMENT_STATUSES, { message: `must be one of ${PAYMENT_STATUSES.join(', ')}` })
  payment_status?: PaymentStatus;

  @ApiProperty({ enum: METHOD_TYPES, required: false, description: 'There are `CARD` and `OFFLINE`.' })
  @IsOptional()
  @IsIn(METHOD_TYPES, { message: `must be one of ${METHOD_TYPES.join(', ')}` })
  payment_method_type?: string;

  @IsOptional()
  @IsText({ min: 1, max: 50, description: 'The payment provider.', example: 'sandbox' })
  payment_gateway?: string;

  @IsOptional()
  @IsText({ min: 1, max: 255, description: 'The provider’s id of the payment, or its `payment_reference`.' })
  gateway_payment_id?: string;

  @IsOptional()
  @IsText({ min: 1, max: 255, description: 'Nothing is found: it is not kept.' })
  gateway_tracking_id?: string;

  @IsOptional()
  @IsText({ min: 3, max: 3, description: 'ISO 4217.', example: 'usd' })
  currency?: string;

  @IsOptional()
  @IsTimestamp({ description: 'Made at this instant or after.' })
  start_time?: Date;

  @IsOptional()
  @IsTimestamp({ description: 'Made at this instant or before.' })
  end_time?: Date;

  @ApiProperty({ enum: ['published', 'archived', 'deleted'], required: false })
  @IsOptional()
  @IsIn(['published', 'archived', 'deleted'], { message: 'must be one of published, archived, deleted' })
  status?: string;

  @IsOptional()
  @IsText({ min: 1, max: 100, description: 'Field to sort by, in the direction of `order`.', example: 'amount' })
  sort?: string;
}

/** One try to charge a card. */
export class PaymentAttemptDto {
  /** @example 'topup_01KAHZ5Q7X0000000000000000_1' */
  id!: string;
  payment_id!: string;
  /** 1, 2, 3, ... */
  @ApiProperty({ type: 'integer', example: 1 })
  attempt_number!: number;
  /** What the provider said when it declined; null otherwise. */
  error_message!: string | null;
  /** `outcome` as the provider told it, and its `code`. */
  @ApiProperty({ type: Object, additionalProperties: { type: 'string' } })
  metadata!: Record<string, string>;
  tenant_id!: string;
  created_at!: string;
  updated_at!: string;
  created_by!: string;
  updated_by!: string;
}

/** Money that was asked for or came in. Amounts are decimal strings in `currency`; every key is always there. */
export class PaymentDto {
  /**
   * Of a charged card, the id of its top-up: `GET /v1/top-ups/{id}` knows more.
   * @example 'pay_01KAHZ5Q7X0000000000000000'
   */
  id!: string;
  /** @example 'INVOICE' */
  destination_type!: string;
  /** The invoice; null while a charge has not succeeded, since its invoice is written then. */
  destination_id!: string | null;
  /** @example 'INV-000001' */
  invoice_number!: string | null;
  /** Ours. */
  customer_id!: string;
  /** Ours. */
  wallet_id!: string | null;
  /** Ours: the top-up that is paid. */
  top_up_id!: string | null;
  /** @example '99' */
  amount!: string;
  /** @example 'usd' */
  currency!: string;
  @ApiProperty({ enum: PAYMENT_STATUSES, example: 'SUCCEEDED' })
  payment_status!: string;
  /** `CARD` was charged by us, `OFFLINE` was reported to us. */
  @ApiProperty({ enum: METHOD_TYPES, example: 'CARD' })
  payment_method_type!: string;
  payment_method_id!: string | null;
  /**
   * The payment provider; null for what was reported.
   * @example 'sandbox'
   */
  payment_gateway!: string | null;
  /** The provider's id of the payment, or the `payment_reference` that it was reported under. */
  gateway_payment_id!: string | null;
  /** Not used, always null. */
  gateway_tracking_id!: string | null;
  /** Not used, always empty. */
  @ApiProperty({ type: Object, additionalProperties: { type: 'string' } })
  gateway_metadata!: Record<string, string>;
  /** Where the customer confirms a payment that asks for authentication. */
  payment_url!: string | null;
  /** Why the last try failed. */
  error_message!: string | null;
  /** Not used, always empty. */
  @ApiProperty({ type: Object, additionalProperties: { type: 'string' } })
  metadata!: Record<string, string>;
  /** The key it was reported with; empty when there was none. */
  idempotency_key!: string;
  /** Not used, always false. */
  save_card_and_make_default!: boolean;
  /** Whether tries are kept: of cards they are. */
  track_attempts!: boolean;
  /** Every try to charge the card, the first one first. */
  attempts!: PaymentAttemptDto[];
  succeeded_at!: string | null;
  failed_at!: string | null;
  refunded_at!: string | null;
  tenant_id!: string;
  environment_id!: string;
  /** @example 'published' */
  status!: string;
  created_at!: string;
  updated_at!: string;
  created_by!: string;
  updated_by!: string;
}

export class PaymentListDto {
  items!: PaymentDto[];
  pagination!: Pagination;
}
