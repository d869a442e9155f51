import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../config.js';
import { SettingsService } from '../settings/settings.service.js';
import { Clock } from '../shared/clock.js';
import { DomainError } from '../shared/errors.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { WorkWatch } from '../shared/work-watch.js';
import { BillingConnections } from './billing-system/billing-connections.js';
import { BillingSystemApi } from './billing-system/billing-system-api.js';
import { BillingSystemProvider, WEBHOOK } from './billing-system/billing-system-provider.js';
import { BoundedProvider } from './bounded-provider.js';
import type { PaymentProvider } from './payment-provider.js';
import { SandboxProvider } from './sandbox-provider.js';
import { StripeClients } from './stripe/stripe-clients.js';
import { StripeConnections } from './stripe/stripe-connections.js';
import { STRIPE } from './stripe/stripe-customers.js';

/** Environments whose clients a process keeps. */
const CLIENT_LIMIT = 1000;

interface StripeClient {
  version: number;
  secretKey: string;
  provider: PaymentProvider;
}

/** Whom an environment takes money through. Every provider handed out here answers in time, if only `unknown`. */
@Injectable()
export class PaymentProviders {
  /** By environment: all of them share the books. */
  readonly #sandboxes = new LRUCache<string, PaymentProvider>({ max: CLIENT_LIMIT });
  /** By environment, with what the client was made of. */
  readonly #stripe = new LRUCache<string, StripeClient>({ max: CLIENT_LIMIT });

  constructor(
    private readonly config: Config,
    private readonly settings: SettingsService,
    private readonly connections: StripeConnections,
    private readonly clients: StripeClients,
    private readonly billing: BillingConnections,
    private readonly billingApi: BillingSystemApi,
    private readonly clock: Clock,
    private readonly watch: WorkWatch,
  ) {}

  /**
   * The provider by the name that was stored with a payment method or a top-up of the environment; undefined where the
   * environment has none of that name.
   */
  async byName(scope: Scope, name: string): Promise<PaymentProvider | undefined> {
    if (name === 'sandbox') return this.#sandboxOf(scope);
    if (name === WEBHOOK) return this.#billingSystemOf(scope);
    return name === STRIPE ? this.#stripeOf(scope) : undefined;
  }

  /**
   * The provider that the environment's `payments` setting names; undefined when it says that nothing is charged.
   * @throws unavailable when that provider is not there for it: credits are never given for its absence
   */
  async resolve(scope: Scope): Promise<PaymentProvider | undefined> {
    const { provider: name } = await this.settings.get(scope, 'payments');
    if (name === 'none') return undefined;
    return this.ofPayment({ ...scopeOf(scope), provider: name });
  }

  /**
   * The provider that a payment is at, by the name that was stored with it.
   * @throws unavailable when the environment has none of that name (any more)
   */
  async ofPayment(payment: Scope & { provider?: string | null | undefined }): Promise<PaymentProvider> {
    const { provider: name } = payment;
    const provider = name ? await this.byName(scopeOf(payment), name) : undefined;
    if (!provider) throw new DomainError('unavailable', `payment provider ${name} is not available here`);
    return provider;
  }

  async #billingSystemOf(scope: Scope): Promise<PaymentProvider | undefined> {
    const address = await this.billing.find(scope);
    if (!address) return undefined;
    const terms = { isHttpsOnly: this.config.isProduction };
    const system = new BillingSystemProvider(this.billingApi, scope, address, terms);
    return this.#bounded(system);
  }

  #sandboxOf({ environmentId }: Scope): PaymentProvider | undefined {
    if (!this.config.isSandboxEnabled) return undefined;
    const known = this.#sandboxes.get(environmentId);
    if (known) return known;
    const sandbox = new SandboxProvider(join(this.config.dataDir, 'sandbox-provider'), this.clock, environmentId);
    const provider = this.#bounded(sandbox);
    this.#sandboxes.set(environmentId, provider);
    return provider;
  }

  async #stripeOf(scope: Scope): Promise<PaymentProvider | undefined> {
    const connection = await this.connections.find(scope);
    if (!connection) return undefined;
    const { version, keys, terms } = connection;
    const known = this.#stripe.get(scope.environmentId);
    // The version alone would not tell keys that were deleted and stored anew.
    if (known?.version === version && known.secretKey === keys.secretKey) return known.provider;
    const stripe = await this.clients.provider(scope, keys, terms);
    const provider = this.#bounded(stripe);
    this.#stripe.set(scope.environmentId, { version, secretKey: keys.secretKey, provider });
    return provider;
  }

  #bounded(provider: PaymentProvider): PaymentProvider {
    return new BoundedProvider(provider, this.config.paymentTimeoutMs, this.watch);
  }
}
