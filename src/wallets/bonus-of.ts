import { type Bonus, type BonusSetting, bonusOfSlabs } from '../top-ups/pricing/bonus-of-slabs.js';
import type { Decimal } from '../shared/decimal.js';
import type { TopUpWalletDto } from './wallet-requests.dto.js';

const PURCHASES: ReadonlySet<string> = new Set(['PURCHASED_CREDIT_DIRECT', 'PURCHASED_CREDIT_INVOICED']);

/** The free credits on top of bought ones: what the request says, otherwise what the environment gives. */
export function bonusOf(body: TopUpWalletDto, credits: Decimal, setting: BonusSetting, now: Date): Bonus | undefined {
  if (body.bonus_credits_to_add) {
    return { credits: body.bonus_credits_to_add, expiresAt: body.bonus_credits_expiry_date_utc ?? null };
  }
  return PURCHASES.has(body.transaction_reason) ? bonusOfSlabs(credits, setting, now) : undefined;
}
