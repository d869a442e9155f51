import { type Decimal, formatDecimal } from '../shared/decimal.js';
import { causeOf, reasonOf, wordsOf } from '../top-ups/rules/decision-reason.js';
import type { DecisionFigures } from '../top-ups/rules/top-up-decision.entity.js';

/** What was decided, and what became of the purchase if there is one. */
export interface DecidedFacts {
  verdict: 'buy' | 'skip' | 'cancel' | 'retry';
  code: string;
  figures: DecisionFigures;
  available: Decimal;
  required: Decimal | null;
  lastSeenAt: Date;
  nextEvaluationAt: Date | null;
  purchase: { status: string; credits: Decimal; errorMessage: string } | null;
}

const FAILED: ReadonlySet<string> = new Set(['failed', 'canceled', 'canceling']);

/** A decision as the person whose card is on file reads it. */
export function decisionSentence(facts: DecidedFacts): string {
  const phrase = facts.verdict === 'buy' ? ofPurchase(facts) : ofRefusal(facts);
  return `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}${/[.!?]$/.test(phrase) ? '' : '.'}`;
}

function ofPurchase(facts: DecidedFacts): string {
  const { purchase } = facts;
  if (!purchase) return reasonOf(facts);
  const what = `${creditsOf(purchase.credits)} because ${becauseOf(facts)}`;
  if (purchase.status === 'succeeded') return `bought ${what}`;
  if (purchase.status === 'refunded') return `bought ${what}, and paid it back`;
  if (!FAILED.has(purchase.status)) return `is buying ${what}`;
  const why = purchase.errorMessage || 'the payment did not go through';
  return `tried to buy ${what}, but nothing was charged: ${why}`;
}

function becauseOf({ code, figures, available, required }: DecidedFacts): string {
  if (code !== 'insufficient' || !required) return causeOf({ code, figures });
  const left = available.eq(1) ? '1 was left' : `${formatDecimal(available)} were left`;
  return `${left} and a scan needed ${formatDecimal(required)}`;
}

function ofRefusal({ verdict, code, figures, nextEvaluationAt, lastSeenAt }: DecidedFacts): string {
  if (verdict === 'retry') return wordsOf({ code, figures });
  const refused = `${verdict === 'skip' ? 'did not buy' : 'canceled a purchase'}: ${wordsOf({ code, figures })}`;
  return nextEvaluationAt ? `${refused}, next evaluation ${dayOf(nextEvaluationAt, lastSeenAt)}` : refused;
}

function creditsOf(credits: Decimal): string {
  return credits.eq(1) ? '1 credit' : `${formatDecimal(credits)} credits`;
}

/** `1 December` at the start of a day (UTC), `1 December 10:05 UTC` within one; with the year when that is another. */
function dayOf(instant: Date, seenAt: Date): string {
  const month = instant.toLocaleDateString('en-GB', { month: 'long', timeZone: 'UTC' });
  const year = instant.getUTCFullYear() === seenAt.getUTCFullYear() ? '' : ` ${instant.getUTCFullYear()}`;
  const time = instant.toISOString().slice(11, 16);
  const isMidnight = instant.getTime() % 86_400_000 === 0;
  return `${instant.getUTCDate()} ${month}${year}${isMidnight ? '' : ` ${time} UTC`}`;
}
