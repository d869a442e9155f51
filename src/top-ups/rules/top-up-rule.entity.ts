import { defineEntity, p } from '@mikro-orm/core';
import { AmountColumn } from '../../shared/decimal-column.js';
import type { AgreedFee } from '../pricing/price-top-up.js';

/** When to buy: the balance runs low, it is insufficient for a debit or hold, or purchased credits are about to expire. */
export const TRIGGERS = ['threshold', 'insufficient', 'expiration'] as const;
export type Trigger = (typeof TRIGGERS)[number];

export interface Cooldown {
  value: number;
  unit: 'second' | 'minute' | 'hour' | 'day';
}

const TopUpRuleSchema = defineEntity({
  name: 'TopUpRule',
  tableName: 'top_up_rule',
  properties: {
    shard: p.smallint().primary(),
    walletId: p.text().primary(),
    trigger: p.enum(TRIGGERS).columnType('text').primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    enabled: p.boolean(),
    /** Counts the edits of what is bought, when, at which price and how, on and off: a charge of an older wording is canceled. */
    version: p.integer(),
    /** `threshold` only: buys when this many available credits or fewer are left. */
    thresholdCredits: p.type(AmountColumn).nullable(),
    /** Credits of one unit: `auto_topup.amount`, or what one pack holds. One purchase buys whole units. */
    unitCredits: p.type(AmountColumn),
    /** The agreed price of one pack in minor units; null where the wallet's `topup_conversion_rate` prices it. */
    unitPriceMinor: p.integer().nullable(),
    /** ISO 4217, lower case; null where it is the wallet's currency. */
    priceCurrency: p.text().nullable(),
    /** What was agreed to on top of the price; null: nothing. More than this is not charged. */
    fee: p.json<AgreedFee>().nullable(),
    packId: p.text().nullable(),
    /** Months after which purchased credits expire, counted from the last purchase; null: never. */
    validityMonths: p.integer().nullable(),
    /** True: a pending credit and an invoice. False: the payment method on file is charged. */
    invoicing: p.boolean(),
    cooldown: p.json<Cooldown>().nullable(),
    /** Why this rule alone is paused: what it buys is not what was agreed to (a code); empty when it is not. */
    pauseReason: p.text().default(''),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    updatedBy: p.text(),
  },
  indexes: [
    {
      name: 'top_up_rule_pack_index',
      properties: ['tenantId', 'environmentId', 'packId'],
      where: 'pack_id is not null',
    },
    {
      name: 'top_up_rule_paused_index',
      properties: ['tenantId', 'environmentId', 'updatedAt'],
      where: "pause_reason <> ''",
    },
  ],
  checks: [
    { name: 'top_up_rule_shard_check', expression: 'shard = shard_of(wallet_id)' },
    { name: 'top_up_rule_unit_check', expression: 'unit_credits > 0' },
  ],
});

/** One reason to buy credits for a wallet. `auto_topup` of the wallets API and the credits API's settings are two views of these. */
export class TopUpRule extends TopUpRuleSchema.class {}
TopUpRuleSchema.setClass(TopUpRule);

const TopUpGuardSchema = defineEntity({
  name: 'TopUpGuard',
  tableName: 'top_up_guard',
  properties: {
    shard: p.smallint().primary(),
    walletId: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    /** Automatic purchases in any 60 minutes; one more pauses the wallet's rules. */
    maxPerHour: p.integer(),
    /** Units in one automatic purchase: a made-up debit can't empty a card. */
    maxUnits: p.integer(),
    /** Automatic purchases in a calendar month (UTC); null: no cap. */
    monthlyCount: p.integer().nullable(),
    /** Minor units of `monthlyAmountCurrency` in a calendar month (UTC); null: no cap. No rule buys in another currency. */
    monthlyAmountMinor: p.integer().nullable(),
    /** ISO 4217, lower case; null without a cap. */
    monthlyAmountCurrency: p.text().nullable(),
    pausedAt: p.datetime(3).nullable(),
    /** Why automatic top-up is paused: a code (`hourly_limit`, `card_declined`, ...); empty when it is not. */
    pauseReason: p.text(),
    /** Fingerprint of the card that the pause is about; null where it is about none. */
    pausedCard: p.text().nullable(),
    /** When a person last ended a pause without an edit, and with which key. */
    resumedAt: p.datetime(3).nullable(),
    resumedBy: p.text().default(''),
    /** How far back decisions look for purchases: a day, or as long as the longest cool-off. */
    historySeconds: p.integer().default(86_400),
    /** When time alone can change what the rules say; null: it can't, and nobody looks. */
    nextEvaluationAt: p.datetime(3).nullable(),
    /** The last notice of credits that expire: their date and how many days before it. Each is given once. */
    noticed: p.text().default(''),
    updatedAt: p.datetime(3),
  },
  indexes: [
    { name: 'top_up_guard_due_index', properties: ['nextEvaluationAt'], where: 'next_evaluation_at is not null' },
    {
      name: 'top_up_guard_turn_index',
      properties: ['environmentId', 'nextEvaluationAt'],
      where: 'next_evaluation_at is not null',
    },
    { name: 'top_up_guard_paused_index', properties: ['pausedAt'], where: 'paused_at is not null' },
    {
      name: 'top_up_guard_attention_index',
      properties: ['tenantId', 'environmentId', 'pausedAt'],
      where: 'paused_at is not null',
    },
  ],
  checks: [{ name: 'top_up_guard_shard_check', expression: 'shard = shard_of(wallet_id)' }],
});

/** What keeps a wallet's automatic top-ups within bounds, whichever rule they come from. */
export class TopUpGuard extends TopUpGuardSchema.class {}
TopUpGuardSchema.setClass(TopUpGuard);
