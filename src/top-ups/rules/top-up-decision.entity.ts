import { defineEntity, p } from '@mikro-orm/core';
import { AmountColumn } from '../../shared/decimal-column.js';
import { TRIGGERS } from './top-up-rule.entity.js';

/** The figures of a decision: credits and rates as decimals in text, instants in ISO 8601. */
export type DecisionFigures = Record<string, string | number | null>;

const TopUpDecisionSchema = defineEntity({
  name: 'TopUpDecision',
  tableName: 'top_up_decision',
  properties: {
    shard: p.smallint().primary(),
    walletId: p.text().primary(),
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    trigger: p.enum([...TRIGGERS, 'manual'] as const).columnType('text'),
    ruleVersion: p.integer(),
    verdict: p.enum(['buy', 'skip', 'cancel', 'retry'] as const).columnType('text'),
    /** Why, as a code: `threshold_reached`, `already_under_way`, `cool_off`, `monthly_count_cap`, ... */
    code: p.text(),
    /** Why, as a sentence for programs' logs. */
    reason: p.text(),
    /** What the sentence is made of, so that every face of the service can make its own; null in rows of before 0.2. */
    figures: p.json<DecisionFigures>().nullable(),
    /** What was seen: credits. */
    available: p.type(AmountColumn),
    posted: p.type(AmountColumn),
    held: p.type(AmountColumn),
    required: p.type(AmountColumn).nullable(),
    openTopUpIds: p.json<string[]>(),
    /** The top-up that a `buy` started. */
    topUpId: p.text().nullable(),
    credits: p.type(AmountColumn).nullable(),
    priceMinor: p.integer().nullable(),
    currency: p.text().nullable(),
    /** When it will be looked at again, where time alone can change the answer. */
    nextEvaluationAt: p.datetime(3).nullable(),
    /** The same answer for the same reason is one row: how often it was given, */
    occurrences: p.integer(),
    /** first at `createdAt` and last at `lastSeenAt`, with what was seen then. */
    lastSeenAt: p.datetime(3),
    createdAt: p.datetime(3),
    /** What makes two answers the same: trigger, rule version, code and subject. */
    dedupeKey: p.text(),
  },
  uniques: [{ name: 'top_up_decision_dedupe_unique', properties: ['shard', 'walletId', 'dedupeKey'] }],
  indexes: [{ name: 'top_up_decision_wallet_index', properties: ['shard', 'walletId', 'lastSeenAt'] }],
  checks: [{ name: 'top_up_decision_shard_check', expression: 'shard = shard_of(wallet_id)' }],
});

/** The stored answer to "why did it (not) charge me". */
export class TopUpDecision extends TopUpDecisionSchema.class {}
TopUpDecisionSchema.setClass(TopUpDecision);
