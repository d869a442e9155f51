import { formatTimestamp } from '../shared/clock.js';
import { expiresSoon } from './card-expiry.js';
import type { PaymentMethod } from './payment-method.entity.js';
import type { CardRole, PaymentMethodDto } from './payment-methods.dto.js';

/** A card as the wallets API shows it. */
export function renderPaymentMethod(method: PaymentMethod, now: Date): PaymentMethodDto {
  return {
    id: method.id,
    customer_id: method.customerId,
    provider: method.provider,
    brand: method.brand,
    last4: method.last4,
    expiry_month: method.expiryMonth,
    expiry_year: method.expiryYear,
    expires_soon: expiresSoon(method, now),
    fingerprint: method.fingerprint,
    tenant_id: method.tenantId,
    environment_id: method.environmentId,
    role: roleOf(method),
    // The backup is on file, too: what it is for says `role`.
    status: method.status === 'backup' ? 'published' : method.status,
    created_at: formatTimestamp(method.createdAt),
    updated_at: formatTimestamp(method.updatedAt),
    created_by: method.createdBy,
    updated_by: method.updatedBy,
  };
}

/** What a saved card is used for. */
export function roleOf({ status }: PaymentMethod): CardRole | null {
  if (status === 'published') return 'default';
  return status === 'backup' ? 'backup' : null;
}
