import { formatDecimal, parseDecimal } from '../shared/decimal.js';
import type { PurchaseFacts } from './payment-provider.js';

const WHOLE_NUMBER = /^[1-9]\d{0,8}$/;
const TRIGGERS: ReadonlySet<string> = new Set(['threshold', 'insufficient', 'expiration', 'manual']);

/** What a payment is for, as texts that a provider keeps with it. */
export function purchaseMetadata(purchase: PurchaseFacts): Record<string, string> {
  const { walletId, trigger, credits, units, packId, validityMonths } = purchase;
  return {
    wallet_id: walletId,
    trigger,
    credits,
    units: String(units),
    ...(packId === null ? {} : { pack_id: packId }),
    ...(validityMonths === null ? {} : { validity_months: String(validityMonths) }),
  };
}

/** The same, read back. Anybody at the provider may have edited it: null for anything that is not whole. */
export function readPurchase(metadata: Readonly<Record<string, string>>): PurchaseFacts | null {
  const { wallet_id: walletId, trigger, pack_id: packId = null, validity_months: months } = metadata;
  const credits = parseDecimal(metadata['credits']);
  const units = wholeNumber(metadata['units']);
  const validityMonths = months === undefined ? null : wholeNumber(months);
  if (!walletId || trigger === undefined || !TRIGGERS.has(trigger)) return null;
  if (!credits?.gt(0) || units === undefined || validityMonths === undefined) return null;
  return { walletId, trigger, credits: formatDecimal(credits), units, packId, validityMonths };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && WHOLE_NUMBER.test(text) ? Number(text) : undefined;
}
