import { Injectable } from '@nestjs/common';
import { invalidFields, NON_FIELD_ERRORS } from '../http/field-errors.js';
import type { IdempotentRequest } from '../http/idempotency.js';
import type { Invoice } from '../payments/invoice.entity.js';
import { InvoicesService } from '../payments/invoices.service.js';
import { SettingsService } from '../settings/settings.service.js';
import { DomainError, type FieldErrors } from '../shared/errors.js';
import type { LedgerTransaction } from '../shared/ledger-transaction.js';
import { type CheckoutTerms, isOpenStatus, type TopUp } from '../top-ups/purchases/top-up.entity.js';
import type { AgreedPack } from '../top-ups/rules/top-up-changes.js';
import { TopUpsService } from '../top-ups/purchases/top-ups.service.js';
import { type Account, keyOfAccount } from './account.js';
import { AccountCards, NO_CARD, NO_PAGE } from './account-cards.js';
import { type Redeemable, RedemptionsService } from './coupons/redemptions.service.js';
import { faultOfCurrency } from './check-settings.js';
import { CreditsWallets } from './credits-wallets.service.js';
import { agreedTo } from './packs/agreed-pack.js';
import type { CreditPack } from './packs/credit-pack.entity.js';
import type { PricedPack } from './packs/credit-packs.dto.js';
import { PacksOnSale } from './packs/packs-on-sale.service.js';
import { isOnSale, PacksService } from './packs/packs.service.js';

export interface PackPurchase {
  packId: string;
  couponIds: string[];
  /** Paid on a page of the provider's; undefined: with the payment method on file. */
  checkout?: CheckoutTerms | undefined;
  /** What the buyer was told that it costs in all, minor units: nobody agrees to one price and is charged another. */
  totalMinor?: number | undefined;
  /** What may refuse it under the lock of the wallet that it fills. */
  guard?: (tx: LedgerTransaction, purchase: { walletId: string; pack: PricedPack }) => Promise<void>;
}

/** Paid, with its invoice; or still open, because the provider has not said yet. */
export type PurchaseResult = { isReplayed: boolean } & (
  { kind: 'bought'; invoice: Invoice } | { kind: 'pending'; topUp: TopUp }
);

/** Packs that an account buys by hand. */
@Injectable()
export class PackPurchases {
  constructor(
    private readonly wallets: CreditsWallets,
    private readonly packs: PacksService,
    private readonly onSale: PacksOnSale,
    private readonly cards: AccountCards,
    private readonly settings: SettingsService,
    private readonly topUps: TopUpsService,
    private readonly invoices: InvoicesService,
    private readonly redemptions: RedemptionsService,
  ) {}

  /**
   * Charges the payment method on file and credits the pack, exactly once for the account's idempotency key.
   * @throws validation; payment_declined when nothing was charged; conflict while another purchase is under way
   */
  async buy(account: Account, purchase: PackPurchase, request: IdempotentRequest | undefined): Promise<PurchaseResult> {
    const idempotency = request && keyOfAccount(account, request);
    const known = await this.topUps.findPurchase(account.scope, idempotency);
    if (known) return this.#resultOf(account, known, true);
    const { pack, priced, redeemable, provider } = await this.#check(account, purchase);
    const { discounts, priceMinor } = redeemable;
    const wallet = await this.wallets.findOrOpen(account);
    const { topUp, isReplayed } = await this.topUps.purchase({
      scope: account.scope,
      wallet,
      pack: { ...(await this.#agree(account, pack)), priceMinor },
      agreedMinor: purchase.totalMinor,
      provider,
      checkout: provider === null ? undefined : purchase.checkout,
      discounts,
      coupons: {
        guard: async (tx) => {
          await purchase.guard?.(tx, { walletId: wallet.id, pack: priced });
          await this.redemptions.lock(tx.em, account, redeemable);
        },
        also: ({ em }, topUpId) => this.redemptions.redeem(em, account, topUpId, redeemable),
      },
      description: pack.name,
      actor: account.actor,
      idempotency,
    });
    return this.#resultOf(account, topUp, isReplayed);
  }

  async #resultOf(account: Account, topUp: TopUp, isReplayed: boolean): Promise<PurchaseResult> {
    if (isOpenStatus(topUp.topUpStatus)) return { kind: 'pending', topUp, isReplayed };
    if (topUp.topUpStatus !== 'succeeded') throw refusalOf(topUp, isReplayed);
    const invoice = await this.invoices.findByTopUp(account.scope, topUp.id);
    if (!invoice) throw new Error(`top-up ${topUp.id} succeeded without an invoice`);
    return { kind: 'bought', invoice, isReplayed };
  }

  async #check(
    account: Account,
    { packId, couponIds, checkout, totalMinor }: PackPurchase,
  ): Promise<{ pack: CreditPack; priced: PricedPack; redeemable: Redeemable; provider: string | null }> {
    const errors: FieldErrors = {};
    const pack = await this.packs.find(account.scope, packId);
    if (!pack) errors['pack_id'] = ['unknown pack'];
    else if (!isOnSale(pack)) errors['pack_id'] = ['is no longer on sale'];
    const foreign = pack && faultOfCurrency(pack.currency, await this.wallets.currencyOf(account));
    if (foreign && !errors['pack_id']) errors['pack_id'] = [foreign];
    const priced = pack && (await this.onSale.priced(account.scope, pack));
    const costs = priced && priced.priceMinor + priced.feeMinor;
    if (totalMinor !== undefined && costs !== undefined && totalMinor !== costs) errors['total'] = [`is ${costs} now`];
    const subject = { packId, currency: pack?.currency ?? '', priceMinor: pack?.priceMinor ?? 0 };
    const redeemable = pack ? await this.redemptions.price(account, couponIds, subject) : undefined;
    if (redeemable && 'faults' in redeemable) errors['coupon_ids'] = redeemable.faults;
    const isFree = redeemable && 'priceMinor' in redeemable && redeemable.priceMinor === 0;
    const provider = isFree ? null : await this.cards.findProvider(account, checkout);
    if (!isFree && !provider) errors[checkout ? 'checkout' : NON_FIELD_ERRORS] = [checkout ? NO_PAGE : NO_CARD];
    if (!pack || !priced || !redeemable || 'faults' in redeemable || Object.keys(errors).length > 0)
      throw invalidFields(errors);
    return { pack, priced, redeemable, provider };
  }

  async #agree({ scope }: Account, pack: CreditPack): Promise<AgreedPack> {
    const { purchase_validity_months: validityMonths } = await this.settings.get(scope, 'credits');
    return agreedTo(pack, validityMonths);
  }
}

/** Why a purchase that has ended did not become credits. Nothing was charged, or it was refunded. */
function refusalOf(topUp: TopUp, isReplayed: boolean): DomainError {
  const reason = topUp.lastErrorMessage || 'the payment did not go through';
  const details = { code: topUp.lastErrorCode, top_up: { id: topUp.id, status: topUp.topUpStatus } };
  const refusal = new DomainError('payment_declined', reason, { code: 'payment_declined', details });
  refusal.isReplayed = isReplayed;
  return refusal;
}
