import type { PurchaseFacts } from '../../payments/payment-provider.js';
import { formatDecimal } from '../../shared/decimal.js';
import type { TopUpRecord } from '../rules/top-up-state.js';
import type { TopUp } from './top-up.entity.js';

/** What is left with a top-up's payment. It never changes: a repeat with other facts would be another request. */
export function purchaseOf(topUp: TopUp | TopUpRecord): PurchaseFacts {
  return {
    walletId: topUp.decidedWalletId ?? topUp.walletId,
    trigger: topUp.trigger,
    credits: formatDecimal(topUp.credits),
    units: topUp.units,
    packId: topUp.packId ?? null,
    validityMonths: topUp.validityMonths ?? null,
    ...(topUp.feeMinor > 0 ? { feeMinor: topUp.feeMinor } : {}),
    ...(topUp.bonusCredits.gt(0) ? { bonusCredits: formatDecimal(topUp.bonusCredits) } : {}),
    ...(topUp.bonusExpiresAt ? { bonusExpiresAt: topUp.bonusExpiresAt.toISOString() } : {}),
  };
}
