import { ApiProperty } from '@nestjs/swagger';
import { formatTimestampOrNull } from '../shared/clock.js';
import { formatDecimal } from '../shared/decimal.js';
import type { TopUpState } from '../top-ups/rules/top-up-state.js';
import { WalletDto } from './wallet-answers.dto.js';

/** A top-up that would begin. */
export class PreviewedTopUpDto {
  /** @example "threshold" */
  trigger!: string;
  /** Credits it would buy, above zero.
   * @example "50" */
  credits!: string;
  /** What would be charged for it, integer minor units of `currency`, fee included.
   * @example 5000 */
  @ApiProperty({ type: 'integer' })
  price_minor!: number;
  /** What of `price_minor` is the fee.
   * @example 0 */
  @ApiProperty({ type: 'integer' })
  fee_minor!: number;
  /** Free credits that would come with it.
   * @example "0" */
  bonus_credits!: string;
  /** ISO 4217, lower case.
   * @example "usd" */
  currency!: string;
  /** True: paid by invoice. False: charged to the payment method on file. */
  invoicing!: boolean;
}

/** What a rule would answer. */
export class PreviewedDecisionDto {
  /** @example "threshold" */
  trigger!: string;
  /** `cancel`: a top-up that waits would be taken back. */
  @ApiProperty({ enum: ['buy', 'skip', 'cancel', 'retry'] })
  verdict!: string;
  /** @example "threshold_reached" */
  code!: string;
  /** @example "buys 50 credits because 3 were left, at or below the threshold of 10" */
  reason!: string;
  /** When it would be looked at again, where time alone can change the answer. */
  next_evaluation_at!: string | null;
}

/** What a change of a wallet would do now. */
export class WalletPreviewDto {
  /** The wallet as it would be. */
  wallet!: WalletDto;
  top_ups!: PreviewedTopUpDto[];
  /** Ids of top-ups that wait and would be taken back. */
  canceled_top_up_ids!: string[];
  /** Why, and why not. Empty where no rule has a reason to buy: then nothing would happen. */
  decisions!: PreviewedDecisionDto[];
}

/** What a rehearsed change leaves behind in memory. */
export function renderWhatWouldBe(topUps: TopUpState): Omit<WalletPreviewDto, 'wallet'> {
  return {
    top_ups: [...topUps.newTopUps].map((topUp) => ({
      trigger: topUp.trigger,
      credits: formatDecimal(topUp.credits),
      price_minor: topUp.priceMinor,
      fee_minor: topUp.feeMinor,
      bonus_credits: formatDecimal(topUp.bonusCredits),
      currency: topUp.currency,
      invoicing: topUp.invoicing,
    })),
    canceled_top_up_ids: [...topUps.changedTopUps].flatMap(({ id, topUpStatus }) =>
      topUpStatus === 'canceled' || topUpStatus === 'canceling' ? [id] : [],
    ),
    decisions: [...topUps.newDecisions.values()].map((decision) => ({
      trigger: decision.trigger,
      verdict: decision.verdict,
      code: decision.code,
      reason: decision.reason,
      next_evaluation_at: formatTimestampOrNull(decision.nextEvaluationAt),
    })),
  };
}
