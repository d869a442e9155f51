import { ApiProperty } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsDay } from '../../http/fields/is-day.js';
import { AsksForList } from '../../http/validation.pipe.js';
import { FINAL_STATUSES, OPEN_STATUSES } from '../../top-ups/purchases/top-up.entity.js';

export const ATTENTION_KINDS = [
  'rule_paused',
  'top_up_failed',
  'top_up_unknown',
  'top_up_requires_action',
  'invoice_unpaid',
  'invoice_overdue',
  'dispute_open',
  'wallet_near_empty',
] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

@AsksForList()
export class OverviewQuery {
  @IsOptional()
  @IsDay({
    description: 'First day (UTC), included; without it 30 days up to the last.',
    example: '2026-02-01',
  })
  from?: string;

  @IsOptional()
  @IsDay({
    description: 'Last day (UTC), included; without it today. At most 400 days in all.',
    example: '2026-02-28',
  })
  to?: string;
}

/** What was booked on a day, credits. `purchased` + `granted` + `credit_notes` + `reversed` + `other` - `spent` - `expired` -
 * `taken_back` is by how much all balances together changed. */
export class CreditsOfDayDto {
  /** UTC.
   * @example '2026-02-28' */
  day!: string;
  /** Credits that were bought, or promised as bought.
   * @example '500' */
  purchased!: string;
  /** Credits that were given for free, bonuses included.
   * @example '50' */
  granted!: string;
  /** Credits of credit notes and of voided invoices.
   * @example '0' */
  credit_notes!: string;
  /** Credits that debits and captured holds took.
   * @example '320.5' */
  spent!: string;
  /** Credits that reversals of debits gave back, of debits of any day.
   * @example '2' */
  reversed!: string;
  /** Credits that were forfeited, on the day of their date.
   * @example '10' */
  expired!: string;
  /** Credits of refunds, lost disputes and voided grants, less those that were given back after all.
   * @example '0' */
  taken_back!: string;
  /** Everything else, signed: wallets that were closed, converted ones, transfers (whose two sides cancel out).
   * @example '0' */
  other!: string;
  /** How many debits and captures there were. */
  @ApiProperty({ type: 'integer', example: 1204 })
  debits!: number;
  /** Purchased credits that were left at the end of the day.
   * @example '10400' */
  outstanding_purchased!: string;
  /** Free credits that were left at the end of the day.
   * @example '820' */
  outstanding_free!: string;
}

/** Wallets of one currency whose credits are worth the same. */
export class CreditsOverviewDto {
  /** ISO 4217, lower case.
   * @example 'usd' */
  currency!: string;
  /** What one credit is worth in the currency.
   * @example '1' */
  conversion_rate!: string;
  /** Purchased credits that customers have left at the end of `to`: what is owed to them. Expired ones count until they are
   * booked off, seconds later; those on hold count.
   * @example '10400' */
  outstanding_purchased!: string;
  /** Free credits that customers have left at the end of `to`.
   * @example '820' */
  outstanding_free!: string;
  /** Days on which something was booked, the first one first. */
  days!: CreditsOfDayDto[];
}

/** Money that purchases brought on a day, and what went back. */
export class MoneyOfDayDto {
  /** UTC.
   * @example '2026-02-28' */
  day!: string;
  /** Taxes and fees included, refunds not taken off.
   * @example '500.00' */
  amount!: string;
  /** Refunds that the provider made and disputes that were lost on that day, of purchases of any day. Null where `returned` of
   * the whole period is.
   * @example '20.00' */
  returned!: string | null;
}

/** Money that purchases with an invoice brought, and what of it went back. */
export class MoneyOverviewDto {
  /** ISO 4217, lower case.
   * @example 'usd' */
  currency!: string;
  /** In the whole period, taxes and fees included, refunds not taken off.
   * @example '4200.00' */
  amount!: string;
  /** In the whole period, refunds that the provider made and disputes that were lost. Null beyond 20,000 of them: these are
   * not summed up.
   * @example '60.00' */
  returned!: string | null;
  /** Days with purchases or money that went back, the first one first. */
  days!: MoneyOfDayDto[];
}

export class TopUpOutcomeDto {
  @ApiProperty({ enum: [...OPEN_STATUSES, ...FINAL_STATUSES] })
  top_up_status!: string;
  @ApiProperty({ type: 'integer', maximum: 10_000, description: 'Counted up to 10,000.' })
  count!: number;
}

/** Something to look at. */
export class AttentionItemDto {
  /** Of the top-up, the dispute, or the wallet.
   * @example 'topup_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** @example 'wallet_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  wallet_id!: string;
  customer_id!: string;
  /** A code: why a rule is paused, the provider's last error, why a payment is denied, the state of the alert.
   * @example 'card_declined' */
  reason!: string;
  /** Since when, RFC 3339. */
  at!: string;
}

/** Things of one kind that a person has to look at. */
export class AttentionDto {
  /** `wallet_near_empty`: active wallets with an alert whose settled or real-time balance is at `warning` or `in_alarm`. `top_up_failed`: those
   * of the period; everything else is open now. */
  @ApiProperty({ enum: ATTENTION_KINDS })
  kind!: AttentionKind;
  @ApiProperty({ type: 'integer', maximum: 1000, description: 'Counted up to 1,000.' })
  count!: number;
  /** The newest five. */
  items!: AttentionItemDto[];
}

/** What a console shows first. */
export class OverviewDto {
  /** @example '2026-02-01' */
  from!: string;
  /** @example '2026-02-28' */
  to!: string;
  credits!: CreditsOverviewDto[];
  money!: MoneyOverviewDto[];
  /** Of the top-ups that were decided on in the period, by how they stand now; states that none is in are left out. */
  top_ups!: TopUpOutcomeDto[];
  /** An entry for each kind. */
  attention!: AttentionDto[];
}
