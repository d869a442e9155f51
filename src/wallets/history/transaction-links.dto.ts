import { ApiProperty } from '@nestjs/swagger';
import { TransactionDto } from '../transactions.dto.js';
import { LINK_KINDS } from './lots.dto.js';

/** What a transaction gave to or took from one lot. */
export class TransactionLinkDto {
  /** The lot: the id of the transaction that granted it.
   * @example 'wtxn_01KAHZ5Q7X0000000000000000' */
  lot_id!: string;
  /** `grant`: made the lot; `consume`: spent from it; `repay`: repaid a debt with it; `expire`: booked it off;
   * `restore`: gave back what was taken; `transfer`: moved to another lot; `void`: took back what was unspent. */
  @ApiProperty({ enum: LINK_KINDS })
  kind!: string;
  /** Credits, signed: given to the lot (+) or taken from it (-).
   * @example '-2.5' */
  credits!: string;
  /** Credits that the lot had left afterwards.
   * @example '97.5' */
  remaining_after!: string;
  @ApiProperty({ enum: ['purchased', 'granted'] })
  source!: string;
  /** Lower is spent first; null last. */
  @ApiProperty({ type: 'integer', nullable: true })
  priority!: number | null;
  /** When the lot's credits expire; null: never. */
  expires_at!: string | null;
}

/** The money of a purchase: `charged_minor` is the sum of the others. Integers in minor units of `currency`. */
export class TransactionChargeDto {
  /** Of the payment, ISO 4217, lower case.
   * @example 'usd' */
  currency!: string;
  @ApiProperty({ type: 'integer', example: 5175 })
  charged_minor!: number;
  /** For the credits, without taxes. */
  @ApiProperty({ type: 'integer', example: 4132 })
  credits_minor!: number;
  /** The fee, without taxes. */
  @ApiProperty({ type: 'integer', example: 145 })
  fee_minor!: number;
  /** Taxes of both. */
  @ApiProperty({ type: 'integer', example: 898 })
  tax_minor!: number;
}

/** A transaction, explained to the last credit: the sum of its links less `debt_change` is its signed credits. */
export class TransactionDetailDto extends TransactionDto {
  /** Signed change of the wallet's debt, credits: what no lot could cover (+), or what was repaid (-).
   * @example '0' */
  debt_change!: string;
  /** The lots it moved credits of, the first 100 in its order; none while it is pending. */
  links!: TransactionLinkDto[];
  /** Of how many lots it moved credits.
   * @example 1 */
  @ApiProperty({ type: 'integer' })
  link_count!: number;
  /** What was charged for it; null for all that was not bought on an invoice. */
  @ApiProperty({ type: TransactionChargeDto, nullable: true })
  charged!: TransactionChargeDto | null;
}
