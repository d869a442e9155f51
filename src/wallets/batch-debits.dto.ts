import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsOptional } from 'class-validator';
import { WalletsErrorDto } from '../http/errors/errors.dto.js';
import { IsIdempotencyKey, IsIdentifier } from '../http/fields/is-text.js';
import { DebitWalletDto } from './wallet-requests.dto.js';

export const MAX_BATCH_DEBITS = 1000;

/** A debit of a batch: the same as alone, with the wallet beside it. */
export class BatchDebitDto extends DebitWalletDto {
  @IsIdentifier({ example: 'wallet_01J9ZQ8K3T5V7W9X1Y2Z3A4B5C' })
  wallet_id!: string;

  @IsIdempotencyKey()
  declare idempotency_key: string;
}

export class BatchDebitsDto {
  /** In this order. A wrong one is an answer of its own and does not disturb the others. */
  @ApiProperty({
    type: 'array',
    minItems: 1,
    maxItems: MAX_BATCH_DEBITS,
    items: { $ref: getSchemaPath(BatchDebitDto) },
  })
  @ArrayMaxSize(MAX_BATCH_DEBITS, { message: `must have at most ${MAX_BATCH_DEBITS} items` })
  @ArrayMinSize(1, { message: 'must have at least one item' })
  @IsArray({ message: 'must be a list' })
  debits!: unknown[];

  /** Accepted and ignored: each debit has a key of its own. */
  @ApiProperty({ type: String, required: false, nullable: true })
  @IsOptional()
  idempotency_key?: unknown;
}

export class BatchDebitResult {
  /** Place in the request, from 0. */
  @ApiProperty({ type: 'integer' })
  index!: number;
  success!: boolean;
  @ApiProperty({ type: String, nullable: true })
  idempotency_key!: string | null;
  @ApiProperty({ type: String, nullable: true })
  wallet_id!: string | null;
  /** The debit's transaction; null when it was refused. */
  @ApiProperty({ type: String, nullable: true })
  transaction_id!: string | null;
  /** Credits of the wallet right after it; null when it was refused. */
  @ApiProperty({ type: String, nullable: true, example: '79' })
  credit_balance!: string | null;
  /** True when the key had been used: this is its first result. */
  replayed!: boolean;
  @ApiProperty({ type: WalletsErrorDto, nullable: true, description: 'As the debit alone would have been refused.' })
  error!: WalletsErrorDto | null;
}

export class BatchDebitsAnswer {
  /** One for each debit, in their order. */
  @ApiProperty({ type: [BatchDebitResult] })
  results!: BatchDebitResult[];
  @ApiProperty({ type: 'integer' })
  succeeded!: number;
  @ApiProperty({ type: 'integer' })
  failed!: number;
}
