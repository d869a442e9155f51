import { defineEntity, p } from '@mikro-orm/core';
import { AmountColumn } from '../../shared/decimal-column.js';
import type { InvoiceDiscount } from '../../payments/invoice.entity.js';
import type { BackupTurn } from '../rules/judge-backup.js';
import { TRIGGERS } from '../rules/top-up-rule.entity.js';

/** States in which a charge is under way: at most one automatic one of a wallet is in one of these. */
const IN_FLIGHT_STATUSES = [
  'created',
  'charging',
  'unknown',
  'processing',
  'requires_action',
  'retry_wait',
  'canceling',
  'refund_due',
] as const;
/** States of an invoiced one whose invoice may still be paid. */
export const UNPAID_STATUSES = ['awaiting_payment', 'overdue'] as const;
export const OPEN_STATUSES = [...IN_FLIGHT_STATUSES, ...UNPAID_STATUSES] as const;
export const FINAL_STATUSES = ['succeeded', 'failed', 'canceled', 'refunded'] as const;
export type OpenStatus = (typeof OPEN_STATUSES)[number];
export type TopUpStatus = OpenStatus | (typeof FINAL_STATUSES)[number];

/** States that end by themselves within minutes; whatever stays in one for longer needs somebody to look. */
const BUSY_STATUSES = ['created', 'charging', 'unknown', 'processing', 'canceling', 'refund_due'] as const;

/** SQL lists of states, for partial indexes and conditions. */
export const OPEN_STATUS_LIST = quoted(OPEN_STATUSES);
const IN_FLIGHT_STATUS_LIST = quoted(IN_FLIGHT_STATUSES);
export const BUSY_STATUS_LIST = quoted(BUSY_STATUSES);

export function isOpenStatus(status: TopUpStatus): status is OpenStatus {
  return (OPEN_STATUSES as readonly string[]).includes(status);
}

/** Whether a charge is under way, or may be: money may still move without anybody asking again. */
export function isInFlight({ invoicing, topUpStatus }: { invoicing: boolean; topUpStatus: TopUpStatus }): boolean {
  return !invoicing && (IN_FLIGHT_STATUSES as readonly string[]).includes(topUpStatus);
}

function quoted(statuses: readonly string[]): string {
  return statuses.map((status) => `'${status}'`).join(', ');
}

/** How a top-up is paid on a page of the provider's. */
export interface CheckoutTerms {
  successUrl: string;
  cancelUrl: string;
  /** Whether the card is put on file. */
  keepsCard: boolean;
}

