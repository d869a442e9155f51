import type { Stripe } from 'stripe';
import { noSuch } from '../wire/stripe-failure.js';
import type { Router } from '../wire/router.js';
import type { Account } from './account.js';
import { Charging } from './charging.js';
import { CheckoutSessions } from './checkout-sessions.js';
import { Customers } from './customers.js';
import { Disputes } from './disputes.js';
import { matchesType } from './match-type.js';
import { pageOf } from './page.js';
import * as parameters from './parameter-tables.js';
import { PaymentFlow } from './payment-flow.js';
import { PaymentIntents } from './payment-intents.js';
import { PaymentMethods } from './payment-methods.js';
import { Refunds } from './refunds.js';
import { SetupIntents } from './setup-intents.js';
import { WebhookEndpoints } from './webhook-endpoints.js';

/** The resources, and the endpoints through which requests reach them. */
export class Endpoints {
  readonly paymentMethods: PaymentMethods;
  readonly customers: Customers;
  readonly disputes: Disputes;
  readonly flow: PaymentFlow;
  readonly paymentIntents: PaymentIntents;
  readonly setupIntents: SetupIntents;
  readonly refunds: Refunds;
  readonly webhookEndpoints: WebhookEndpoints;
  readonly checkout: CheckoutSessions;

  constructor(private readonly account: Account) {
    const charging = new Charging(account);
    this.paymentMethods = new PaymentMethods(account);
    this.customers = new Customers(account, this.paymentMethods);
    this.disputes = new Disputes(account, charging);
    this.flow = new PaymentFlow(account, this.paymentMethods, charging, this.disputes);
    this.paymentIntents = new PaymentIntents(account, this.paymentMethods, this.flow);
    this.setupIntents = new SetupIntents(account, this.paymentMethods);
    this.refunds = new Refunds(account, this.paymentMethods, charging);
    this.webhookEndpoints = new WebhookEndpoints(account);
    this.checkout = new CheckoutSessions(
      account,
      this.paymentMethods,
      this.paymentIntents,
      this.setupIntents,
      this.flow,
    );
  }

  /** The customer answers the bank. A Checkout page that waits for it goes on. */
  authenticate(id: string, succeeds: boolean): Stripe.PaymentIntent | Stripe.SetupIntent {
    const intent = id.startsWith('seti_')
      ? this.setupIntents.authenticate(id, succeeds)
      : this.flow.authenticate(id, succeeds);
    this.checkout.afterAuthentication(intent);
    return intent;
  }

  register(router: Router): void {
    this.#customers(router);
    this.#paymentMethods(router);
    this.#setupIntents(router);
    this.#paymentIntents(router);
    this.#refunds(router);
    this.#disputes(router);
    this.#webhookEndpoints(router);
    this.#checkout(router);
    this.#books(router);
  }

