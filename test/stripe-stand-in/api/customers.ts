import type { Stripe } from 'stripe';
import { newId, randomText } from '../books/ids.js';
import { refused, noSuch } from '../wire/stripe-failure.js';
import type { Account } from './account.js';
import { mergeMetadata } from './metadata.js';
import { pageOf } from './page.js';
import type { PaymentMethods } from './payment-methods.js';

type InvoiceSettings = { default_payment_method?: string | null };

/** Customers. */
export class Customers {
  constructor(
    private readonly account: Account,
    private readonly paymentMethods: PaymentMethods,
  ) {}

  create(params: Stripe.CustomerCreateParams): Stripe.Customer {
    const customer: Stripe.Customer = {
      id: newId('cus'),
      object: 'customer',
      address: (params.address as Stripe.Address | undefined) ?? null,
      balance: 0,
      created: this.account.nowSeconds(),
      currency: null,
      default_source: null,
      delinquent: false,
      description: params.description ?? null,
      discount: null,
      email: params.email ?? null,
      invoice_prefix: randomText(8).toUpperCase(),
      invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
      livemode: false,
      metadata: mergeMetadata({}, params.metadata),
      name: params.name ?? null,
      phone: params.phone ?? null,
      preferred_locales: params.preferred_locales ?? [],
      shipping: null,
      tax_exempt: 'none',
    };
    this.account.books.customers.put(customer);
    this.account.emit('customer.created', customer);
    if (params.payment_method) this.paymentMethods.attach(params.payment_method, { customer: customer.id });
    return this.#withDefault(customer, params.invoice_settings);
  }

  /** A deleted customer is still found, with nothing but `deleted`. */
  retrieve(id: string): Stripe.Customer | Stripe.DeletedCustomer {
    const customer = this.account.books.customers.find(id);
    if (!customer) throw noSuch('customer', id);
    return customer;
  }

  update(id: string, params: Stripe.CustomerUpdateParams): Stripe.Customer {
    const { invoice_settings: settings, metadata, ...changes } = params;
    const before = this.getActive(id);
    const after = this.#withDefault(
      { ...before, ...(changes as Partial<Stripe.Customer>), metadata: mergeMetadata(before.metadata, metadata) },
      settings,
    );
    this.account.books.customers.put(after);
    this.account.emit('customer.updated', after, {});
    return after;
  }

  delete(id: string): Stripe.DeletedCustomer {
    const customer = this.getActive(id);
    for (const method of this.paymentMethods.of(id)) this.paymentMethods.detach(method.id);
    const deleted: Stripe.DeletedCustomer = { id, object: 'customer', deleted: true };
    this.account.books.customers.put(deleted);
    this.account.emit('customer.deleted', customer);
    return deleted;
  }

  list(params: Stripe.CustomerListParams): Stripe.ApiList<Stripe.Customer> {
    const active = this.account.books.customers.all().filter((customer) => !customer.deleted);
    const wanted = params.email === undefined ? active : active.filter(({ email }) => email === params.email);
    return pageOf(wanted, '/v1/customers', params);
  }

  /** @param param what names the customer. @throws {StripeFailure} for one that was deleted or never was. */
  getActive(id: string, param = 'id'): Stripe.Customer {
    const customer = this.account.books.customers.find(id);
    if (!customer || customer.deleted) throw noSuch('customer', id, param);
    return customer;
  }

  #withDefault(customer: Stripe.Customer, settings: InvoiceSettings | undefined): Stripe.Customer {
    const wanted = settings?.default_payment_method;
    if (wanted === undefined) return customer;
    const id = wanted === null || wanted === '' ? null : this.paymentMethods.get(wanted, 'invoice_settings').id;
    if (id !== null && this.paymentMethods.get(id).customer !== customer.id) {
      const message = `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`;
      throw refused(message, 'resource_missing', { param: 'invoice_settings[default_payment_method]' });
    }
    const changed = { ...customer, invoice_settings: { ...customer.invoice_settings, default_payment_method: id } };
    return this.account.books.customers.put(changed) as Stripe.Customer;
  }
}
