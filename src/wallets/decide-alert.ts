import type { WalletRecord } from '../ledger/wallet-state.js';
import type { AlertSettings, AlertState, AlertThreshold } from '../ledger/wallet.entity.js';
import { type Decimal, decimal } from '../shared/decimal.js';

/** Whether an alert means anything: not while a wallet is still empty because nothing has ever moved, nor once it is closed. */
export function canAlert({
  walletStatus,
  sequence,
  held,
}: Pick<WalletRecord, 'walletStatus' | 'sequence' | 'held'>): boolean {
  return walletStatus !== 'closed' && (sequence > 0 || held.gt(0));
}

/** The state of a balance (credits): the most serious level it has reached, both conditions inclusive. */
export function decideAlert(settings: AlertSettings, value: Decimal): AlertState {
  if (isReached(settings.critical, value)) return 'in_alarm';
  if (isReached(settings.warning, value)) return 'warning';
  if (isReached(settings.info, value)) return 'info';
  return 'ok';
}

function isReached(level: AlertThreshold | null, value: Decimal): boolean {
  if (!level) return false;
  const threshold = decimal(level.threshold);
  return level.condition === 'below' ? value.lte(threshold) : value.gte(threshold);
}
