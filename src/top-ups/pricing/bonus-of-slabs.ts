import { Big } from 'big.js';
import type { SettingValue } from '../../settings/setting-keys.js';
import { addToDate } from '../../shared/calendar.js';
import { type Decimal, decimal, DECIMAL_PLACES } from '../../shared/decimal.js';

const UNITS = { DAY: 'days', WEEK: 'weeks', MONTH: 'months', YEAR: 'years' } as const;

export type BonusSetting = SettingValue<'bonus_credits_topup_config'>;

export const NO_BONUS: BonusSetting = { enabled: false, slabs: [] };

/** Free credits on top of bought ones. */
export interface Bonus {
  credits: Decimal;
  /** Null: never. */
  expiresAt: Date | null;
}

/** What the environment gives on top of so many bought credits: by the first slab that matches. 9 places, half-even. */
export function bonusOfSlabs(credits: Decimal, setting: BonusSetting, now: Date): Bonus | undefined {
  if (!setting.enabled) return undefined;
  const slab = setting.slabs.find(({ threshold }) => credits.gte(threshold));
  if (!slab) return undefined;
  const value = decimal(slab.bonus.value);
  const isFlat = slab.bonus.type === 'flat';
  const bonus = isFlat ? value : credits.times(value).times('0.01').round(DECIMAL_PLACES, Big.roundHalfEven);
  return bonus.gt(0) ? { credits: bonus, expiresAt: expiryOf(slab, now) } : undefined;
}

function expiryOf(slab: BonusSetting['slabs'][number], now: Date): Date | null {
  const { expiration_duration: duration, expiration_duration_unit: unit } = slab;
  if (duration === null || unit === null) return null;
  return addToDate(now, { [UNITS[unit]]: duration });
}
