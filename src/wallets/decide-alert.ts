import type { AlertSettings, AlertState, AlertThreshold } from '../ledger/wallet.entity.js';
import { type Decimal, decimal } from '../shared/decimal.js';

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
