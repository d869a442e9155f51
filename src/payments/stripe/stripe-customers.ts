import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { scopeOf, type Scope } from '../../shared/scope.js';
import type { CustomerDescription, ProviderCustomers } from '../provider-customers.js';
import type { StripeApi } from './stripe-api.js';

export const STRIPE = 'stripe';

/** The customers of one environment at Stripe. */
export class StripeCustomers {
  readonly #logger = new Logger('Stripe');

  constructor(
    private readonly api: StripeApi,
    private readonly scope: Scope,
    private readonly customers: ProviderCustomers,
  ) {}

  /**
   * Stripe's id of a customer, made at its first card or payment.
   * @throws the package's errors
   */
  refOf(customerId: string): Promise<string> {
    return this.customers.refOf(this.scope, customerId, STRIPE, () => this.#make(customerId));
  }

  describe(customerId: string): Promise<CustomerDescription | undefined> {
    return this.customers.describe(this.scope, customerId);
  }

  /** Name and e-mail come after, by a request of their own: with its key the first must be the same for ever. */
  async #make(customerId: string): Promise<string> {
    const { id } = await this.api.call((stripe) =>
      stripe.customers.create(
        { metadata: { customer_id: customerId, ...metadataOf(this.scope) } },
        { idempotencyKey: `customer:${customerId}` },
      ),
    );
    await this.#tellName(customerId, id);
    return id;
  }

  /** An e-mail address that Stripe does not take must not keep a card from being charged. */
  async #tellName(customerId: string, ref: string): Promise<void> {
    const known = await this.describe(customerId);
    if (!known) return;
    const details = { name: known.name, ...(known.email ? { email: known.email } : {}) };
    const idempotencyKey = `customer:${customerId}:${hashOf(details)}`;
    try {
      await this.api.call((stripe) => stripe.customers.update(ref, details, { idempotencyKey }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#logger.warn({ msg: 'Stripe was not told the name of a customer', customerId, reason });
    }
  }
}

/** On everything that we make at Stripe: whose it is. */
export function metadataOf(scope: Scope): { tenant_id: string; environment_id: string } {
  const { tenantId, environmentId } = scopeOf(scope);
  return { tenant_id: tenantId, environment_id: environmentId };
}

/** For keys of requests that may be made anew with other parameters, and then are other requests. */
export function hashOf(parameters: object): string {
  return createHash('sha256').update(JSON.stringify(parameters)).digest('hex').slice(0, 32);
}
