import type { SideHere, SideThere } from './compare-payment.js';
import type { SumOfPayments } from './reconciliation-run.entity.js';

/** Counts and sums both sides of every payment that is looked at, by provider and currency. Integers only. */
export class PaymentSums {
  readonly #sums = new Map<string, SumOfPayments>();

  add(provider: string, there: SideThere | undefined, here: SideHere | undefined): void {
    if (there?.status === 'succeeded') {
      const sum = this.#of(provider, there.currency ?? '');
      sum.charged_count += 1;
      sum.charged_minor += there.amountMinor ?? 0;
    }
    if (!here) return;
    const isReturned = here.status === 'refunded' || here.status === 'refund_due';
    if (here.status !== 'succeeded' && !isReturned) return;
    const sum = this.#of(provider, here.currency);
    sum.paid_count += 1;
    sum.paid_minor += here.priceMinor;
    if (isReturned) {
      sum.returned_count += 1;
      sum.returned_minor += here.priceMinor;
    }
    sum.credited_count += here.credited;
    sum.credited_minor += here.credited * here.priceMinor;
  }

  list(): SumOfPayments[] {
    return [...this.#sums.values()];
  }

  #of(provider: string, currency: string): SumOfPayments {
    const key = `${provider} ${currency}`;
    const known = this.#sums.get(key);
    if (known) return known;
    const none = { charged_count: 0, charged_minor: 0, paid_count: 0, paid_minor: 0 };
    const sum = {
      provider,
      currency,
      ...none,
      credited_count: 0,
      credited_minor: 0,
      returned_count: 0,
      returned_minor: 0,
    };
    this.#sums.set(key, sum);
    return sum;
  }
}
