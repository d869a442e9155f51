import { defineEntity, p } from '@mikro-orm/core';
import { AmountColumn } from '../../shared/decimal-column.js';

export const DISPUTE_STATUSES = ['open', 'won', 'lost'] as const;
export type DisputeStatus = (typeof DISPUTE_STATUSES)[number];

const DisputeSchema = defineEntity({
  name: 'Dispute',
  tableName: 'dispute',
  properties: {
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    walletId: p.text(),
    /** The payment that it is of: a charge has its top-up's id. */
    topUpId: p.text(),
    provider: p.text(),
    paymentId: p.text(),
    providerDisputeId: p.text(),
    disputeStatus: p.enum(DISPUTE_STATUSES).columnType('text'),
    /** Minor units of `currency`. */
    amountMinor: p.bigint('number'),
    currency: p.text(),
    /** What the provider charges for it, minor units of `feeCurrency`; what it gave back is taken off. Never the customer's. */
    feeMinor: p.bigint('number'),
    feeCurrency: p.text().nullable(),
    /** The provider's word for it. */
    reason: p.text(),
    /** What keeps the credits from being spent while it is open; null where there were none left. */
    holdId: p.text().nullable(),
    frozenCredits: p.type(AmountColumn),
    /** Taken from the purchase when it was lost, debt included. */
    credits: p.type(AmountColumn),
    debtCredits: p.type(AmountColumn),
    forgivenCredits: p.type(AmountColumn),
    bonusCredits: p.type(AmountColumn),
    transactionId: p.text().nullable(),
    bonusTransactionId: p.text().nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    closedAt: p.datetime(3).nullable(),
  },
  indexes: [
    { name: 'dispute_top_up_index', properties: ['topUpId'] },
    { name: 'dispute_wallet_index', properties: ['walletId'] },
    {
      name: 'dispute_open_index',
      properties: ['tenantId', 'environmentId', 'createdAt'],
      where: "dispute_status = 'open'",
    },
    {
      name: 'dispute_lost_index',
      properties: ['tenantId', 'environmentId', 'closedAt'],
      where: "dispute_status = 'lost'",
    },
  ],
  uniques: [{ name: 'dispute_provider_unique', properties: ['environmentId', 'provider', 'providerDisputeId'] }],
  checks: [{ name: 'dispute_amount_check', expression: 'amount_minor > 0' }],
});

/** A payment that the card's holder denies at their bank. */
export class Dispute extends DisputeSchema.class {}
DisputeSchema.setClass(Dispute);
