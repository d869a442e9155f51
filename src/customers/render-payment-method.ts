import { formatTimestamp } from '../shared/clock.js';
import type { PaymentMethod } from './payment-method.entity.js';
import type { PaymentMethodDto } from './payment-methods.dto.js';

/** A card as the wallets API shows it. */
export function renderPaymentMethod(method: PaymentMethod): PaymentMethodDto {
  return {
    id: method.id,
    customer_id: method.customerId,
    provider: method.provider,
    brand: method.brand,
    last4: method.last4,
    expiry_month: method.expiryMonth,
    expiry_year: method.expiryYear,
    fingerprint: method.fingerprint,
    tenant_id: method.tenantId,
    environment_id: method.environmentId,
    status: method.status,
    created_at: formatTimestamp(method.createdAt),
    updated_at: formatTimestamp(method.updatedAt),
    created_by: method.createdBy,
    updated_by: method.updatedBy,
  };
}
