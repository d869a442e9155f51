import { Injectable } from '@nestjs/common';
import { PaymentMethodsService } from '../customers/payment-methods.service.js';
import { PaymentProviders } from '../payments/payment-providers.js';
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

  /** Whom its card is charged with; null where there is none, or nobody is charged. */
  async findProvider({ scope, customerId }: Account): Promise<string | null> {
    const provider = await this.providers.resolve(scope);
    if (!provider) return null;
    const method = await this.paymentMethods.findChargeable(scope, customerId);
    return method?.provider === provider.name ? provider.name : null;
  }
}

export const NO_CARD = 'there is no payment method on file that can be charged';
