import { formatTimestamp, formatTimestampOrNull } from '../../shared/clock.js';
import { formatDecimal } from '../../shared/decimal.js';
import type { TopUpAttempt } from '../purchases/top-up.entity.js';
import type { Payment } from './payment.entity.js';
import type { PaymentAttemptDto, PaymentDto } from './payments.dto.js';

/** A payment as the wallets API shows it. @param attempts of any payments, in their order */
export function renderPayment(payment: Payment, attempts: readonly TopUpAttempt[]): PaymentDto {
  const { paymentStatus } = payment;
  const updatedAt = formatTimestamp(payment.updatedAt);
  return {
    id: payment.id,
    destination_type: 'INVOICE',
    destination_id: payment.invoiceId ?? null,
    invoice_number: payment.invoiceNumber ?? null,
    customer_id: payment.customerId,
    wallet_id: payment.walletId ?? null,
    top_up_id: payment.topUpId ?? null,
    amount: formatDecimal(payment.amount),
    currency: payment.currency,
    payment_status: paymentStatus,
    payment_method_type: payment.paymentMethodType,
    payment_method_id: payment.paymentMethodId ?? null,
    payment_gateway: payment.gateway ?? null,
    gateway_payment_id: payment.gatewayPaymentId ?? null,
    gateway_tracking_id: null,
    gateway_metadata: {},
    payment_url: payment.actionUrl ?? null,
    error_message: payment.errorMessage || null,
    metadata: {},
    idempotency_key: payment.idempotencyKey,
    save_card_and_make_default: false,
    track_attempts: payment.paymentMethodType === 'CARD',
    attempts: attempts
      .filter(({ topUpId }) => topUpId === payment.id)
      .map((attempt) => renderAttempt(payment, attempt)),
    succeeded_at: formatTimestampOrNull(payment.succeededAt),
    failed_at: paymentStatus === 'FAILED' ? updatedAt : null,
    refunded_at: paymentStatus === 'REFUNDED' || paymentStatus === 'PARTIALLY_REFUNDED' ? updatedAt : null,
    tenant_id: payment.tenantId,
    environment_id: payment.environmentId,
    status: 'published',
    created_at: formatTimestamp(payment.createdAt),
    updated_at: updatedAt,
    created_by: payment.createdBy,
    updated_by: payment.createdBy,
  };
}

function renderAttempt(payment: Payment, row: TopUpAttempt): PaymentAttemptDto {
  return {
    id: `${payment.id}_${row.attempt}`,
    payment_id: payment.id,
    attempt_number: row.attempt,
    error_message: row.message || null,
    metadata: { outcome: row.outcome, code: row.code },
    tenant_id: payment.tenantId,
    created_at: formatTimestamp(row.startedAt),
    updated_at: formatTimestamp(row.finishedAt ?? row.startedAt),
    created_by: payment.createdBy,
    updated_by: payment.createdBy,
  };
}
