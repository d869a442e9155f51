import type { Stripe } from 'stripe';
import type { CardFacts } from '../books/books.js';
import { fingerprintOf, newId } from '../books/ids.js';
import { findTestCard, isTestCardNumber, testCardOf, type TestCard } from '../books/test-cards.js';
import { noSuch, refused, StripeFailure, wrongParameter } from '../wire/stripe-failure.js';
import type { Account } from './account.js';
import { declineError } from './decline.js';
import { mergeMetadata } from './metadata.js';
import { pageOf } from './page.js';

const CARD_VALID_YEARS = 4;

/** A method that was detached, or used once without a customer, is spent. */
const SPENT =
  'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.';

/** Cards on file, and those that are not yet. */
export class PaymentMethods {
  constructor(private readonly account: Account) {}

  create(params: Stripe.PaymentMethodCreateParams): Stripe.PaymentMethod {
    if (params.type !== 'card') {
      throw wrongParameter('type', `The stand-in makes payment methods of type card only, not ${params.type}.`);
    }
    const method = this.#make(this.#cardOf(params.card), params);
    return this.account.books.paymentMethods.put(method);
  }

  /** The method of an id; a test name such as `pm_card_visa` makes a new one each time, as with Stripe. */
  get(idOrName: string, param = 'id'): Stripe.PaymentMethod {
    const found = this.account.books.paymentMethods.find(idOrName);
    if (found) return found;
    const test = idOrName.startsWith('pm_card_') ? findTestCard(idOrName) : undefined;
    if (!test) throw noSuch('PaymentMethod', idOrName, param);
    return this.account.books.paymentMethods.put(this.#make({ test }, {}));
  }

  /** What the stand-in knows of a card and does not tell. */
  facts(id: string): CardFacts {
    return this.account.books.cards.find(id) as CardFacts;
  }

  testCard(id: string): TestCard {
    return testCardOf(this.facts(id).number);
  }

  /** @throws {StripeFailure} 400 for a method that may not be used any more. */
  checkUsable(method: Stripe.PaymentMethod): void {
    if (this.facts(method.id).isSpent) throw refused(SPENT, undefined, { param: 'payment_method' });
  }

  attach(idOrName: string, params: Stripe.PaymentMethodAttachParams): Stripe.PaymentMethod {
    const method = this.get(idOrName);
    const customer = this.account.books.customers.find(params.customer as string);
    if (!customer || customer.deleted) throw noSuch('customer', String(params.customer), 'customer');
    this.checkUsable(method);
    if (method.customer !== null && method.customer !== customer.id) {
      throw refused('The payment method you provided has already been attached to a customer.');
    }
    const { outcome, savable } = this.testCard(method.id);
    if (outcome.kind === 'decline' && !savable) {
      throw new StripeFailure(402, { ...declineError(outcome), payment_method: method });
    }
    return this.attachTo(method, customer.id);
  }

  /** Attaches without asking the bank. */
  attachTo(method: Stripe.PaymentMethod, customer: string): Stripe.PaymentMethod {
    if (method.customer === customer) return method;
    const attached = this.account.books.paymentMethods.put({ ...method, customer });
    this.account.emit('payment_method.attached', attached);
    return attached;
  }

  detach(id: string): Stripe.PaymentMethod {
    const method = this.get(id);
    if (method.customer === null) {
      throw refused('The payment method you provided is not attached to a customer so detachment is impossible.');
    }
    const detached = this.account.books.paymentMethods.put({ ...method, customer: null });
    this.know(id, { isSpent: true });
    this.#noLongerDefault(method.customer as string, id);
    this.account.emit('payment_method.detached', detached, { customer: method.customer });
    return detached;
  }

  update(id: string, params: Stripe.PaymentMethodUpdateParams): Stripe.PaymentMethod {
    const before = this.get(id);
    if (before.customer === null) {
      throw refused('You must save this PaymentMethod to a customer before you can update it.');
    }
    const after = this.account.books.paymentMethods.put({
      ...before,
      card: { ...(before.card as Stripe.PaymentMethod.Card), ...(params.card as object) },
      billing_details: { ...before.billing_details, ...(params.billing_details as object) },
      metadata: mergeMetadata(before.metadata, params.metadata),
    });
    this.account.emit('payment_method.updated', after, {});
    return after;
  }

  list(params: Stripe.PaymentMethodListParams, url = '/v1/payment_methods'): Stripe.ApiList<Stripe.PaymentMethod> {
    const { customer, type } = params;
    const ofCustomer = customer === undefined ? [] : this.of(customer);
    return pageOf(type === undefined ? ofCustomer : ofCustomer.filter((method) => method.type === type), url, params);
  }

  of(customer: string): Stripe.PaymentMethod[] {
    return this.account.books.paymentMethods.all().filter((method) => method.customer === customer);
  }

  know(id: string, facts: Partial<CardFacts>): void {
    this.account.books.cards.put({ ...this.facts(id), ...facts });
  }

  /** A method for a number, such as one of a card that the network has replaced. */
  make(number: string, expiry: { exp_month?: number; exp_year?: number } = {}): Stripe.PaymentMethod {
    return this.account.books.paymentMethods.put(this.#make({ test: testCardOf(number), ...expiry }, {}));
  }

  /** The network has replaced a card: the same payment method, another number or date. */
  updateByNetwork(
    id: string,
    update: { last4?: string; expiryMonth?: number; expiryYear?: number },
  ): Stripe.PaymentMethod {
    const method = this.get(id);
    const { number } = this.facts(id);
    if (update.last4 !== undefined) this.know(id, { number: number.slice(0, -4) + update.last4 });
    const { last4, fingerprint } = cardFace({ ...this.testCard(id), number: this.facts(id).number });
    const card = method.card as Stripe.PaymentMethod.Card;
    const month = update.expiryMonth ?? card.exp_month;
    const year = update.expiryYear ?? card.exp_year;
    const updated = { ...method, card: { ...card, last4, fingerprint, exp_month: month, exp_year: year } };
    this.account.books.paymentMethods.put(updated);
    const previous = { card: { exp_month: card.exp_month, exp_year: card.exp_year, last4: card.last4 } };
    this.account.emit('payment_method.automatically_updated', updated, previous);
    return updated;
  }

  /** Another date, of which nobody is told. */
  redate(id: string, expiryMonth: number, expiryYear: number): Stripe.PaymentMethod {
    const method = this.get(id);
    const card = { ...(method.card as Stripe.PaymentMethod.Card), exp_month: expiryMonth, exp_year: expiryYear };
    return this.account.books.paymentMethods.put({ ...method, card });
  }

  #noLongerDefault(customerId: string, methodId: string): void {
    const customer = this.account.books.customers.find(customerId);
    if (!customer || customer.deleted || customer.invoice_settings.default_payment_method !== methodId) return;
    const settings = { ...customer.invoice_settings, default_payment_method: null };
    this.account.books.customers.put({ ...customer, invoice_settings: settings });
  }

  #cardOf(card: Stripe.PaymentMethodCreateParams['card']): {
    test: TestCard;
    exp_month?: number;
    exp_year?: number;
  } {
    const given = card;
    if (given?.token !== undefined) {
      const test = findTestCard(given.token);
      if (!test) throw noSuch('token', given.token, 'card[token]');
      return { test };
    }
    if (given?.number === undefined) throw wrongParameter('card', 'Missing required param: card.', 'parameter_missing');
    if (!isTestCardNumber(given.number)) {
      const message = 'Your card was declined. Your request was in test mode, but used a non test card.';
      throw new StripeFailure(402, {
        type: 'card_error',
        code: 'card_declined',
        decline_code: 'test_mode_live_card',
        message,
      });
    }
    this.#checkExpiry(given.exp_month, given.exp_year);
    return { test: testCardOf(given.number), exp_month: given.exp_month, exp_year: given.exp_year };
  }

