import type { SettingValue } from '../../settings/setting-keys.js';
import { DomainError } from '../../shared/errors.js';
import type { PricedPack } from '../packs/credit-packs.dto.js';

/** What a wallet's purchases by hand of the last 24 hours come to. */
export interface RecentSpending {
  /** All that were begun. */
  purchases: number;
  /** Of those that cost something, or may yet, in the currency of the pack. */
  spentMinor: number;
}

/**
 * Why no more is bought in the portal for now; undefined where it may be. A link that has leaked buys no more than this,
 * and only for its customer.
 */
export function judgeSpending(
  { purchases, spentMinor }: RecentSpending,
  { priceMinor, feeMinor, currency }: Pick<PricedPack, 'priceMinor' | 'feeMinor' | 'currency'>,
  limits: Pick<SettingValue<'portal'>, 'purchases_per_day' | 'spend_per_day_minor'>,
): DomainError | undefined {
  const { purchases_per_day: most, spend_per_day_minor: caps } = limits;
  if (most === 0) return refusal('nothing can be bought here', { purchases_per_day: 0 });
  if (purchases >= most) {
    const times = most === 1 ? 'one purchase' : `${most} purchases`;
    return refusal(`there can be ${times} in 24 hours`, { purchases_per_day: most });
  }
  const cap = caps[currency];
  if (cap === undefined || spentMinor + priceMinor + feeMinor <= cap) return undefined;
  return refusal('that is more than can be spent here in 24 hours', { spend_per_day_minor: cap, currency });
}

function refusal(sentence: string, details: Record<string, unknown>): DomainError {
  return new DomainError('conflict', sentence, { code: 'portal_limit', details });
}
