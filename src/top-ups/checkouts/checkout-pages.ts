import { Injectable } from '@nestjs/common';
import { PaymentMethodsService } from '../../customers/payment-methods.service.js';
import type { CheckoutBegun, CheckoutState, PaymentProvider } from '../../payments/payment-provider.js';
import { scopeOf } from '../../shared/scope.js';
import { purchaseOf } from '../purchases/purchase-facts.js';
import type { TopUp } from '../purchases/top-up.entity.js';

const CHECKOUT = /^cs_/;

/**
 * The provider's pages on which top-ups are paid. While its page is open a top-up has the page's id as its payment; as
 * soon as the page was used, the payment's own.
 */
@Injectable()
export class CheckoutPages {
  constructor(private readonly paymentMethods: PaymentMethodsService) {}

  /** Whether what the top-up has as its payment is a page still. */
  isPage({ checkout, paymentId }: Pick<TopUp, 'checkout' | 'paymentId'>): boolean {
    return Boolean(checkout) && CHECKOUT.test(paymentId ?? '');
  }

  /** Makes the page of a top-up: the same one, however often it is asked for. */
  begin(topUp: TopUp, provider: PaymentProvider): Promise<CheckoutBegun> {
    const { id: topUpId, customerId, priceMinor: amountMinor, currency, description, checkout } = topUp;
    if (!provider.beginCheckout || !checkout) {
      return Promise.resolve({ kind: 'invalid', reason: 'the payment provider has no page to pay on' });
    }
    const purchase = purchaseOf(topUp);
    const terms = { topUpId, customerId, amountMinor, currency, purchase };
    const request = { ...terms, description: description || 'Credits', ...checkout };
    return provider.beginCheckout(request, `topup:${topUpId}:checkout`);
  }

  /** How the page stands; a card that is to be kept is on file by the time this says that it was used. */
  async read(topUp: TopUp, provider: PaymentProvider): Promise<CheckoutState> {
    return this.#keepCard(topUp, provider, await provider.readCheckout?.(topUp.paymentId as string));
  }

  /** Closes the page, so that nobody pays on it any more. */
  async close(topUp: TopUp, provider: PaymentProvider): Promise<CheckoutState> {
    const { id, paymentId } = topUp;
    const state = await provider.closeCheckout?.(paymentId as string, `topup:${id}:checkout:close`);
    return this.#keepCard(topUp, provider, state);
  }

  async #keepCard(topUp: TopUp, provider: PaymentProvider, state: CheckoutState | undefined): Promise<CheckoutState> {
    if (!state) return { kind: 'unknown', reason: 'the payment provider has no page to pay on' };
    if (state.kind === 'used' && state.card) {
      const card = { provider: provider.name, details: state.card };
      await this.paymentMethods.adopt(scopeOf(topUp), topUp.customerId, card);
    }
    return state;
  }
}
