import { formatTimestamp, formatTimestampOrNull } from '../shared/clock.js';
import { formatDecimal, fromMinorUnits } from '../shared/decimal.js';
/** An invoice as the wallets API shows it. */
export function renderInvoice(invoice) {
    const money = (minor) => formatDecimal(fromMinorUnits(minor, invoice.currency));
    const { totalMinor, paidMinor } = invoice;
    return {
        id: invoice.id,
        invoice_number: invoice.invoiceNumber,
        customer_id: invoice.customerId,
        customer: null,
        wallet_id: invoice.walletId ?? null,
        top_up_id: invoice.topUpId ?? null,
        credits: invoice.credits ? formatDecimal(invoice.credits) : null,
        invoice_type: 'ONE_OFF',
        invoice_status: invoice.invoiceStatus,
        payment_status: invoice.paymentStatus,
        billing_reason: invoice.billingReason,
        currency: invoice.currency,
        subtotal: money(invoice.subtotalMinor),
        total_discount: money(invoice.discountMinor),
        total_tax: money(invoice.taxMinor),
        total: money(totalMinor),
        amount_due: money(totalMinor),
        amount_paid: money(paidMinor),
        amount_remaining: money(Math.max(0, totalMinor - paidMinor)),
        overpaid_amount: money(Math.max(0, paidMinor - totalMinor)),
        refunded_amount: money(invoice.refundedMinor),
        adjustment_amount: '0',
        total_prepaid_credits_applied: '0',
        description: invoice.description,
        line_items: invoice.lineItems.map((line, index) => renderLine(invoice, line, index, money)),
        taxes: invoice.taxes.map((tax, index) => renderTax(invoice, tax, index, money)),
        coupon_applications: [],
        metadata: invoice.metadata,
        idempotency_key: invoice.idempotencyKey,
        due_date: formatTimestampOrNull(invoice.dueAt),
        finalized_at: formatTimestampOrNull(invoice.finalizedAt),
        paid_at: formatTimestampOrNull(invoice.paidAt),
        voided_at: formatTimestampOrNull(invoice.voidedAt),
        billing_period: null,
        billing_sequence: null,
        invoice_pdf_url: null,
        period_start: null,
        period_end: null,
        subscription: null,
        subscription_id: null,
        version: invoice.version,
        ...renderRecord(invoice),
    };
}
/** An invoice as the credits API shows it. */
export function renderAccountInvoice(invoice) {
    return {
        id: invoice.id,
        sub_total: invoice.subtotalMinor,
        total: invoice.totalMinor,
        amount_due: invoice.totalMinor,
        amount_paid: invoice.paidMinor,
        currency_code: invoice.currency.toUpperCase(),
        credits_applied: 0,
        line_items: invoice.lineItems.map((line) => renderAccountLine(invoice, line)),
        discounts: invoice.discounts.map(({ description, amountMinor }) => ({ description, amount: amountMinor })),
        taxes: invoice.taxes.map(({ name, ratePercent, amountMinor }) => ({
            tax_name: name,
            tax_rate: ratePercent,
            tax_amount: amountMinor,
        })),
    };
}
function renderAccountLine(invoice, line) {
    const { quantity, description, unitAmountMinor, taxMinor, discountMinor } = line;
    return {
        quantity,
        description,
        unit_amount: unitAmountMinor,
        tax_amount: taxMinor,
        discount_amount: discountMinor,
        amount: quantity * unitAmountMinor - discountMinor + taxMinor,
        date_from: epochSeconds(line.periodStart, invoice.createdAt),
        date_to: epochSeconds(line.periodEnd, invoice.createdAt),
    };
}
function renderLine(invoice, line, index, money) {
    return {
        id: `${invoice.id}_${index + 1}`,
        invoice_id: invoice.id,
        customer_id: invoice.customerId,
        display_name: line.description,
        amount: money(line.quantity * line.unitAmountMinor),
        quantity: String(line.quantity),
        currency: invoice.currency,
        price_type: 'FIXED',
        line_item_discount: money(line.discountMinor),
        invoice_level_discount: '0',
        prepaid_credits_applied: '0',
        period_start: formatTimestampOrNull(line.periodStart ? new Date(line.periodStart) : null),
        period_end: formatTimestampOrNull(line.periodEnd ? new Date(line.periodEnd) : null),
        metadata: {},
        commitment_info: null,
        entity_id: null,
        entity_type: null,
        meter_display_name: null,
        meter_id: null,
        plan_display_name: null,
        price_id: null,
        price_unit: null,
        price_unit_amount: null,
        price_unit_id: null,
        subscription_id: null,
        usage_analytics: null,
        usage_breakdown: null,
        ...renderRecord(invoice),
    };
}
function renderTax(invoice, tax, index, money) {
    return {
        id: `${invoice.id}_tax_${index + 1}`,
        entity_type: 'invoice',
        entity_id: invoice.id,
        tax_amount: money(tax.amountMinor),
        taxable_amount: money(invoice.subtotalMinor - invoice.discountMinor),
        currency: invoice.currency,
        applied_at: formatTimestamp(invoice.createdAt),
        metadata: { name: tax.name, rate_percent: tax.ratePercent },
        idempotency_key: null,
        tax_association_id: null,
        tax_rate: null,
        tax_rate_id: null,
        ...renderRecord(invoice),
    };
}
function renderRecord(invoice) {
    return {
        tenant_id: invoice.tenantId,
        environment_id: invoice.environmentId,
        status: invoice.status,
        created_at: formatTimestamp(invoice.createdAt),
        updated_at: formatTimestamp(invoice.updatedAt),
        created_by: invoice.createdBy,
        updated_by: invoice.updatedBy,
    };
}
function epochSeconds(instant, fallback) {
    return Math.floor((instant ? new Date(instant) : fallback).getTime() / 1000);
}
//# sourceMappingURL=render-invoice.js.map