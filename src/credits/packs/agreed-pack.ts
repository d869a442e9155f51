import { decimal } from '../../shared/decimal.js';
import { type AgreedFee, priceWith } from '../../top-ups/pricing/price-top-up.js';
import type { AgreedPack } from '../../top-ups/rules/top-up-changes.js';
import type { PricedPack } from './credit-packs.dto.js';
import type { CreditPack } from './credit-pack.entity.js';

/** The pack as the catalogue has it now: what somebody agrees to who buys it, or has it bought. */
export function agreedTo(
  { id, packAmount, priceMinor, currency }: CreditPack,
  validityMonths: number | null,
): AgreedPack {
  return { id, credits: decimal(packAmount), priceMinor, currency, validityMonths };
}

/** The pack with what comes on top of its price: as the environment has it, or as it was agreed to. */
export function pricedPack(
  { id, name, priceMinor, currency, packAmount }: Omit<PricedPack, 'feeMinor'>,
  fee: AgreedFee | null,
): PricedPack {
  return { id, name, priceMinor, feeMinor: priceWith(priceMinor, fee).feeMinor, currency, packAmount };
}

/** Credits of a pack, whole, as the credits API says them. */
export function packAmountOf({ credits }: Pick<AgreedPack, 'credits'>): number {
  return Number(credits.toFixed());
}
