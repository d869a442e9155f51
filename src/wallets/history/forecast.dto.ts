import { ApiProperty } from '@nestjs/swagger';

/** Credits that would expire unspent. */
export class ExpiringLotDto {
  /** The transaction that granted them.
   * @example 'wtxn_01KAHZ5Q7X0000000000000000' */
  lot_id!: string;
  expires_at!: string;
  /** What would be left of the lot then.
   * @example '12.5' */
  unspent_credits!: string;
}

/** What becomes of the credits if they are spent as in a stretch of the past. */
export class ForecastRateDto {
  /** Length of the stretch that ends now, days. */
  @ApiProperty({ type: 'integer', enum: [1, 7, 30] })
  days!: number;
  /** Credits debited in it. Only spending: not expiry, not what closing a wallet took.
   * @example '70' */
  debited_credits!: string;
  /** Credits a day, 9 decimal places: `debited_credits` over the stretch, or over the wallet's age, of one day at least,
   * when that is shorter.
   * @example '10' */
  credits_per_day!: string;
  /** When nothing is left at this rate; null when nothing was spent, or when that is after the year 9999. */
  runs_out_at!: string | null;
  /** What expires unspent before that, first to expire first, at most 100 lots; all that expires when nothing was spent. */
  expiring!: ExpiringLotDto[];
  /** Credits that expire unspent before that, of all lots.
   * @example '12.5' */
  expiring_credits!: string;
}

/** How long a wallet's credits last, without further credits. */
export class ForecastDto {
  wallet_id!: string;
  /** @example 'usd' */
  currency!: string;
  /** The instant that it is reckoned from. */
  at!: string;
  /** What can be spent now: live credits that are not held, less the debt.
   * @example '125' */
  available!: string;
  /** For the last day, the last 7 and the last 30 days. */
  rates!: ForecastRateDto[];
}
