import type { Stripe } from 'stripe';
import type { Account } from '../api/account.js';
import type { DisputeTerms } from '../api/disputes.js';
import type { Endpoints } from '../api/endpoints.js';
import { idOf } from '../api/id-of.js';
import { randomText } from '../books/ids.js';

/** A card that the network has changed: another number (its last digits will do), another date, or both. */
export interface CardUpdate {
  last4?: string;
  expiryMonth?: number;
  expiryYear?: number;
}

/**
 * What others than the service do: the customer's bank, the card networks, a human in Stripe's dashboard, time. Each
 * is done as a whole, and told of by events.
 */
export class Dashboard {
  constructor(
    private readonly account: Account,
    private readonly api: Endpoints,
  ) {}

  /** The customer answers the bank. @param id of a PaymentIntent or SetupIntent that waits for it. */
  authenticate(id: string, succeeds = true): Stripe.PaymentIntent | Stripe.SetupIntent {
    return this.account.byItself(() => this.api.authenticate(id, succeeds));
  }

  /**
   * The customer fills in a Checkout page. @param card a payment method, or a test name such as `pm_card_visa`.
   * @throws {StripeFailure} 402 where the card is declined; the page stays open.
   */
  completeCheckout(sessionId: string, card = 'pm_card_visa', keepsCard = false): Stripe.Checkout.Session {
    return this.account.byItself(() => this.api.checkout.submit(sessionId, card, keepsCard));
  }

  /** Ends a payment that is processing. */
  settle(paymentIntentId: string, as: 'failed' | 'succeeded'): Stripe.PaymentIntent {
    return this.account.byItself(() => this.api.flow.settle(paymentIntentId, as));
  }

  /** @param id of a charge or a PaymentIntent. */
  openDispute(id: string, terms: DisputeTerms = {}): Stripe.Dispute {
    return this.account.byItself(() => this.api.disputes.open(this.#chargeId(id), terms));
  }

  /** An inquiry becomes a chargeback. */
  escalateDispute(id: string): Stripe.Dispute {
    return this.account.byItself(() => this.api.disputes.escalate(id));
  }

  winDispute(id: string, returnsFee = false): Stripe.Dispute {
    return this.account.byItself(() => this.api.disputes.win(id, returnsFee));
  }

  loseDispute(id: string): Stripe.Dispute {
    return this.account.byItself(() => this.api.disputes.lose(id));
  }

  /** @param id of a charge or a PaymentIntent. @param amountMinor the rest of the charge where left out. */
  refund(id: string, amountMinor?: number): Stripe.Refund {
    return this.account.byItself(() => this.api.refunds.create({ charge: this.#chargeId(id), amount: amountMinor }));
  }

  failRefund(id: string): Stripe.Refund {
    return this.account.byItself(() => this.api.refunds.fail(id));
  }

  /** A Visa card that succeeds and has a number, and so a fingerprint, of its own. @returns a payment method's id. */
  mintCard(expiry: { expiryMonth?: number; expiryYear?: number } = {}): string {
    const digits = [...randomText(9)].map((letter) => letter.charCodeAt(0) % 10).join('');
    return this.account.byItself(
      () =>
        this.api.paymentMethods.make(`4242420${digits}`, {
          exp_month: expiry.expiryMonth,
          exp_year: expiry.expiryYear,
        }).id,
    );
  }

  /** The card network tells of a card's new number or date. */
  updateCard(paymentMethodId: string, update: CardUpdate): Stripe.PaymentMethod {
    return this.account.byItself(() => this.api.paymentMethods.updateByNetwork(paymentMethodId, update));
  }

  /** Time passes for one card: its last month is over. */
  expireCard(paymentMethodId: string): Stripe.PaymentMethod {
    const lastMonth = new Date(this.account.nowMs());
    lastMonth.setUTCDate(0);
    return this.account.byItself(() =>
      this.api.paymentMethods.redate(paymentMethodId, lastMonth.getUTCMonth() + 1, lastMonth.getUTCFullYear()),
    );
  }

  #chargeId(id: string): string {
    if (!id.startsWith('pi_')) return id;
    return idOf(this.account.books.paymentIntents.find(id)?.latest_charge);
  }
}
