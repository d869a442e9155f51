import { formatDecimal, parseDecimal } from '../shared/decimal.js';
import type { PurchaseFacts } from './payment-provider.js';

const WHOLE_NUMBER = /^[1-9]\d{0,8}$/;
const TRIGGERS: ReadonlySet<string> = new Set(['threshold', 'insufficient', 'expiration', 'manual']);

/** What a payment is for, as texts that a provider keeps with it. */
export function purchaseMetadata(purchase: PurchaseFacts): Record<string, string> {
  const { walletId, trigger, credits, units, packId, validityMonths, feeMinor, bonusCredits, bonusExpiresAt } =
    purchase;
  return {
    wallet_id: walletId,
    trigger,
    credits,
    units: String(units),
    ...(packId === null ? {} : { pack_id: packId }),
    ...(validityMonths === null ? {} : { validity_months: String(validityMonths) }),
    ...(feeMinor === undefined ? {} : { fee_minor: String(feeMinor) }),
    ...(bonusCredits === undefined ? {} : { bonus_credits: bonusCredits }),
    ...(bonusExpiresAt === undefined ? {} : { bonus_expires_at: bonusExpiresAt }),
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
  const extras = readExtras(metadata);
  if (!extras) return null;
  return { walletId, trigger, credits: formatDecimal(credits), units, packId, validityMonths, ...extras };
}

/** Fee and bonus, where there are any; undefined for what is not whole. */
function readExtras(
  metadata: Readonly<Record<string, string>>,
): Pick<PurchaseFacts, 'feeMinor' | 'bonusCredits' | 'bonusExpiresAt'> | undefined {
  const { fee_minor: fee, bonus_credits: bonus, bonus_expires_at: expiresAt } = metadata;
  const feeMinor = wholeNumber(fee);
  const bonusCredits = parseDecimal(bonus);
  const isWhole =
    (fee === undefined || feeMinor !== undefined) &&
    (bonus === undefined || bonusCredits?.gt(0)) &&
    (expiresAt === undefined || !Number.isNaN(Date.parse(expiresAt)));
  if (!isWhole) return undefined;
  return {
    ...(feeMinor === undefined ? {} : { feeMinor }),
    ...(bonusCredits === undefined ? {} : { bonusCredits: formatDecimal(bonusCredits) }),
    ...(expiresAt === undefined ? {} : { bonusExpiresAt: expiresAt }),
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && WHOLE_NUMBER.test(text) ? Number(text) : undefined;
}
