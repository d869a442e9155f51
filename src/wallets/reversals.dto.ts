import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsCredits } from '../http/fields/is-credits.js';
import { IsMetadata } from '../http/fields/is-metadata.js';
import { IsIdempotencyKey, IsIdentifier, IsText } from '../http/fields/is-text.js';
import { IsTimestamp } from '../http/fields/is-timestamp.js';
import { MayBeEmpty } from '../http/validation.pipe.js';
import type { Decimal } from '../shared/decimal.js';
import { TransactionDto } from './transactions.dto.js';
import { WalletDto } from './wallet-answers.dto.js';

/** How much of a transaction to take back. */
@MayBeEmpty()
export class ReverseTransactionDto {
  @IsOptional()
  @IsCredits({ description: 'Credits; all that still can be, if absent.', example: '2' })
  credits?: Decimal | null;

  /** Credits from lots that have expired since: `forfeit` (the default) leaves them, `restore` gives them back. */
  @ApiProperty({ enum: ['forfeit', 'restore'], default: 'forfeit', required: false, nullable: true })
  @IsOptional()
  @IsIn(['forfeit', 'restore'])
  expired_credits?: 'forfeit' | 'restore' | null;

  @IsOptional()
  @IsTimestamp({ description: 'With `restore`: when the expired credits expire anew; never, if absent.' })
  restore_until?: Date | null;

  @IsOptional()
  @IsIdempotencyKey()
  idempotency_key?: string | null;

  @IsOptional()
  @IsText({ max: 1000, example: 'scan failed' })
  description?: string | null;

  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, string> | null;
}

export class ReversalDto {
  @ApiProperty({ type: TransactionDto, description: 'The reversal: its `parent_transaction_id` is what it reverses.' })
  wallet_transaction!: TransactionDto;
  /** Credits that were not given back, because they have expired since. @example '0' */
  not_restored!: string;
  @ApiProperty({ type: WalletDto })
  wallet!: WalletDto;
}

/** Credits to move to another wallet of the same customer, currency and conversion rate. */
export class TransferDto {
  @IsIdentifier({ description: 'The wallet that gets them.', example: 'wallet_01J9ZQ8K3T5V7W9X1Y2Z3A4B5C' })
  to_wallet_id!: string;

  @IsCredits({ description: 'Credits to move, above zero.', example: '10' })
  credits!: Decimal;

  @IsOptional()
  @IsIdempotencyKey()
  idempotency_key?: string | null;

  @IsOptional()
  @IsText({ max: 1000, example: 'moved to project B' })
  description?: string | null;

  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, string> | null;
}

export class TransferAnswerDto {
  @ApiProperty({ type: TransactionDto })
  sent!: TransactionDto;
  /** One for each lot that was taken from, with its expiry and priority. */
  @ApiProperty({ type: [TransactionDto] })
  received!: TransactionDto[];
  @ApiProperty({ type: WalletDto })
  from_wallet!: WalletDto;
  @ApiProperty({ type: WalletDto })
  to_wallet!: WalletDto;
}
