import type { CardOutcome } from '../books/test-cards.js';

/** What shall come of confirmations, whatever the card is: a card that has gone bad since it was saved, for one. */
export interface OutcomeRule {
  /** Only with this payment method, this customer or this payment; anything where left out. */
  paymentMethod?: string;
  customer?: string;
  paymentIntent?: string;
  /** How many confirmations; every one where left out. */
  times?: number;
  outcome: CardOutcome;
}

interface Confirmation {
  paymentMethod: string;
  customer: string | null;
  paymentIntent: string | null;
}

/** Outcomes by script. The rule that came last is asked first. */
export class OutcomeScript {
  #rules: OutcomeRule[] = [];

  add(rule: OutcomeRule): void {
    this.#rules.unshift({ ...rule });
  }

  clear(): void {
    this.#rules = [];
  }

  take(confirmation: Confirmation): CardOutcome | undefined {
    const rule = this.#rules.find((rule) => matches(rule, confirmation));
    if (!rule) return undefined;
    if (rule.times !== undefined) {
      rule.times -= 1;
      if (rule.times < 1) this.#rules = this.#rules.filter((other) => other !== rule);
    }
    return rule.outcome;
  }
}

function matches(rule: OutcomeRule, confirmation: Confirmation): boolean {
  return (
    (rule.paymentMethod === undefined || rule.paymentMethod === confirmation.paymentMethod) &&
    (rule.customer === undefined || rule.customer === confirmation.customer) &&
    (rule.paymentIntent === undefined || rule.paymentIntent === confirmation.paymentIntent)
  );
}
