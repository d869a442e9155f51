import { ApiProperty } from '@nestjs/swagger';
import { type Decimal, min, decimal, ZERO } from '../shared/decimal.js';

export const MAX_CREDITS = 4_294_967_295;
const ROUND_DOWN = 0;
const ROUND_UP = 3;
const credits = { type: 'integer', format: 'int64', minimum: 0, maximum: MAX_CREDITS } as const;

/** An account's credits: whole ones, parts of a credit are not shown (a debt is rounded up, everything else down). */
export class AccountCreditsDto {
  /** Free credits that can be spent, without those on hold. Spent before purchased ones. */
  @ApiProperty({ ...credits, example: 10 })
  promotional_credits!: number;

  /** Bought credits that can be spent, without those on hold. */
  @ApiProperty({ ...credits, example: 100 })
  purchased_credits!: number;

  /** Credits that were spent beyond what was there; the next purchase repays them first. */
  @ApiProperty({ ...credits, example: 0 })
  outstanding_credits!: number;

  /** Free credits reserved by running scans. */
  @ApiProperty({ ...credits, example: 0 })
  on_hold_promotional!: number;

  /** Bought credits reserved by running scans. */
  @ApiProperty({ ...credits, example: 0 })
  on_hold_purchased!: number;

  /** The day (UTC) on which the first free credits expire; null when none do. */
  @ApiProperty({ type: String, format: 'date', nullable: true, example: '2027-02-09' })
  promotional_expiration_date!: string | null;

  /** The day (UTC) on which bought credits expire; null when they do not. */
  @ApiProperty({ type: String, format: 'date', nullable: true, example: '2027-12-09' })
  purchased_expiration_date!: string | null;

  /** What can be spent: promotional + purchased - outstanding. Below zero only in debt. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 110 })
  balance!: number;

  /**
   * Why automatic top-up is paused, null when it is not: `pack_changed` and `pack_withdrawn` until the account chooses a
   * pack again, `card_declined`, `no_payment_method`, `hourly_limit`, ...
   */
  @ApiProperty({ type: String, nullable: true, example: null })
  auto_top_up_paused_reason!: string | null;
}

/** What a wallet's lots hold at an instant, by source: credits. Expired lots count nothing, whether booked off or not. */
export interface LotTotals {
  purchased: Decimal;
  free: Decimal;
  heldPurchased: Decimal;
  heldFree: Decimal;
  purchasedExpiresAt: Date | null;
  freeExpiresAt: Date | null;
}

export function renderAccountCredits(
  totals: LotTotals | undefined,
  debt: Decimal,
  pausedReason: string | null,
): AccountCreditsDto {
  const promotional = wholeCredits(totals ? totals.free.minus(totals.heldFree) : ZERO);
  const purchased = wholeCredits(totals ? totals.purchased.minus(totals.heldPurchased) : ZERO);
  const outstanding = wholeCredits(debt, ROUND_UP);
  return {
    promotional_credits: promotional,
    purchased_credits: purchased,
    outstanding_credits: outstanding,
    on_hold_promotional: wholeCredits(totals?.heldFree ?? ZERO),
    on_hold_purchased: wholeCredits(totals?.heldPurchased ?? ZERO),
    promotional_expiration_date: dayOf(totals?.freeExpiresAt ?? null),
    purchased_expiration_date: dayOf(totals?.purchasedExpiresAt ?? null),
    balance: promotional + purchased - outstanding,
    auto_top_up_paused_reason: pausedReason,
  };
}

/** The contract's integers; more than fit are shown as the most that fit. */
export function wholeCredits(value: Decimal, rounding: 0 | 3 = ROUND_DOWN): number {
  return Number(min(value, decimal(MAX_CREDITS)).round(0, rounding).toFixed());
}

function dayOf(instant: Date | null): string | null {
  return instant?.toISOString().slice(0, 10) ?? null;
}
