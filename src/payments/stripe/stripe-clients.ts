import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config.js';
import { invalidField } from '../../shared/errors.js';
import type { Scope } from '../../shared/scope.js';
import { ProviderCustomers } from '../provider-customers.js';
import { classifyError, type StripeErrorFacts } from './classify-stripe-answer.js';
import { StripeApi } from './stripe-api.js';
import { StripeCards } from './stripe-cards.js';
import { StripeCustomers } from './stripe-customers.js';
import type { StripeKeys } from './stripe-keys.js';
import { StripeProvider, type StripeTerms } from './stripe-provider.js';
import { StripeRate } from './stripe-rate.js';
import { stripeRefusal } from './stripe-refusal.js';

/** Makes clients of Stripe's API, wherever that is. */
@Injectable()
export class StripeClients {
  constructor(
    private readonly config: Config,
    private readonly rate: StripeRate,
    private readonly customers: ProviderCustomers,
  ) {}

  async provider(scope: Scope, { secretKey, publishableKey }: StripeKeys, terms: StripeTerms): Promise<StripeProvider> {
    const api = await this.#api(secretKey);
    const customers = new StripeCustomers(api, scope, this.customers);
    const cards = new StripeCards(api, scope, customers, publishableKey);
    return new StripeProvider(api, scope, terms, customers, cards, publishableKey);
  }

  /**
   * Tries a secret key with a call that changes nothing.
   * @throws validation when Stripe does not take the key; unavailable when it does not say
   */
  async tryKey(secretKey: string): Promise<void> {
    const api = await this.#api(secretKey);
    try {
      await api.call((stripe) => stripe.paymentIntents.list({ limit: 1 }));
    } catch (error) {
      const { statusCode } = error as StripeErrorFacts;
      const outcome = classifyError(error as StripeErrorFacts);
      if (outcome.kind === 'not_executed' && statusCode !== 429) throw invalidField('secret_key', outcome.reason);
      throw stripeRefusal(error, 'secret_key');
    }
  }

  /** The package is loaded when the first environment has keys: it takes a quarter of a second, and 35 MB. */
  async #api(secretKey: string): Promise<StripeApi> {
    const { Stripe } = await import('stripe');
    const { protocol, hostname, port } = new URL(this.config.stripeApiBase);
    const stripe = new Stripe(secretKey, {
      protocol: protocol === 'http:' ? 'http' : 'https',
      host: hostname,
      port: port || (protocol === 'http:' ? 80 : 443),
      timeout: this.config.paymentTimeoutMs,
      maxNetworkRetries: 0,
      telemetry: false,
    });
    return new StripeApi(stripe, this.rate, createHash('sha256').update(secretKey).digest('hex'));
  }
}
