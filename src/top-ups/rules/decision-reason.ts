import type { DecisionFigures } from './top-up-decision.entity.js';

/** What a sentence about a decision is made of. */
export interface Reasoned {
  verdict: 'buy' | 'skip' | 'cancel' | 'retry';
  code: string;
  figures: DecisionFigures;
  nextEvaluationAt: Date | null;
}

const WORDS_OF_PAUSE: Readonly<Record<string, string>> = {
  pack_changed: 'the pack is no longer what was agreed to: choose it again to agree to what it costs now',
  fee_changed:
    'more comes on top of the price now than was agreed to (fee_changed): save the settings again to agree to it',
  no_payment_method: 'automatic top-up is paused (no_payment_method): there is no payment method on file',
  top_up_refunded:
    'automatic top-up is paused (top_up_refunded): what it had bought was refunded, until somebody resumes it',
  payment_disputed:
    'automatic top-up is paused (payment_disputed): a payment was disputed at the card’s bank, until somebody resumes it',
  pack_withdrawn: 'the pack is no longer on sale: choose another one',
};

/** Why nothing was bought, or nothing is charged any more, by the decision's code. */
const WORDS: Readonly<Record<string, (figures: DecisionFigures) => string>> = {
  wallet_not_active: (f) => `the wallet is ${f['wallet_status']}`,
  price_too_small: (f) => `${f['unit_credits']} credits cost less than one minor unit`,
  already_under_way: (f) => `top-up ${f['top_up_id']} is under way`,
  paused: (f) => wordsOfPause(String(f['pause_reason'])),
  cool_off: (f) => `the last top-up was less than ${f['cool_off_seconds']} s ago`,
  hourly_limit: (f) => `${f['purchases']} top-ups within an hour is the limit`,
  monthly_count_cap: (f) => `the monthly cap of ${f['monthly_count']} top-ups is reached`,
  monthly_amount_cap: (f) =>
    `the monthly cap of ${f['monthly_amount_minor']} minor units of ${String(f['currency']).toUpperCase()} does not allow another purchase${besides(f)}`,
  purchase_too_large: (f) =>
    `${f['units']} purchases of ${f['unit_credits']} credits would be needed, ${f['allowed_units']} are allowed`,
  too_many_units: (f) => `it buys ${f['units']} units at once, ${f['allowed_units']} are allowed now`,
  rule_switched_off: () => 'automatic top-up was switched off before the charge was made',
  rule_changed: () => 'automatic top-up was changed before the charge was made',
  provider_changed: () => 'the payment provider was changed before the charge was made',
  tenant_suspended: () => 'the tenant was suspended by the operator of this installation',
  invoice_overdue: () => 'the invoice of the last automatic top-up is overdue',
  invoice_voided: () => 'its invoice was voided',
  canceled_by_request: () => 'somebody canceled it',
  backup_card: (f) => `declined ${f['decline_code']}; the backup card …${f['backup_last4']} was tried`,
};

/** A cap is used up by what it can't count. */
function besides(figures: DecisionFigures): string {
  const currency = figures['uncounted_currency'];
  return currency ? `: it can't count one in ${String(currency).toUpperCase()}` : '';
}

/** The decision as one sentence, for programs' eyes: instants in ISO 8601. */
export function reasonOf(decision: Reasoned): string {
  const { verdict, figures, nextEvaluationAt } = decision;
  if (verdict === 'buy') return `buys ${figures['credits']} credits because ${causeOf(decision)}${clampedBy(figures)}`;
  if (verdict === 'retry') return wordsOf(decision);
  const next = nextEvaluationAt ? `, next evaluation ${nextEvaluationAt.toISOString().slice(0, 19)}Z` : '';
  return `${verdict === 'skip' ? 'did not buy' : 'canceled'}: ${wordsOf(decision)}${next}`;
}

/** Why something was not bought, without the rest of the sentence. */
export function wordsOf({ code, figures }: Pick<Reasoned, 'code' | 'figures'>): string {
  return WORDS[code]?.(figures) ?? code;
}

function wordsOfPause(reason: string): string {
  return WORDS_OF_PAUSE[reason] ?? `automatic top-up is paused (${reason}) until it is resumed`;
}

/** Why something was bought, without the rest of the sentence. */
export function causeOf({ code, figures }: Pick<Reasoned, 'code' | 'figures'>): string {
  const left = `${figures['available']} were left`;
  if (code === 'threshold_reached') return `${left}, at or below the threshold of ${figures['threshold']}`;
  if (code === 'insufficient') return `${left} and ${figures['required']} were needed`;
  return `${figures['expiring_credits']} purchased credits expire on ${String(figures['expires_at']).slice(0, 10)}`;
}

function clampedBy(figures: DecisionFigures): string {
  return figures['clamped_from_units'] ? '; the limits did not allow as much as it takes' : '';
}
