import { decimal } from '../../shared/decimal.js';
import type { AgreedPack } from '../../top-ups/rules/top-up-changes.js';
import type { CreditPack } from './credit-pack.entity.js';

/** The pack as the catalogue has it now: what somebody agrees to who buys it, or has it bought. */
export function agreedTo(
  { id, packAmount, priceMinor, currency }: CreditPack,
  validityMonths: number | null,
): AgreedPack {
  return { id, credits: decimal(packAmount), priceMinor, currency, validityMonths };
}

/** Credits of a pack, whole, as the credits API says them. */
export function packAmountOf({ credits }: Pick<AgreedPack, 'credits'>): number {
  return Number(credits.toFixed());
}