  #checkExpiry(month = 0, year = 0): void {
    const isMonth = month >= 1 && month <= 12;
    const now = new Date(this.account.nowMs());
    const isPast = year * 12 + month < now.getUTCFullYear() * 12 + now.getUTCMonth() + 1;
    if (isMonth && !isPast) return;
    const [code, what] = isMonth ? ['invalid_expiry_year', 'year'] : ['invalid_expiry_month', 'month'];
    const message = `Your card's expiration ${what} is invalid.`;
    throw new StripeFailure(402, { type: 'card_error', code, param: `card[exp_${what}]`, message });
  }

  #make(
    card: { test: TestCard; exp_month?: number; exp_year?: number },
    params: Stripe.PaymentMethodCreateParams,
  ): Stripe.PaymentMethod {
    const id = newId('pm');
    const now = new Date(this.account.nowMs());
    this.account.books.cards.put({
      id,
      number: card.test.number,
      // This one card comes from Stripe with its authentication done.
      isSetUp: card.test.names.includes('authenticationRequiredSetupForOffSession'),
      isSpent: false,
    });
    return {
      id,
      object: 'payment_method',
      allow_redisplay: params.allow_redisplay ?? 'unspecified',
      billing_details: {
        address: null,
        email: null,
        name: null,
        phone: null,
        tax_id: null,
        ...(params.billing_details as object),
      },
      card: {
        ...cardFace(card.test),
        exp_month: card.exp_month ?? 12,
        exp_year: card.exp_year ?? now.getUTCFullYear() + CARD_VALID_YEARS,
      },
      created: Math.floor(now.getTime() / 1000),
      customer: null,
      customer_account: null,
      livemode: false,
      metadata: mergeMetadata({}, params.metadata),
      type: 'card',
    };
  }
}

/** What can be read on a card, apart from its date. */
export function cardFace(card: TestCard): Omit<Stripe.PaymentMethod.Card, 'exp_month' | 'exp_year'> {
  return {
    brand: card.brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    display_brand: card.brand,
    fingerprint: fingerprintOf(card.number),
    funding: card.funding ?? 'credit',
    generated_from: null,
    last4: card.number.slice(-4),
    networks: { available: [card.brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  };
}