const TopUpSchema = defineEntity({
  name: 'TopUp',
  tableName: 'top_up',
  properties: {
    shard: p.smallint().primary(),
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    walletId: p.text(),
    /** The wallet that it was decided for, where it was moved since; null: `walletId`. A payment's metadata never change. */
    decidedWalletId: p.text().nullable(),
    trigger: p.enum([...TRIGGERS, 'manual'] as const).columnType('text'),
    isAutomatic: p.boolean(),
    /** Version of the rule it was decided under; 0 for a manual purchase. */
    ruleVersion: p.integer(),
    topUpStatus: p.enum([...OPEN_STATUSES, ...FINAL_STATUSES]).columnType('text'),
    units: p.integer(),
    /** Credits it buys, above zero. */
    credits: p.type(AmountColumn),
    /** What is charged for it in minor units of `currency`, discounts taken off and an added fee put on: zero or more. */
    priceMinor: p.integer(),
    /** What of that is the fee, taxes included. */
    feeMinor: p.integer().default(0),
    currency: p.text(),
    /** What was taken off the price, taxes included. */
    discounts: p.json<InvoiceDiscount[]>(),
    /** Free credits that come with it, and their date as it was promised when it was decided; null: never. */
    bonusCredits: p.type(AmountColumn).defaultRaw('0'),
    bonusExpiresAt: p.datetime(3).nullable(),
    packId: p.text().nullable(),
    validityMonths: p.integer().nullable(),
    invoicing: p.boolean(),
    description: p.text(),
    /** Whom it is charged with, fixed when it was decided: `none` is given without money, null is an invoice's. */
    provider: p.text().nullable(),
    /** The payment method of the current attempt, frozen on the row so that a repeat charges the same card. */
    paymentMethodId: p.text().nullable(),
    paymentMethodRef: p.text().nullable(),
    cardFingerprint: p.text().nullable(),
    /** The provider's payment: created once per top-up, and charged at most once. While a page of its is open, the page. */
    paymentId: p.text().nullable(),
    /** That it is paid on a page of the provider's, by its customer: how, frozen. Null: a card on file is charged. */
    checkout: p.json<CheckoutTerms>().nullable(),
    /** How the customer's backup card stands in for the one that was declined; null: it does not. */
    backup: p.json<BackupTurn>().nullable(),
    /** Number of the current attempt, from 1; part of the provider's idempotency key. */
    attempt: p.integer(),
    /** Number of the attempt's idempotency keys, from 1: another one where the provider keeps an error under the one before. */
    keyNumber: p.integer().default(1),
    /** How often the provider was asked about an unknown outcome. */
    lookups: p.integer(),
    /** When the scheduled task takes it up again: also the end of the lease of whoever works on it now. */
    nextAttemptAt: p.datetime(3),
    lastErrorCode: p.text(),
    lastErrorMessage: p.text(),
    /** Where the customer confirms a payment that asks for authentication. */
    actionUrl: p.text().nullable(),
    invoiceId: p.text().nullable(),
    /** The credit transaction that it became or will become. */
    transactionId: p.text().nullable(),
    /** Of before: keys of purchases are the ledger's. Kept for processes of the version before, which write them. */
    idempotencyKey: p.text().nullable(),
    requestHash: p.text(),
    requestId: p.text(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    settledAt: p.datetime(3).nullable(),
    /** When the current attempt was allowed; limits of a month or an hour count it from then. */
    chargedAt: p.datetime(3).nullable(),
    /** When the customer was asked to confirm the current payment. */
    actionRequestedAt: p.datetime(3).nullable(),
    /** When the provider is asked once more about one that has ended without money: a late success is credited or refunded. */
    recheckAt: p.datetime(3).nullable(),
    createdBy: p.text(),
  },
  indexes: [
    { name: 'top_up_id_index', properties: ['id'] },
    { name: 'top_up_wallet_index', properties: ['shard', 'walletId', 'createdAt'] },
    { name: 'top_up_due_index', properties: ['nextAttemptAt'], where: `top_up_status in (${OPEN_STATUS_LIST})` },
    {
      name: 'top_up_turn_index',
      properties: ['environmentId', 'nextAttemptAt'],
      where: `top_up_status in (${OPEN_STATUS_LIST})`,
    },
    { name: 'top_up_open_index', properties: ['shard', 'walletId'], where: `top_up_status in (${OPEN_STATUS_LIST})` },
    {
      name: 'top_up_in_flight_index',
      properties: ['createdAt'],
      where: `not invoicing and top_up_status in (${BUSY_STATUS_LIST})`,
    },
    { name: 'top_up_recheck_index', properties: ['recheckAt'], where: 'recheck_at is not null' },
    {
      name: 'top_up_recheck_turn_index',
      properties: ['environmentId', 'recheckAt'],
      where: 'recheck_at is not null',
    },
    { name: 'top_up_created_index', properties: ['tenantId', 'environmentId', 'createdAt', 'id'] },
    { name: 'top_up_outcome_index', properties: ['tenantId', 'environmentId', 'topUpStatus', 'createdAt'] },
    { name: 'top_up_invoice_index', properties: ['invoiceId'] },
    { name: 'top_up_customer_index', properties: ['tenantId', 'environmentId', 'customerId'] },
  ],
  uniques: [
    {
      name: 'top_up_one_automatic_unique',
      properties: ['shard', 'walletId'],
      where: `is_automatic and not invoicing and top_up_status in (${IN_FLIGHT_STATUS_LIST})`,
    },
    {
      name: 'top_up_one_invoice_unique',
      properties: ['shard', 'walletId'],
      where: `is_automatic and invoicing and top_up_status in ('created', 'awaiting_payment')`,
    },
    {
      name: 'top_up_one_purchase_unique',
      properties: ['shard', 'walletId'],
      where: `not is_automatic and not invoicing and top_up_status in (${IN_FLIGHT_STATUS_LIST})`,
    },
    // A billing system gives its payments ids of its own: they are no other tenant's.
    { name: 'top_up_payment_unique', properties: ['tenantId', 'environmentId', 'paymentId'] },
  ],
  checks: [
    { name: 'top_up_shard_check', expression: 'shard = shard_of(wallet_id)' },
    { name: 'top_up_fee_check', expression: 'fee_minor >= 0 and fee_minor <= price_minor' },
    { name: 'top_up_bonus_check', expression: 'bonus_credits >= 0' },
  ],
});

/** An intent to buy credits: recorded before anything is charged, and the only thing a charge can come from. */
export class TopUp extends TopUpSchema.class {}
TopUpSchema.setClass(TopUp);

const TopUpAttemptSchema = defineEntity({
  name: 'TopUpAttempt',
  tableName: 'top_up_attempt',
  properties: {
    /** Of the top-up. */
    shard: p.smallint().primary(),
    topUpId: p.text().primary(),
    attempt: p.integer().primary(),
    walletId: p.text(),
    cardFingerprint: p.text(),
    /** The payment outcome's kind; `started` while it is not known. */
    outcome: p.text(),
    code: p.text(),
    message: p.text(),
    startedAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
  },
  indexes: [
    { name: 'top_up_attempt_card_index', properties: ['cardFingerprint', 'startedAt'] },
    { name: 'top_up_attempt_wallet_index', properties: ['shard', 'walletId', 'startedAt'] },
  ],
});

/** One confirmation of a top-up's payment with one card. */
export class TopUpAttempt extends TopUpAttemptSchema.class {}
TopUpAttemptSchema.setClass(TopUpAttempt);
