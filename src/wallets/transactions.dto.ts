import { ApiProperty, OmitType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { CustomerDto } from '../customers/customers.dto.js';
import { IsCredits } from '../http/fields/is-credits.js';
import { IsIdentifier, IsText } from '../http/fields/is-text.js';
import { IsTimestamp } from '../http/fields/is-timestamp.js';
import { ToNumber } from '../http/fields/to-number.js';
import { WalletsSearchQuery } from '../http/filters.dto.js';
import { AsksForList, SentBySdk } from '../http/validation.pipe.js';
import { Pagination } from '../http/wallets-page.js';
import { CREDIT_REASONS, DEBIT_REASONS } from '../ledger/entry.entity.js';
import type { Decimal } from '../shared/decimal.js';
import { WalletDto } from './wallet-answers.dto.js';

const REASONS = [...CREDIT_REASONS, ...DEBIT_REASONS, 'INVOICE_PAYMENT', 'CREDIT_ADJUSTMENT'];
const REFERENCE_TYPES = ['EXTERNAL', 'REQUEST', 'PAYMENT', 'INVOICE'];
const EXPANSIONS = ['customer', 'created_by_user', 'wallet'];
const MAX_INT = 2_147_483_647;

/** Which transactions. */
@SentBySdk('created_by')
export class TransactionSearchDto extends WalletsSearchQuery {
  @IsOptional()
  @IsIdentifier({ description: 'Id of the wallet; all wallets of the environment without it.' })
  id?: string | null;

  @ApiProperty({ enum: ['credit', 'debit'], required: false, nullable: true })
  @IsOptional()
  @IsIn(['credit', 'debit'], { message: 'must be credit or debit' })
  type?: 'credit' | 'debit' | null;

  @ApiProperty({ enum: ['pending', 'completed', 'failed'], required: false, nullable: true })
  @IsOptional()
  @IsIn(['pending', 'completed', 'failed'], { message: 'must be pending, completed or failed' })
  transaction_status?: string | null;

  @ApiProperty({ enum: REASONS, required: false, nullable: true })
  @IsOptional()
  @IsIn(REASONS, { message: `must be one of ${REASONS.join(', ')}` })
  transaction_reason?: string | null;

  @ApiProperty({ enum: REFERENCE_TYPES, required: false, nullable: true })
  @IsOptional()
  @IsIn(REFERENCE_TYPES, { message: `must be one of ${REFERENCE_TYPES.join(', ')}` })
  reference_type?: string | null;

  @ApiProperty({ enum: ['published', 'archived', 'deleted'], required: false, nullable: true })
  @IsOptional()
  @IsIn(['published', 'archived', 'deleted'], { message: 'must be one of published, archived, deleted' })
  status?: string | null;

  @IsOptional()
  @IsText({ max: 255, description: 'With reference_type.' })
  reference_id?: string | null;

  @IsOptional()
  @IsTimestamp({ description: 'Expires at this instant or before.' })
  expiry_date_before?: Date | null;

  @IsOptional()
  @IsTimestamp({ description: 'Expires at this instant or after.' })
  expiry_date_after?: Date | null;

  @IsOptional()
  @IsCredits({ sign: 'any', description: 'More than this is left of the credit.', example: '0' })
  credits_available_gt?: Decimal | null;

  @ApiProperty({ type: 'integer', required: false, nullable: true })
  @IsOptional()
  @ToNumber()
  @Max(MAX_INT)
  @Min(0)
  @IsInt()
  priority?: number | null;

  @IsOptional()
  @IsTimestamp({ description: 'Made at this instant or after.' })
  start_time?: Date | null;

  @IsOptional()
  @IsTimestamp({ description: 'Made at this instant or before.' })
  end_time?: Date | null;

  @ApiProperty({
    type: String,
    required: false,
    description: `Comma list of ${EXPANSIONS.join(', ')}; \`customer\` needs the scope \`customers:read\`.`,
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.split(',').filter((name) => name !== '') : value,
  )
  @IsIn(EXPANSIONS, { each: true, message: `must be a comma list of ${EXPANSIONS.join(', ')}` })
  expand?: string[] | null;
}

/** What a list is asked for, of one wallet or of all. */
export type TransactionSearch = Omit<TransactionSearchDto, 'id' | 'filters' | 'sort' | 'expand'> &
  Partial<Pick<TransactionSearchDto, 'id' | 'filters' | 'sort' | 'expand'>> & {
    /** Of one wallet: as it stood at that instant. */
    at?: Date | null;
  };

/** The same as query parameters. */
@SentBySdk('created_by', 'expand', 'id')
@AsksForList()
export class TransactionListQuery extends OmitType(TransactionSearchDto, ['id', 'filters', 'sort', 'expand'] as const) {
  @IsOptional()
  @IsTimestamp({
    description: 'The list as it stood at this instant: transactions up to it, with what credits had left then. Ours.',
    example: '2026-03-01T00:00:00Z',
  })
  at?: Date | null;
}

export class TransactionExpandQuery {
  @ApiProperty({ type: String, required: false, description: 'The same as in the body.' })
  @IsOptional()
  expand?: unknown;
}

/** A credit or a debit of a wallet. */
export class TransactionDto {
  /** @example 'wtxn_01KAHZ5Q7X0000000000000000' */
  id!: string;
  wallet_id!: string;
  customer_id!: string;
  /** @example 'usd' */
  currency!: string;
  @ApiProperty({ enum: ['credit', 'debit'] })
  type!: string;
  /** In the wallet's currency, without a sign.
   * @example '100' */
  amount!: string;
  /** Credits, without a sign.
   * @example '100' */
  credit_amount!: string;
  credit_balance_before!: string;
  credit_balance_after!: string;
  @ApiProperty({ enum: ['pending', 'completed', 'failed'] })
  transaction_status!: string;
  @ApiProperty({ enum: ['EXTERNAL', 'REQUEST', 'PAYMENT', 'INVOICE', ''] })
  reference_type!: string;
  reference_id!: string;
  description!: string;
  @ApiProperty({ type: Object, additionalProperties: { type: 'string' } })
  metadata!: Record<string, string>;
  expiry_date!: string | null;
  /** What is left of a credit; `0` for a debit. */
  credits_available!: string;
  @ApiProperty({ enum: REASONS })
  transaction_reason!: string;
  @ApiProperty({ type: 'integer', nullable: true })
  priority!: number | null;
  /** The credit that a bonus belongs to. */
  parent_transaction_id!: string | null;
  conversion_rate!: string | null;
  topup_conversion_rate!: string | null;
  idempotency_key!: string;
  environment_id!: string;
  tenant_id!: string;
  status!: string;
  created_at!: string;
  updated_at!: string;
  created_by!: string;
  updated_by!: string;
  /** With `expand`. */
  @ApiProperty({ type: CustomerDto, nullable: true })
  customer!: CustomerDto | null;
  /** Always null: keys act here, not users. */
  @ApiProperty({ type: Object, nullable: true })
  created_by_user!: null;
  /** With `expand`. */
  @ApiProperty({ type: WalletDto, nullable: true })
  wallet!: WalletDto | null;
}

export class TransactionListResponse {
  items!: TransactionDto[];
  pagination!: Pagination;
}

export class CheckoutActionDto {
  @ApiProperty({ enum: ['checkout_url'] })
  type!: 'checkout_url';
  /** @example 'https://checkout.stripe.com/c/pay/cs_test_a1b2c3' */
  url!: string;
}

const CHECKOUT_STATUSES = ['initiated', 'pending', 'completed', 'failed', 'expired'] as const;

/** A page of the payment provider's on which the top-up is paid. */
export class CheckoutSessionDto {
  /** The top-up's: `GET /v1/top-ups/{id}`.
   * @example 'topup_01KAHZ5Q7X0000000000000000' */
  id!: string;
  /** `initiated`: the provider has not said yet where the page is; repeat with the same key. `pending`: it waits to be paid. */
  @ApiProperty({ enum: CHECKOUT_STATUSES, example: 'pending' })
  checkout_status!: (typeof CHECKOUT_STATUSES)[number];
  /** Where the customer goes; null once there is nothing to pay any more. */
  @ApiProperty({ type: CheckoutActionDto, nullable: true })
  payment_action!: CheckoutActionDto | null;
  /** Why it does not go on, or has failed; empty when there is nothing to say. */
  @ApiProperty({ type: String, example: '' })
  detail!: string;
}

export class TopUpAnswerDto {
  /** Null with `checkout`: there is none before it is paid. */
  @ApiProperty({ type: TransactionDto, nullable: true })
  wallet_transaction!: TransactionDto | null;
  /** The invoice of an invoiced top-up. */
  invoice_id!: string | null;
  wallet!: WalletDto;
  /** Null without `checkout`. */
  @ApiProperty({ type: CheckoutSessionDto, nullable: true })
  checkout_session!: CheckoutSessionDto | null;
}
