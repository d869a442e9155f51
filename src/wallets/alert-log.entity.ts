import { defineEntity, p } from '@mikro-orm/core';
import { AmountColumn } from '../shared/decimal-column.js';
import type { AlertSettings } from '../ledger/wallet.entity.js';

const AlertLogSchema = defineEntity({
  name: 'AlertLog',
  tableName: 'alert_log',
  properties: {
    shard: p.smallint().primary(),
    walletId: p.text().primary(),
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    /** `low_credit_balance` looks at settled credits, `low_ongoing_balance` at what can be spent. */
    alertType: p.enum(['low_credit_balance', 'low_ongoing_balance'] as const).columnType('text'),
    alertStatus: p.enum(['ok', 'info', 'warning', 'in_alarm'] as const).columnType('text'),
    /** The settings it was decided under. */
    alertSettings: p.json<AlertSettings>(),
    /** Credits. */
    valueAtTime: p.type(AmountColumn),
    createdAt: p.datetime(3),
  },
  indexes: [
    { name: 'alert_log_wallet_index', properties: ['shard', 'walletId', 'createdAt'] },
    { name: 'alert_log_scope_index', properties: ['tenantId', 'environmentId', 'createdAt'] },
  ],
  checks: [{ name: 'alert_log_shard_check', expression: 'shard = shard_of(wallet_id)' }],
});

/** A change of an alert's state. */
export class AlertLog extends AlertLogSchema.class {}
AlertLogSchema.setClass(AlertLog);
