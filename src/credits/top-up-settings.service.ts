import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { invalidFields } from '../http/field-errors.js';
import type { LedgerTransaction } from '../shared/ledger-transaction.js';
import { LedgerService } from '../ledger/ledger.service.js';
import type { WalletRecord } from '../ledger/wallet-state.js';
import { SettingsService } from '../settings/settings.service.js';
import { decimal } from '../shared/decimal.js';
import type { DomainError } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { type TopUpView, TopUpRulesService } from '../top-ups/rules/top-up-rules.service.js';
import { AccountCards } from './account-cards.js';
import type { Account } from './account.js';
import { checkSettings, type OfferedPack, type Settings, type SettingsChange } from './check-settings.js';
import { type AgreedSettings, Consent } from './consent.entity.js';
import { CreditsWallets } from './credits-wallets.service.js';
import { type PricedPack, renderPack } from './packs/credit-packs.dto.js';
import { isOnSale, PacksService } from './packs/packs.service.js';
import type { TopUpSettingsDto } from './top-up-settings.dto.js';

/** What an account agreed to: the pack, its price, and how long its credits are good for. */
type ChosenPack = PricedPack & { validityMonths: number | null };
type AccountSettings = Settings<ChosenPack>;

const NOTHING_SET: AccountSettings = { onExpiration: false, onInsufficient: false, pack: null };

/** When an account's credits are bought automatically: the account's view of its wallet's top-up rules. */
@Injectable()
export class TopUpSettingsService {
  constructor(
    private readonly em: EntityManager,
    private readonly wallets: CreditsWallets,
    private readonly packs: PacksService,
    private readonly cards: AccountCards,
    private readonly settings: SettingsService,
    private readonly rules: TopUpRulesService,
    private readonly ledger: LedgerService,
  ) {}

  async get(account: Account): Promise<TopUpSettingsDto> {
    const wallet = await this.wallets.find(account);
    const em = this.em.fork();
    const known = wallet ? await this.#read(account, wallet.id, em) : NOTHING_SET;
    return this.#render(account, known, em);
  }

  /** Replaces the settings: what is left out is off. */
  async replace(account: Account, change: SettingsChange): Promise<TopUpSettingsDto> {
    const { onExpiration = false, onInsufficient = false, pack = null } = change;
    return this.change(account, { onExpiration, onInsufficient, pack });
  }

  /**
   * Changes what the request names, under the wallet's lock, with a consent record in the same commit; what is due by
   * the new settings is started in that commit too.
   * @throws validation, field by field
   */
  async change(account: Account, change: SettingsChange): Promise<TopUpSettingsDto> {
    const hasCard = await this.cards.hasChargeable(account);
    const { purchase_validity_months: validityMonths } = await this.settings.get(account.scope, 'credits');
    const agree = (from: AccountSettings, em: EntityManager) =>
      this.#agree(account, { from, change, hasCard, validityMonths }, em);
    // A change that is refused must not leave a new wallet behind.
    if (!(await this.wallets.find(account))) await agree(NOTHING_SET, this.em.fork()).then(throwRefusal);
    const wallet = await this.wallets.findOrOpen(account);
    let changed: TopUpSettingsDto | undefined;
    const { body } = await this.ledger.post({
      kind: 'evaluate',
      scope: account.scope,
      walletId: wallet.id,
      actor: account.actor,
      within: async (tx, locked) => {
        const from = await this.#read(account, locked.id, tx.em);
        const agreed = await agree(from, tx.em);
        if ('refusal' in agreed) return agreed.refusal;
        await this.#save(tx, locked, account, from, agreed.to, change.pack != null);
        changed = await this.#render(account, agreed.to, tx.em);
        return undefined;
      },
      answer: () => changed as TopUpSettingsDto,
    });
    return body;
  }

