import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Config } from '../config.js';
import { SettingsService } from '../settings/settings.service.js';
import { Clock } from '../shared/clock.js';
import { DomainError } from '../shared/errors.js';
import type { Scope } from '../shared/scope.js';
import { BoundedProvider } from './bounded-provider.js';
import type { PaymentProvider } from './payment-provider.js';
import { SandboxProvider } from './sandbox-provider.js';

/** Whom an environment takes money through. Every provider handed out here answers in time, if only `unknown`. */
@Injectable()
export class PaymentProviders {
  readonly #providers = new Map<string, PaymentProvider>();
  readonly #settings: SettingsService;

  constructor(config: Config, settings: SettingsService, clock: Clock) {
    this.#settings = settings;
    if (!config.isSandboxEnabled) return;
    const sandbox = new SandboxProvider(join(config.dataDir, 'sandbox-provider'), clock);
    this.#providers.set(sandbox.name, new BoundedProvider(sandbox, config.paymentTimeoutMs));
  }

  /** The provider by the name that was stored with a payment method or a top-up. */
  byName(name: string): PaymentProvider | undefined {
    return this.#providers.get(name);
  }

  /**
   * The provider that the environment's `payments` setting names; undefined when it says that nothing is charged.
   * @throws unavailable when that provider is not part of this installation: credits are never given for its absence
   */
  async resolve(scope: Scope): Promise<PaymentProvider | undefined> {
    const { provider: name } = await this.#settings.get(scope, 'payments');
    if (name === 'none') return undefined;
    const provider = this.byName(name);
    if (!provider) throw new DomainError('unavailable', `payment provider ${name} is not available here`);
    return provider;
  }
}
