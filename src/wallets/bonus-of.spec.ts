import type { SettingValue } from '../settings/setting-keys.js';
import { decimal } from '../shared/decimal.js';
import { bonusOf } from './bonus-of.js';

type Unit = SettingValue<'bonus_credits_topup_config'>['slabs'][number]['expiration_duration_unit'];

describe('the bonus of a purchase', () => {
  const body = { transaction_reason: 'PURCHASED_CREDIT_DIRECT' } as const;
  const expiryOf = (now: string, duration: number | null, unit: Unit): string | undefined => {
    const bonus = { type: 'flat', value: '5' } as const;
    const slab = { threshold: '0', operator: 'gte', bonus, expiration_duration: duration } as const;
    const setting = { enabled: true, slabs: [{ ...slab, expiration_duration_unit: unit }] };
    return bonusOf(body, decimal('10'), setting, new Date(now))?.expiresAt?.toISOString().slice(0, 16);
  };

  it.each<[number | null, Unit, string | undefined]>([
    [1, 'MONTH', '2026-02-28T10:00'],
    [25, 'MONTH', '2028-02-29T10:00'],
    [1, 'YEAR', '2027-01-31T10:00'],
    [2, 'WEEK', '2026-02-14T10:00'],
    [29, 'DAY', '2026-03-01T10:00'],
    [null, null, undefined],
  ])('of 31 January that is good for %s %s ends %s', (duration, unit, end) => {
    expect(expiryOf('2026-01-31T10:00:00Z', duration, unit)).toBe(end);
  });
});