  /** What the settings become, or why not. */
  async #agree(
    { scope }: Account,
    request: { from: AccountSettings; change: SettingsChange; hasCard: boolean; validityMonths: number },
    em: EntityManager,
  ): Promise<{ to: AccountSettings } | { refusal: DomainError }> {
    const { from, change, hasCard, validityMonths } = request;
    const packId = change.pack?.id ?? from.pack?.id;
    const find = em.isInTransaction() ? 'lockForAgreement' : 'find';
    const found = packId === undefined ? undefined : await this.packs[find](scope, packId, em);
    const offered = found && ({ ...pricedOf(found), isOnSale: isOnSale(found) } satisfies OfferedPack);
    const errors = checkSettings({ from, change, offered, hasCard });
    if (errors) return { refusal: invalidFields(errors) };
    const chosen = change.pack && found ? { ...pricedOf(found), validityMonths } : null;
    const to = {
      onExpiration: change.onExpiration ?? from.onExpiration,
      onInsufficient: change.onInsufficient ?? from.onInsufficient,
      pack: change.pack === undefined ? from.pack : chosen,
    };
    return { to };
  }

  async #save(
    tx: LedgerTransaction,
    wallet: WalletRecord,
    { scope, customerId, actor }: Account,
    from: AccountSettings,
    to: AccountSettings,
    isPackAgreedAnew: boolean,
  ): Promise<void> {
    const { onExpiration, onInsufficient, pack } = to;
    const agreed = pack && {
      id: pack.id,
      credits: decimal(pack.packAmount),
      priceMinor: pack.priceMinor,
      currency: pack.currency,
      validityMonths: pack.validityMonths,
    };
    await this.rules.changeAccountRules(
      tx,
      wallet,
      { onExpiration, onInsufficient, pack: agreed, isPackAgreedAnew },
      actor,
    );
    tx.em.create(Consent, {
      id: newId('consent', tx.now),
      ...scope,
      customerId,
      walletId: wallet.id,
      from: toAgreed(from),
      to: toAgreed(to),
      priceMinor: pack?.priceMinor ?? null,
      currency: pack?.currency ?? null,
      requestId: actor.requestId,
      createdAt: tx.now,
      createdBy: actor.keyId,
    });
    await tx.em.flush();
  }

  /** The rules as they are now, copied: the rows behind them may be changed next. */
  async #read({ scope }: Account, walletId: string, em: EntityManager): Promise<AccountSettings> {
    const view = (await this.rules.views([walletId], em)).get(walletId) as TopUpView;
    const rule = view.rules.get('insufficient') ?? view.rules.get('expiration');
    if (!rule) return NOTHING_SET;
    const { packId, unitPriceMinor, priceCurrency, unitCredits, validityMonths } = rule;
    const hasPack = packId != null && unitPriceMinor != null && priceCurrency != null;
    return {
      onExpiration: view.rules.get('expiration')?.enabled ?? false,
      onInsufficient: view.rules.get('insufficient')?.enabled ?? false,
      pack: hasPack
        ? {
            id: packId,
            name: (await this.packs.find(scope, packId, em))?.name ?? packId,
            priceMinor: unitPriceMinor,
            currency: priceCurrency,
            packAmount: Number(unitCredits.toFixed()),
            validityMonths,
          }
        : null,
    };
  }

  async #render({ scope }: Account, settings: AccountSettings, em: EntityManager): Promise<TopUpSettingsDto> {
    const { onExpiration, onInsufficient, pack } = settings;
    return {
      auto_top_up_on_expiration: onExpiration,
      auto_top_up_on_insufficient: onInsufficient,
      auto_top_up_credits_pack: pack && renderPack(pack, await this.packs.unitPrices(scope, em)),
    };
  }
}

function pricedOf({ id, name, priceMinor, currency, packAmount }: PricedPack): PricedPack {
  return { id, name, priceMinor, currency, packAmount };
}

function toAgreed({ onExpiration, onInsufficient, pack }: AccountSettings): AgreedSettings {
  return {
    auto_top_up_on_expiration: onExpiration,
    auto_top_up_on_insufficient: onInsufficient,
    auto_top_up_credits_pack: pack && {
      id: pack.id,
      price: pack.priceMinor,
      currency_code: pack.currency.toUpperCase(),
      pack_amount: pack.packAmount,
    },
  };
}

function throwRefusal(agreed: { to: AccountSettings } | { refusal: DomainError }): void {
  if ('refusal' in agreed) throw agreed.refusal;
}
