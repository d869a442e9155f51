import type { PaymentReturns } from '../../payments/payment-provider.js';
import { type Decimal, decimal, formatDecimal } from '../../shared/decimal.js';
import type { SideHere, SideThere } from './compare-payment.js';
import type { ReturnsHere, TakenCredits } from './compare-returns.js';
import type { SumOfPayments } from './reconciliation-run.entity.js';

const NOTHING = {
  charged_count: 0,
  charged_minor: 0,
  paid_count: 0,
  paid_minor: 0,
  credited_count: 0,
  credited_minor: 0,
  returned_count: 0,
  returned_minor: 0,
  refunded_count: 0,
  refunded_minor: 0,
  refunds_booked_count: 0,
  refunds_booked_minor: 0,
  disputed_count: 0,
  disputed_minor: 0,
  disputes_booked_count: 0,
  disputes_booked_minor: 0,
  credits_booked_back: '0',
  credits_taken_back: '0',
};

/** Counts and sums both sides of every payment that is looked at, by provider and currency. Money is whole minor units. */
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

  /** Of a payment that was credited: what went back of it there, by our rows, and by the ledger. */
  addReturns(provider: string, currency: string, there: PaymentReturns, here: ReturnsHere): void {
    const sum = this.#of(provider, currency);
    const refunds = there.refunds.filter(({ status }) => status !== 'failed');
    const booked = here.refunds.filter(({ refundStatus }) => refundStatus !== 'failed');
    sum.refunded_count += refunds.length;
    sum.refunded_minor += minorOf(refunds);
    sum.refunds_booked_count += booked.length;
    sum.refunds_booked_minor += minorOf(booked);
    sum.disputed_count += there.disputes.length;
    sum.disputed_minor += minorOf(there.disputes);
    sum.disputes_booked_count += here.disputes.length;
    sum.disputes_booked_minor += minorOf(here.disputes);
    const taking = [...booked, ...here.disputes];
    sum.credits_booked_back = addAll(sum.credits_booked_back, taking, ({ booked: credits }) => credits);
    sum.credits_taken_back = addAll(sum.credits_taken_back, taking, ({ taken: credits }) => credits);
  }

  list(): SumOfPayments[] {
    return [...this.#sums.values()];
  }

  #of(provider: string, currency: string): SumOfPayments {
    const key = `${provider} ${currency}`;
    const known = this.#sums.get(key);
    if (known) return known;
    const sum = { provider, currency, ...NOTHING };
    this.#sums.set(key, sum);
    return sum;
  }
}

function minorOf(items: readonly { amountMinor: number }[]): number {
  return items.reduce((total, { amountMinor }) => total + amountMinor, 0);
}

function addAll(before: string, rows: readonly TakenCredits[], creditsOf: (row: TakenCredits) => Decimal): string {
  return formatDecimal(rows.reduce((total, row) => total.plus(creditsOf(row)), decimal(before)));
}
