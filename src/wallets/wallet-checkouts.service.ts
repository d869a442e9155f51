import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import type { IdempotentRequest } from '../http/idempotency.js';
import type { LedgerAnswer } from '../ledger/ledger.service.js';
import { PaymentProviders } from '../payments/payment-providers.js';
import { type Decimal, decimal, multiplyByRate, toMinorUnits } from '../shared/decimal.js';
import { DomainError, invalidField } from '../shared/errors.js';
import { scopeOf } from '../shared/scope.js';
import { checkoutTerms, type CheckoutRequestDto } from '../top-ups/checkouts/checkout.dto.js';
import { MAX_CHARGE_MINOR } from '../top-ups/rules/decide-top-up.js';
import type { TopUp } from '../top-ups/purchases/top-up.entity.js';
import { TopUpsService } from '../top-ups/purchases/top-ups.service.js';
import { shapeWallet } from './render-wallet.js';
import type { CheckoutSessionDto, TopUpAnswerDto } from './transactions.dto.js';
import type { TopUpWalletDto } from './wallet-requests.dto.js';
import { WalletsService } from './wallets.service.js';

/** What a purchase with a card cannot carry. */
const NOT_WITH_CHECKOUT = [
  'priority',
  'expiry_date_utc',
  'bonus_credits_to_add',
  'bonus_credits_expiry_date_utc',
  'metadata',
] as const;

/** Credits that a customer pays for on a page of the payment provider's, now. */
@Injectable()
export class WalletCheckouts {
  constructor(
    private readonly wallets: WalletsService,
    private readonly topUps: TopUpsService,
    private readonly providers: PaymentProviders,
  ) {}

  /**
   * Opens the page, once for the client's key: the credits come when it was paid.
   * @throws validation; invalid_operation where the provider has no page; conflict while another purchase is under way
   */
  async begin(
    caller: Caller,
    walletId: string,
    body: TopUpWalletDto & { checkout: CheckoutRequestDto },
    credits: Decimal,
    idempotency: IdempotentRequest | undefined,
  ): Promise<LedgerAnswer<TopUpAnswerDto>> {
    const known = await this.topUps.findPurchase(caller, idempotency);
    if (known) return { body: await this.#answer(caller, known), isReplayed: true, posting: undefined };
    refuseWhatIsNotCarried(body);
    const checkout = checkoutTerms(body.checkout, caller.environmentType === 'production');
    const { wallet } = await this.wallets.get(caller, walletId);
    const priceMinor = toMinorUnits(multiplyByRate(credits, decimal(wallet.topup_conversion_rate)), wallet.currency);
    if (priceMinor < 1 || priceMinor > MAX_CHARGE_MINOR) {
      throw invalidField('credits_to_add', 'costs less than one minor unit, or more than one payment can be');
    }
    const { topUp, isReplayed } = await this.topUps.purchase({
      scope: scopeOf(caller),
      wallet: { id: wallet.id, customerId: wallet.customer_id },
      pack: { id: null, credits, priceMinor, currency: wallet.currency, validityMonths: null },
      provider: await this.#providerName(caller),
      checkout,
      description: body.description ?? '',
      actor: caller,
      idempotency,
    });
    return { body: await this.#answer(caller, topUp), isReplayed, posting: undefined };
  }

  async #providerName(caller: Caller): Promise<string> {
    const provider = await this.providers.resolve(caller);
    if (provider?.beginCheckout) return provider.name;
    const sentence = `the payment provider of this environment (${provider?.name ?? 'none'}) has no page to pay on`;
    throw new DomainError('invalid_operation', `${sentence}: leave checkout out, or connect Stripe`);
  }

  async #answer(caller: Caller, topUp: TopUp): Promise<TopUpAnswerDto> {
    const { wallet, topUps } = await this.wallets.get(caller, topUp.walletId);
    return {
      wallet_transaction: null,
      invoice_id: topUp.invoiceId ?? null,
      wallet: shapeWallet(wallet, topUps),
      checkout_session: renderSession(topUp),
    };
  }
}

function refuseWhatIsNotCarried(body: TopUpWalletDto): void {
  if (body.transaction_reason !== 'PURCHASED_CREDIT_INVOICED') {
    throw invalidField('checkout', 'goes with the transaction_reason PURCHASED_CREDIT_INVOICED only');
  }
  const refused = NOT_WITH_CHECKOUT.find((field) => body[field] != null);
  if (refused) throw invalidField(refused, 'is not supported with checkout');
}

function renderSession({ id, topUpStatus, actionUrl, lastErrorMessage }: TopUp): CheckoutSessionDto {
  return {
    id,
    checkout_status: statusOf(topUpStatus),
    payment_action: actionUrl ? { type: 'checkout_url', url: actionUrl } : null,
    detail: lastErrorMessage,
  };
}

function statusOf(status: TopUp['topUpStatus']): CheckoutSessionDto['checkout_status'] {
  if (status === 'succeeded') return 'completed';
  if (status === 'requires_action') return 'pending';
  if (status === 'canceled' || status === 'canceling') return 'expired';
  return status === 'failed' || status === 'refunded' || status === 'refund_due' ? 'failed' : 'initiated';
}
