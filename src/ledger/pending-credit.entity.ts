import { defineEntity, p } from '@mikro-orm/core';
import { AmountColumn } from '../shared/decimal-column.js';
import { GRANT_REASONS } from './entry.entity.js';

const PendingCreditSchema = defineEntity({
  name: 'PendingCredit',
  tableName: 'pending_credit',
  properties: {
    shard: p.smallint().primary(),
    walletId: p.text().primary(),
    /** The id its entry will have once the credit is completed. */
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    credits: p.type(AmountColumn),
    /** Credits given on top when it completes, zero or more. */
    bonusCredits: p.type(AmountColumn),
    bonusExpiresAt: p.datetime(3).nullable(),
    /** The balance when it was asked for. */
    balance: p.type(AmountColumn),
    reason: p.enum([...GRANT_REASONS]).columnType('text'),
    pendingStatus: p.enum(['pending', 'completed', 'failed'] as const).columnType('text'),
    priority: p.integer().nullable(),
    expiresAt: p.datetime(3).nullable(),
    referenceId: p.text(),
    description: p.text(),
    metadata: p.json<Record<string, string>>(),
    idempotencyKey: p.text(),
    topUpId: p.text(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    createdBy: p.text(),
  },
  indexes: [
    { name: 'pending_credit_wallet_index', properties: ['shard', 'walletId', 'createdAt', 'id'] },
    { name: 'pending_credit_scope_index', properties: ['tenantId', 'environmentId', 'createdAt'] },
    { name: 'pending_credit_id_index', properties: ['id'] },
    {
      name: 'pending_credit_key_index',
      properties: ['shard', 'walletId', 'idempotencyKey'],
      where: "idempotency_key <> ''",
    },
    {
      name: 'pending_credit_scope_key_index',
      properties: ['tenantId', 'environmentId', 'idempotencyKey'],
      where: "idempotency_key <> ''",
    },
  ],
  checks: [{ name: 'pending_credit_shard_check', expression: 'shard = shard_of(wallet_id)' }],
});

/** Credits promised against an invoice that is not paid yet: shown as a pending transaction, worth nothing until completed. */
export class PendingCredit extends PendingCreditSchema.class {}
PendingCreditSchema.setClass(PendingCredit);