  #customers(router: Router): void {
    const { customers, paymentMethods } = this;
    router.add('POST', '/v1/customers', parameters.CREATE_CUSTOMER, (_, params) => customers.create(params));
    router.add('GET', '/v1/customers', parameters.LIST_CUSTOMERS, (_, params) => customers.list(params));
    router.add('GET', '/v1/customers/{id}', parameters.RETRIEVE, ([id = '']) => customers.retrieve(id));
    router.add('POST', '/v1/customers/{id}', parameters.UPDATE_CUSTOMER, ([id = ''], params) =>
      customers.update(id, params),
    );
    router.add('DELETE', '/v1/customers/{id}', {}, ([id = '']) => customers.delete(id));
    router.add(
      'GET',
      '/v1/customers/{id}/payment_methods',
      parameters.LIST_OF_CUSTOMER,
      ([customer = ''], params: Stripe.CustomerListPaymentMethodsParams) => {
        customers.getActive(customer);
        return paymentMethods.list({ ...params, customer }, `/v1/customers/${customer}/payment_methods`);
      },
    );
  }

  #paymentMethods(router: Router): void {
    const { paymentMethods } = this;
    const path = '/v1/payment_methods';
    router.add('POST', path, parameters.CREATE_METHOD, (_, params) => paymentMethods.create(params), true);
    router.add('GET', path, parameters.LIST_METHODS, (_, params) => paymentMethods.list(params));
    router.add('GET', `${path}/{id}`, parameters.RETRIEVE, ([id = '']) => paymentMethods.get(id));
    router.add('POST', `${path}/{id}`, parameters.UPDATE_METHOD, ([id = ''], params) =>
      paymentMethods.update(id, params),
    );
    router.add('POST', `${path}/{id}/attach`, parameters.ATTACH_METHOD, ([id = ''], params) =>
      paymentMethods.attach(id, params),
    );
    router.add('POST', `${path}/{id}/detach`, parameters.RETRIEVE, ([id = '']) => paymentMethods.detach(id));
  }

  #setupIntents(router: Router): void {
    const { setupIntents } = this;
    const path = '/v1/setup_intents';
    router.add('POST', path, parameters.CREATE_SETUP, (_, params) => setupIntents.create(params));
    router.add('GET', path, parameters.LIST_SETUPS, (_, params) => setupIntents.list(params));
    router.add(
      'GET',
      `${path}/{id}`,
      parameters.RETRIEVE_WITH_SECRET,
      ([id = ''], params) => setupIntents.retrieve(id, params.client_secret),
      true,
    );
    router.add(
      'POST',
      `${path}/{id}/confirm`,
      parameters.CONFIRM_SETUP,
      ([id = ''], params) => setupIntents.confirm(id, params),
      true,
    );
    router.add('POST', `${path}/{id}/cancel`, parameters.CANCEL_SETUP, ([id = ''], params) =>
      setupIntents.cancel(id, params),
    );
  }

  #paymentIntents(router: Router): void {
    const { paymentIntents } = this;
    const path = '/v1/payment_intents';
    router.add('POST', path, parameters.CREATE_PAYMENT, (_, params) => paymentIntents.create(params));
    router.add('GET', path, parameters.LIST_PAYMENTS, (_, params) => paymentIntents.list(params));
    router.add(
      'GET',
      `${path}/{id}`,
      parameters.RETRIEVE_WITH_SECRET,
      ([id = ''], params) => paymentIntents.retrieve(id, params.client_secret),
      true,
    );
    router.add('POST', `${path}/{id}`, parameters.UPDATE_PAYMENT, ([id = ''], params) =>
      paymentIntents.update(id, params),
    );
    router.add(
      'POST',
      `${path}/{id}/confirm`,
      parameters.CONFIRM_PAYMENT,
      ([id = ''], params) => paymentIntents.confirm(id, params),
      true,
    );
    router.add('POST', `${path}/{id}/cancel`, parameters.CANCEL_PAYMENT, ([id = ''], params) =>
      paymentIntents.cancel(id, params),
    );
  }

  #refunds(router: Router): void {
    const { refunds } = this;
    router.add('POST', '/v1/refunds', parameters.CREATE_REFUND, (_, params) => refunds.create(params));
    router.add('GET', '/v1/refunds', parameters.LIST_REFUNDS, (_, params) => refunds.list(params));
    router.add('GET', '/v1/refunds/{id}', parameters.RETRIEVE, ([id = '']) => refunds.retrieve(id));
    router.add('POST', '/v1/refunds/{id}', parameters.UPDATE_REFUND, ([id = ''], params) => refunds.update(id, params));
  }

  #disputes(router: Router): void {
    const { disputes } = this;
    router.add('GET', '/v1/disputes', parameters.LIST_DISPUTES, (_, params) => disputes.list(params));
    router.add('GET', '/v1/disputes/{id}', parameters.RETRIEVE, ([id = '']) => disputes.retrieve(id));
    router.add('POST', '/v1/disputes/{id}', parameters.UPDATE_DISPUTE, ([id = ''], params) =>
      disputes.update(id, params),
    );
    router.add('POST', '/v1/disputes/{id}/close', parameters.RETRIEVE, ([id = '']) => disputes.close(id));
  }

  #webhookEndpoints(router: Router): void {
    const { webhookEndpoints } = this;
    const path = '/v1/webhook_endpoints';
    router.add('POST', path, parameters.CREATE_ENDPOINT, (_, params) => webhookEndpoints.create(params));
    router.add('GET', path, parameters.LIST_ENDPOINTS, (_, params) => webhookEndpoints.list(params));
    router.add('GET', `${path}/{id}`, parameters.RETRIEVE, ([id = '']) => webhookEndpoints.retrieve(id));
    router.add('POST', `${path}/{id}`, parameters.UPDATE_ENDPOINT, ([id = ''], params) =>
      webhookEndpoints.update(id, params),
    );
    router.add('DELETE', `${path}/{id}`, {}, ([id = '']) => webhookEndpoints.delete(id));
  }

  #checkout(router: Router): void {
    const { checkout } = this;
    const path = '/v1/checkout/sessions';
    router.add('POST', path, parameters.CREATE_SESSION, (_, params) => checkout.create(params));
    router.add('GET', path, parameters.LIST_SESSIONS, (_, params) => checkout.list(params));
    router.add('GET', `${path}/{id}`, parameters.RETRIEVE, ([id = '']) => checkout.retrieve(id));
    router.add('POST', `${path}/{id}/expire`, parameters.RETRIEVE, ([id = '']) => checkout.expire(id));
  }

  #books(router: Router): void {
    const { books } = this.account;
    router.add('GET', '/v1/charges/{id}', parameters.RETRIEVE, ([id = '']) => get(books.chargeObjects, 'charge', id));
    router.add('GET', '/v1/charges', parameters.LIST_CHARGES, (_, params) => {
      const { customer, payment_intent: intent } = params;
      const wanted = books.chargeObjects
        .all()
        .filter((charge) => customer === undefined || charge.customer === customer)
        .filter((charge) => intent === undefined || charge.payment_intent === intent);
      return pageOf(wanted, '/v1/charges', params);
    });
    router.add('GET', '/v1/balance_transactions/{id}', parameters.RETRIEVE, ([id = '']) =>
      get(books.balanceTransactions, 'balance transaction', id),
    );
    router.add('GET', '/v1/balance_transactions', parameters.LIST_TRANSACTIONS, (_, params) => {
      const { type, source } = params;
      const wanted = books.balanceTransactions
        .all()
        .filter(
          (line) => (type === undefined || line.type === type) && (source === undefined || line.source === source),
        );
      return pageOf(wanted, '/v1/balance_transactions', params);
    });
    router.add('GET', '/v1/events/{id}', parameters.RETRIEVE, ([id = '']) => get(books.events, 'event', id));
    router.add('GET', '/v1/events', parameters.LIST_EVENTS, (_, params) => {
      const types = params.types ?? (params.type === undefined ? undefined : [params.type]);
      const wanted = books.events.all().filter(({ type }) => types === undefined || matchesType(type, types));
      return pageOf(wanted, '/v1/events', params);
    });
    router.add('GET', '/v1/balance', parameters.RETRIEVE, () => this.#balance());
    router.add('GET', '/v1/account', parameters.RETRIEVE, () => ACCOUNT);
  }

  #balance(): Stripe.Balance {
    const sums = new Map<string, number>();
    for (const { currency, net } of this.account.books.balanceTransactions.all()) {
      sums.set(currency, (sums.get(currency) ?? 0) + net);
    }
    const available = [...sums].map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } }));
    return { object: 'balance', available, livemode: false, pending: [] };
  }
}

function get<Row>(table: { find(id: string): Row | undefined }, what: string, id: string): Row & object {
  const row = table.find(id);
  if (!row) throw noSuch(what, id);
  return row;
}

const ACCOUNT: Stripe.Account = {
  id: 'acct_refillStandIn',
  object: 'account',
  charges_enabled: true,
  country: 'US',
  default_currency: 'usd',
  details_submitted: true,
  email: 'stand-in@example.com',
  payouts_enabled: true,
  type: 'standard',
};
