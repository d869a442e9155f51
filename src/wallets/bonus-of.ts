import type { SettingValue } from '../settings/setting-keys.js';
import { addToDate } from '../shared/calendar.js';
import { type Decimal, decimal, DECIMAL_PLACES } from '../shared/decimal.js';
import type { TopUpWalletDto } from './wallet-requests.dto.js';

const PURCHASES: ReadonlySet<string> = new Set(['PURCHASED_CREDIT_DIRECT', 'PURCHASED_CREDIT_INVOICED']);
const UNITS = { DAY: 'days', WEEK: 'weeks', MONTH: 'months', YEAR: 'years' } as const;

export interface Bonus {
  credits: Decimal;
  expiresAt: Date | null;
}

/** The free credits on top of bought ones: what the request says, otherwise the first slab of the setting that matches. */
export function bonusOf(
  body: TopUpWalletDto,
  credits: Decimal,
  setting: SettingValue<'bonus_credits_topup_config'>,
  now: Date,
): Bonus | undefined {
  if (body.bonus_credits_to_add) {
    return { credits: body.bonus_credits_to_add, expiresAt: body.bonus_credits_expiry_date_utc ?? null };
  }
  if (!setting.enabled || !PURCHASES.has(body.transaction_reason)) return undefined;
  const slab = setting.slabs.find(({ threshold }) => credits.gte(threshold));
  if (!slab) return undefined;
  const value = decimal(slab.bonus.value);
  const isFlat = slab.bonus.type === 'flat';
  const bonus = isFlat ? value : credits.times(value).times('0.01').round(DECIMAL_PLACES, 2);
  return bonus.gt(0) ? { credits: bonus, expiresAt: expiryOf(slab, now) } : undefined;
}

function expiryOf(slab: SettingValue<'bonus_credits_topup_config'>['slabs'][number], now: Date): Date | null {
  const { expiration_duration: duration, expiration_duration_unit: unit } = slab;
  if (duration === null || unit === null) return null;
  return addToDate(now, { [UNITS[unit]]: duration });
}
