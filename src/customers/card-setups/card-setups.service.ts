import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { BeginSetupRequest, PaymentProvider, SetupSession } from '../../payments/payment-provider.js';
import { PaymentProviders } from '../../payments/payment-providers.js';
import { returnUrls } from '../../payments/return-urls.js';
import { DomainError, notFound } from '../../shared/errors.js';
import type { Scope } from '../../shared/scope.js';
import { CustomersService } from '../customers.service.js';
import type { PaymentMethod } from '../payment-method.entity.js';
import { type Actor, PaymentMethodsService } from '../payment-methods.service.js';
import type { BeginCardSetupDto } from './card-setups.dto.js';

/** How a setup stands, and the card that is on file by then. */
export interface CardSetup {
  id: string;
  status: 'open' | 'saved' | 'failed';
  /** Why it has failed; empty where it has not. */
  reason: string;
  method: PaymentMethod | undefined;
}

/** Cards that their holders give to the payment provider, on a page or in fields of its own. */
@Injectable()
export class CardSetups {
  constructor(
    private readonly customers: CustomersService,
    private readonly paymentMethods: PaymentMethodsService,
    private readonly providers: PaymentProviders,
  ) {}

  /**
   * Begins to save a card. Each call begins anew: one that is not used moves nothing, and ends at the provider by itself.
   * @throws not_found without such a customer; validation; invalid_operation where the provider has no such page
   */
  async begin(caller: Actor, customerId: string, body: BeginCardSetupDto): Promise<SetupSession> {
    const via = viaOf(body, caller.environmentType === 'production');
    await this.customers.get(caller, customerId);
    const provider = await this.#provider(caller);
    return provider.beginSetup({ customerId, via }, `setup:${customerId}:${randomUUID()}`);
  }

  /**
   * Looks what has become of a setup, by the provider's own record, and puts the card on file that it has saved: once,
   * whether the provider's events or a customer who comes back are first.
   * @throws not_found for what this customer has not begun
   */
  async look(scope: Scope, customerId: string, setupId: string): Promise<CardSetup> {
    await this.customers.get(scope, customerId);
    const provider = await this.#provider(scope);
    const setup = await provider.readSetup(setupId);
    if (setup.customerId !== customerId) throw notFound('card setup', { customer_id: customerId, setup_id: setupId });
    if (setup.kind === 'saved') {
      await this.paymentMethods.adopt(scope, customerId, { provider: provider.name, details: setup.card });
    }
    const method = await this.paymentMethods.findChargeable(scope, customerId);
    return { id: setupId, status: setup.kind, reason: setup.kind === 'failed' ? setup.reason : '', method };
  }

  async #provider(scope: Scope): Promise<PaymentProvider> {
    const provider = await this.providers.resolve(scope);
    if (provider) return provider;
    throw new DomainError('invalid_operation', 'no payment provider is configured: see the setting payments');
  }
}

function viaOf(body: BeginCardSetupDto, isHttpsOnly: boolean): BeginSetupRequest['via'] {
  return body.via === 'fields' ? { kind: 'fields' } : { kind: 'page', ...returnUrls(body, isHttpsOnly) };
}
