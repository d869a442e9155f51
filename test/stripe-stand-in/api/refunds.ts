import type { Stripe } from 'stripe';
import { newId } from '../books/ids.js';
import { noSuch, refused, wrongParameter } from '../wire/stripe-failure.js';
import type { Account } from './account.js';
import type { Charging } from './charging.js';
import { idOf } from './id-of.js';
import { mergeMetadata } from './metadata.js';
import { pageOf } from './page.js';
import type { PaymentMethods } from './payment-methods.js';

/** Refunds. */
export class Refunds {
  constructor(
    private readonly account: Account,
    private readonly paymentMethods: PaymentMethods,
    private readonly charging: Charging,
  ) {}

  create(params: Stripe.RefundCreateParams): Stripe.Refund {
    const charge = this.#chargeOf(params);
    const left = charge.amount - charge.amount_refunded;
    const amount = params.amount ?? left;
    this.#check(charge, amount, left);
    const { afterwards } = this.paymentMethods.testCard(charge.payment_method as string);
    const refund = this.account.books.refunds.put(this.#new(charge, amount, params));
    this.account.emit('refund.created', refund);
    const booked = this.#book(refund, charge, -amount, 'refund');
    if (afterwards === 'refund_pending') this.account.later(0, () => this.#settle(booked.id));
    if (afterwards === 'refund_fails') this.account.later(0, () => this.fail(booked.id));
    return booked;
  }

  retrieve(id: string): Stripe.Refund {
    const refund = this.account.books.refunds.find(id);
    if (!refund) throw noSuch('refund', id);
    return refund;
  }

  update(id: string, params: Stripe.RefundUpdateParams): Stripe.Refund {
    const before = this.retrieve(id);
    const after = { ...before, metadata: mergeMetadata(before.metadata, params.metadata) };
    this.account.emit('refund.updated', after, {});
    return this.account.books.refunds.put(after);
  }

  list(params: Stripe.RefundListParams): Stripe.ApiList<Stripe.Refund> {
    const wanted = this.account.books.refunds
      .all()
      .filter(({ charge }) => params.charge === undefined || charge === params.charge)
      .filter(({ payment_intent: id }) => params.payment_intent === undefined || id === params.payment_intent);
    return pageOf(wanted, '/v1/refunds', params);
  }

  /** The customer's bank sends the money back. */
  fail(id: string): Stripe.Refund {
    const refund = this.retrieve(id);
    const charge = this.account.books.chargeObjects.find(refund.charge as string) as Stripe.Charge;
    const failed = this.account.books.refunds.put({
      ...refund,
      failure_reason: 'expired_or_canceled_card',
      status: 'failed',
    });
    const booked = this.#book(failed, charge, refund.amount, 'refund_failed');
    this.account.emit('refund.updated', booked, { status: refund.status });
    this.account.emit('refund.failed', booked);
    return booked;
  }

  #settle(id: string): void {
    const settled = this.account.books.refunds.put({ ...this.retrieve(id), status: 'succeeded' });
    this.account.emit('refund.updated', settled, { status: 'pending' });
  }

  #chargeOf(params: Stripe.RefundCreateParams): Stripe.Charge {
    if (params.charge !== undefined) {
      const charge = this.account.books.chargeObjects.find(params.charge);
      if (!charge) throw noSuch('charge', params.charge, 'charge');
      return charge;
    }
    if (params.payment_intent === undefined) {
      const message = 'One of the following params should be provided for this request: payment_intent or charge.';
      throw wrongParameter('payment_intent', message, 'parameter_missing');
    }
    const intent = this.account.books.paymentIntents.find(params.payment_intent);
    if (!intent) throw noSuch('payment_intent', params.payment_intent, 'payment_intent');
    const charge = this.account.books.chargeObjects.find(idOf(intent.latest_charge));
    if (charge?.paid) return charge;
    throw refused(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`);
  }

  #check(charge: Stripe.Charge, amount: number, left: number): void {
    if (!charge.paid) throw refused(`Charge ${charge.id} was not successful and cannot be refunded.`);
    if (charge.disputed && this.#isChargedBack(charge)) {
      throw refused(`Charge ${charge.id} has been charged back; cannot issue a refund.`, 'charge_disputed');
    }
    if (left === 0) {
      throw refused(`Charge ${charge.id} has already been refunded.`, 'charge_already_refunded');
    }
    if (amount < 1) throw wrongParameter('amount', 'Invalid positive integer', 'parameter_invalid_integer');
    if (amount > left) {
      const message = `Refund amount (${amount} ${charge.currency}) is greater than unrefunded amount on charge (${left} ${charge.currency})`;
      throw refused(message, undefined, { param: 'amount' });
    }
  }

  #isChargedBack(charge: Stripe.Charge): boolean {
    const disputes = this.account.books.disputes.all().filter((dispute) => dispute.charge === charge.id);
    return disputes.some((dispute) => !dispute.is_charge_refundable && dispute.status !== 'won');
  }

  /** @param amountMinor what the account has more; of the charge, as much less is then refunded. */
  #book(
    refund: Stripe.Refund,
    charge: Stripe.Charge,
    amountMinor: number,
    kind: 'refund' | 'refund_failed',
  ): Stripe.Refund {
    const transaction = this.charging.book({ charge, kind, amountMinor, source: refund.id });
    const amountRefunded = charge.amount_refunded - amountMinor;
    const changed = this.account.books.chargeObjects.put({
      ...charge,
      amount_refunded: amountRefunded,
      refunded: amountRefunded === charge.amount,
    });
    const type = kind === 'refund' ? 'charge.refunded' : 'charge.refund.updated';
    const link =
      kind === 'refund' ? { balance_transaction: transaction.id } : { failure_balance_transaction: transaction.id };
    const booked = this.account.books.refunds.put({ ...refund, ...link });
    const before = { amount_refunded: charge.amount_refunded, refunded: charge.refunded };
    this.account.emit(type, kind === 'refund' ? changed : booked, kind === 'refund' ? before : {});
    return booked;
  }

  #new(charge: Stripe.Charge, amount: number, params: Stripe.RefundCreateParams): Stripe.Refund {
    const isPending = this.paymentMethods.testCard(charge.payment_method as string).afterwards === 'refund_pending';
    return {
      id: newId('re'),
      object: 'refund',
      amount,
      balance_transaction: null,
      charge: charge.id,
      created: this.account.nowSeconds(),
      currency: charge.currency,
      customer: charge.customer,
      customer_account: null,
      destination_details: { type: 'card' },
      metadata: mergeMetadata({}, params.metadata),
      payment_intent: charge.payment_intent,
      payment_method: charge.payment_method,
      reason: params.reason ?? null,
      receipt_number: null,
      source_transfer_reversal: null,
      status: isPending ? 'pending' : 'succeeded',
      transfer_reversal: null,
    };
  }
}
