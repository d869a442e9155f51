import { defineEntity, p } from '@mikro-orm/core';
import { AmountColumn, RateColumn } from '../shared/decimal-column.js';

export type AlertState = 'ok' | 'info' | 'warning' | 'in_alarm';

export interface AlertThreshold {
  /** Credits, a decimal in plain notation. */
  threshold: string;
  condition: 'above' | 'below';
}

export interface AlertSettings {
  critical: AlertThreshold | null;
  warning: AlertThreshold | null;
  info: AlertThreshold | null;
  alert_enabled: boolean | null;
}

const WalletSchema = defineEntity({
  name: 'Wallet',
  tableName: 'wallet',
  properties: {
    /** `shardOf` its id. */
    shard: p.smallint().primary(),
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    currency: p.text(),
    walletType: p.enum(['PRE_PAID', 'POST_PAID'] as const).columnType('text'),
    walletStatus: p.enum(['active', 'frozen', 'closed'] as const).columnType('text'),
    name: p.text(),
    description: p.text(),
    metadata: p.json<Record<string, string>>(),
    allowedPriceTypes: p.json<string[]>(),
    conversionRate: p.type(RateColumn),
    topupConversionRate: p.type(RateColumn),
    /** Posted credits: the sum of the wallet's entries. Below zero only by `debt`. */
    creditBalance: p.type(AmountColumn),
    /** Credits reserved by open holds, zero or more. */
    held: p.type(AmountColumn),
    /** Credits spent beyond what the lots could cover, zero or more; the next credit repays it first. */
    debt: p.type(AmountColumn),
    /** How far debits may go into debt: credits, zero or more. */
    overdraftLimit: p.type(AmountColumn),
    /** The date of all purchased credits, where purchases have one: the latest that any of them gave. */
    purchasedExpiresAt: p.datetime(3).nullable(),
    /** Number of the last entry; entries of a wallet are numbered from 1 without gaps. */
    sequence: p.integer(),
    /** SHA-256 of the last entry, hex; empty before the first. */
    lastEntryHash: p.text(),
    lastEntryAt: p.datetime(3).nullable(),
    /** Rises with every change that clients can see, sometimes by more than one: tells two states of the wallet apart. */
    version: p.integer().default(1),
    alertSettings: p.json<AlertSettings>().nullable(),
    /** State of the real-time balance. */
    alertState: p.enum(['ok', 'info', 'warning', 'in_alarm'] as const).columnType('text'),
    /** State of the settled balance. */
    creditAlertState: p.enum(['ok', 'info', 'warning', 'in_alarm'] as const).columnType('text'),
    status: p.text(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    createdBy: p.text(),
    updatedBy: p.text(),
  },
  indexes: [
    // Many by their ids, and all in the order of these, which is that of anchors.
    { name: 'wallet_id_index', properties: ['id'] },
    { name: 'wallet_created_index', properties: ['tenantId', 'environmentId', 'createdAt', 'id'] },
    { name: 'wallet_customer_index', properties: ['tenantId', 'environmentId', 'customerId', 'createdAt', 'id'] },
    // Of nothing that a debit changes, so that it stays a HOT update unless an alert changes with it.
    {
      name: 'wallet_near_empty_index',
      properties: ['tenantId', 'environmentId', 'id'],
      where:
        "wallet_status = 'active' and (alert_state in ('warning', 'in_alarm') or credit_alert_state in ('warning', 'in_alarm'))",
    },
  ],
  uniques: [
    {
      name: 'wallet_one_active_unique',
      properties: ['tenantId', 'environmentId', 'customerId', 'currency', 'walletType'],
      where: "wallet_status = 'active'",
    },
  ],
  checks: [
    { name: 'wallet_shard_check', expression: 'shard = shard_of(id)' },
    { name: 'wallet_held_check', expression: 'held >= 0' },
    { name: 'wallet_debt_check', expression: 'debt >= 0 and credit_balance >= -debt' },
  ],
});

/** A customer's prepaid credits in one currency. Only the ledger writes its balances. */
export class Wallet extends WalletSchema.class {}
WalletSchema.setClass(Wallet);
