import { formatDecimal } from '../shared/decimal.js';
/** The invoice of a top-up: one line, its units at their price. */
export function newInvoiceOf(topUp, { isPaid }) {
    const credits = formatDecimal(topUp.credits);
    return {
        scope: { tenantId: topUp.tenantId, environmentId: topUp.environmentId },
        customerId: topUp.customerId,
        walletId: topUp.walletId,
        topUpId: topUp.id,
        billingReason: topUp.isAutomatic ? 'WALLET_AUTO_TOPUP' : 'WALLET_TOPUP',
        currency: topUp.currency,
        description: topUp.description,
        credits: topUp.credits,
        lines: [
            {
                description: topUp.description || `${credits} credits`,
                quantity: topUp.units,
                unitAmountMinor: topUp.priceMinor / topUp.units,
            },
        ],
        metadata: topUp.isAutomatic ? { auto_topup: 'true' } : {},
        isPaid,
        actorKeyId: topUp.createdBy,
    };
}
//# sourceMappingURL=top-up-invoice.js.map