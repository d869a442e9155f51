import { defineEntity, p } from '@mikro-orm/core';
import { AmountColumn } from '../../shared/decimal-column.js';
import { ON_SPENT } from './judge-refund.js';

export const REFUND_STATUSES = ['pending', 'succeeded', 'failed'] as const;
export type RefundStatus = (typeof REFUND_STATUSES)[number];
/** `request`: asked for here. `provider`: made at the provider, in its dashboard. */
export const REFUND_ORIGINS = ['request', 'provider'] as const;

const RefundSchema = defineEntity({
  name: 'Refund',
  tableName: 'refund',
  properties: {
    /** Part of the provider's idempotency key. */
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    walletId: p.text(),
    /** The payment that it is of: a charge has its top-up's id. */
    topUpId: p.text(),
    provider: p.text(),
    /** The provider's payment. */
    paymentId: p.text(),
    /** The provider's refund; null while it is not known. */
    providerRefundId: p.text().nullable(),
    origin: p.enum(REFUND_ORIGINS).columnType('text'),
    refundStatus: p.enum(REFUND_STATUSES).columnType('text'),
    /** Minor units of `currency`, the payment's. */
    amountMinor: p.bigint('number'),
    currency: p.text(),
    onSpent: p.enum(ON_SPENT).columnType('text'),
    /** Taken from the purchase, debt included, and not given back. */
    credits: p.type(AmountColumn),
    /** The part of what was taken that was owed. */
    debtCredits: p.type(AmountColumn),
    /** Spent and let go. */
    forgivenCredits: p.type(AmountColumn),
    bonusCredits: p.type(AmountColumn),
    /** What took the credits; null where there were none to take. */
    transactionId: p.text().nullable(),
    bonusTransactionId: p.text().nullable(),
    /** What gave them back when the money did not go. */
    returnedTransactionId: p.text().nullable(),
    reason: p.text(),
    failureMessage: p.text(),
    /** How often the provider was asked. */
    lookups: p.integer(),
    /** When the scheduled task takes it up again: also the end of the lease of whoever works on it now. */
    nextAttemptAt: p.datetime(3),
    requestId: p.text(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
    createdBy: p.text(),
  },
  indexes: [
    { name: 'refund_top_up_index', properties: ['topUpId'] },
    { name: 'refund_wallet_index', properties: ['walletId'] },
    { name: 'refund_due_index', properties: ['nextAttemptAt'], where: "refund_status = 'pending'" },
    {
      name: 'refund_finished_index',
      properties: ['tenantId', 'environmentId', 'finishedAt'],
      where: "refund_status = 'succeeded'",
    },
    { name: 'refund_turn_index', properties: ['environmentId', 'nextAttemptAt'], where: "refund_status = 'pending'" },
  ],
  uniques: [
    {
      name: 'refund_provider_unique',
      properties: ['environmentId', 'provider', 'providerRefundId'],
      where: 'provider_refund_id is not null',
    },
  ],
  checks: [{ name: 'refund_amount_check', expression: 'amount_minor > 0' }],
});

/** Money of a payment that goes back, written down with the credits that it takes before the provider is asked. */
export class Refund extends RefundSchema.class {}
RefundSchema.setClass(Refund);
