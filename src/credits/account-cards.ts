import { Injectable } from '@nestjs/common';
import { PaymentMethodsService } from '../customers/payment-methods.service.js';
import { PaymentProviders } from '../payments/payment-providers.js';
import type { CheckoutTerms } from '../top-ups/purchases/top-up.entity.js';
import type { Account } from './account.js';

/** Whether an account has something to pay with. */
@Injectable()
export class AccountCards {
  constructor(
    private readonly providers: PaymentProviders,
    private readonly paymentMethods: PaymentMethodsService,
  ) {}

  /**
   * A card on file with the provider that the environment charges through. Where nothing is charged at all an account
   * buys nothing: credits without payment are the tenant's to give, not an account's to take.
   */
  async hasChargeable(account: Account): Promise<boolean> {
    return (await this.findProvider(account)) !== null;
  }

  /** Whether the provider has pages of its own, on which cards are given to it. */
  async hasPages({ scope }: Account): Promise<boolean> {
    return (await this.providers.resolve(scope))?.beginCheckout !== undefined;
  }

  /**
   * Whom its card is charged with; null where there is none, or nobody is charged.
   * @param checkout where it is paid on a page of the provider's: that needs no card on file, but a page
   */
  async findProvider({ scope, customerId }: Account, checkout?: CheckoutTerms): Promise<string | null> {
    const provider = await this.providers.resolve(scope);
    if (!provider) return null;
    if (checkout) return provider.beginCheckout ? provider.name : null;
    const method = await this.paymentMethods.findChargeable(scope, customerId);
    return method?.provider === provider.name ? provider.name : null;
  }
}

export const NO_CARD = 'there is no payment method on file that can be charged';
export const NO_PAGE = 'the payment provider of this environment has no page to pay on: leave it out';
