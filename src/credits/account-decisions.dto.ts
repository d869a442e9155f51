import { ApiProperty } from '@nestjs/swagger';
import { CreditsPageDto } from '../http/credits-page.js';
import { formatTimestamp, formatTimestampOrNull } from '../shared/clock.js';
import { formatDecimal } from '../shared/decimal.js';
import type { DecisionRecord, TopUpRecord } from '../top-ups/rules/top-up-state.js';
import { decisionSentence } from './decision-sentence.js';

const TRIGGERS = {
  insufficient: 'auto_top_up_on_insufficient',
  expiration: 'auto_top_up_on_expiration',
  threshold: 'balance_threshold',
  manual: 'manual',
} as const;

export class DecidedTopUpDto {
  /** @example 'topup_01KAHZ5Q7X0000000000000000' */
  id!: string;
  /** @example 'succeeded' */
  status!: string;
  /** What it costs, minor units of `currency_code`. */
  @ApiProperty({ type: 'integer', example: 9900 })
  price!: number;
  @ApiProperty({ enum: ['USD', 'EUR', 'GBP'], example: 'USD' })
  currency_code!: string;
  /** Credits it buys. */
  @ApiProperty({ type: String, example: '100' })
  credits!: string;
}

/** Why credits were, or were not, bought automatically. The same answer again and again is one row that counts. */
export class AccountDecisionDto {
  /** @example 'decision_01KAHZ5Q7X0000000000000000' */
  id!: string;
  /** The setting that it came from; `balance_threshold` is one that only the seller can set,
   * `manual` a purchase that somebody asked for. */
  @ApiProperty({ enum: Object.values(TRIGGERS), example: 'auto_top_up_on_insufficient' })
  trigger!: string;
  /** Whether a purchase was started. */
  @ApiProperty({ type: Boolean, example: true })
  bought!: boolean;
  /** Stable, for programs: `insufficient`, `about_to_expire`, `cool_off`, `paused`, ...
   * @example 'insufficient' */
  code!: string;
  /** The reason as a sentence.
   * @example 'Bought 100 credits because 3 were left and a scan needed 5.' */
  reason!: string;
  /** Credits that could be spent when it was decided.
   * @example '3' */
  available!: string;
  /** Credits that were asked for, where a debit or hold was refused. */
  @ApiProperty({ type: String, nullable: true, example: '5' })
  required!: string | null;
  /** The purchase that was started, as it stands now. */
  @ApiProperty({ type: DecidedTopUpDto, nullable: true })
  top_up!: DecidedTopUpDto | null;
  /** When it is looked at again, where time alone can change the answer. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  next_evaluation_at!: string | null;
  /** How often this answer was given. */
  @ApiProperty({ type: 'integer', example: 1 })
  occurrences!: number;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-01T00:00:00.123000Z' })
  first_seen_at!: string;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-01T00:00:00.123000Z' })
  last_seen_at!: string;
}

export class AccountDecisionPageDto extends CreditsPageDto {
  results!: AccountDecisionDto[];
}

/** What is shown of the top-up that a decision was to buy. */
export type DecidedPurchase = Pick<
  TopUpRecord,
  'id' | 'topUpStatus' | 'priceMinor' | 'currency' | 'credits' | 'lastErrorMessage'
>;

export function renderAccountDecision(decision: DecisionRecord, topUp: DecidedPurchase | null): AccountDecisionDto {
  return {
    id: decision.id,
    trigger: TRIGGERS[decision.trigger],
    bought: decision.verdict === 'buy',
    code: decision.code,
    reason: sentenceOf(decision, topUp),
    available: formatDecimal(decision.available),
    required: decision.required ? formatDecimal(decision.required) : null,
    top_up: topUp
      ? {
          id: topUp.id,
          status: topUp.topUpStatus,
          price: topUp.priceMinor,
          currency_code: topUp.currency.toUpperCase(),
          credits: formatDecimal(topUp.credits),
        }
      : null,
    next_evaluation_at: formatTimestampOrNull(decision.nextEvaluationAt),
    occurrences: decision.occurrences,
    first_seen_at: formatTimestamp(decision.createdAt),
    last_seen_at: formatTimestamp(decision.lastSeenAt),
  };
}

function sentenceOf(decision: DecisionRecord, topUp: DecidedPurchase | null): string {
  const { verdict, code, figures, available, lastSeenAt } = decision;
  // What was decided before figures were kept has only its sentence.
  if (!figures) return decision.reason;
  return decisionSentence({
    verdict,
    code,
    figures,
    available,
    required: decision.required ?? null,
    lastSeenAt,
    nextEvaluationAt: decision.nextEvaluationAt ?? null,
    purchase: topUp
      ? { status: topUp.topUpStatus, credits: topUp.credits, errorMessage: topUp.lastErrorMessage }
      : null,
  });
}
