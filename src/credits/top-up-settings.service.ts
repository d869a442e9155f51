import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { invalidFields } from '../http/field-errors.js';
import type { LedgerTransaction } from '../shared/ledger-transaction.js';
import { LedgerService } from '../ledger/ledger.service.js';
import type { Posting } from '../ledger/posting.js';
import { SettingsService } from '../settings/settings.service.js';
import { decimal } from '../shared/decimal.js';
import { DomainError } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { accountRulesOf } from '../top-ups/rules/change-rules.js';
import {
  type AccountRules,
  type AccountRulesChange,
  type AgreedPack,
  topUpChange,
} from '../top-ups/rules/top-up-changes.js';
import { TopUpPolicy } from '../top-ups/rules/top-up-policy.js';
import { TopUpRulesService } from '../top-ups/rules/top-up-rules.service.js';
import type { WalletRules } from '../top-ups/rules/top-up-state.js';
import { AccountCards } from './account-cards.js';
import type { Account } from './account.js';
import { checkSettings, type SettingsChange } from './check-settings.js';
import { type AgreedSettings, Consent } from './consent.entity.js';
import { CreditsWallets } from './credits-wallets.service.js';
import type { CreditPack } from './packs/credit-pack.entity.js';
import { type PricedPack, renderPack } from './packs/credit-packs.dto.js';
import { isOnSale, PacksService } from './packs/packs.service.js';
import type { TopUpSettingsDto } from './top-up-settings.dto.js';

/** A pack that is changed while it is agreed to is read again, so many times. */
const AGREEMENT_ATTEMPTS = 5;
const PACK_CHANGED = 'pack_changed';
const NOTHING_SET: AccountRules = { onExpiration: false, onInsufficient: false, pack: null };

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
    private readonly policy: TopUpPolicy,
    private readonly ledger: LedgerService,
  ) {}

  async get(account: Account): Promise<TopUpSettingsDto> {
    const wallet = await this.wallets.find(account);
    const rules = wallet && (await this.rules.ofWallets([wallet.id])).get(wallet.id);
    return this.#render(account, rules ? accountRulesOf(rules.rules) : NOTHING_SET);
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
    const known = await this.wallets.find(account);
    // A change that is refused must not leave a new wallet behind.
    if (!known) await this.#refuse(account, NOTHING_SET, change, hasCard, this.em.fork());
    const wallet = known ?? (await this.wallets.findOrOpen(account));
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#agree(account, wallet.id, change, hasCard);
      } catch (error) {
        const isPackChanged = error instanceof DomainError && error.code === PACK_CHANGED;
        if (!isPackChanged || attempt === AGREEMENT_ATTEMPTS) throw error;
      }
    }
  }

  async #agree(
    account: Account,
    walletId: string,
    change: SettingsChange,
    hasCard: boolean,
  ): Promise<TopUpSettingsDto> {
    const { scope, actor } = account;
    const asked = await this.#toRulesChange(account, change);
    const { body } = await this.ledger.post({
      kind: 'evaluate',
      scope,
      walletId,
      actor,
      guard: ({ em }, state) =>
        this.#refuse(account, accountRulesOf(this.policy.stateOf(state).rules), change, hasCard, em, asked.pack),
      changes: [topUpChange({ kind: 'account_rules', change: asked })],
      also: (tx, posting) => this.#consent(tx, account, posting),
      answer: ({ changed }) => (changed[0] as Agreed).to,
    });
    return this.#render(account, body);
  }

  /** The pack as the catalogue has it, which is what is agreed to; whether the request describes it so is checked. */
  async #toRulesChange({ scope }: Account, change: SettingsChange): Promise<AccountRulesChange> {
    const { onExpiration, onInsufficient } = change;
    if (!change.pack) return { onExpiration, onInsufficient, pack: change.pack };
    const { purchase_validity_months: validityMonths } = await this.settings.get(scope, 'credits');
    const pack = await this.packs.find(scope, change.pack.id);
    return { onExpiration, onInsufficient, pack: pack && agreedTo(pack, validityMonths) };
  }

  /**
   * Why the change is refused. In the ledger's transaction the pack is locked: what is agreed to is what is on offer
   * until the commit, or the request is refused.
   * @throws validation, field by field; conflict when the pack was changed at this very moment
   */
  async #refuse(
    { scope }: Account,
    from: AccountRules,
    change: SettingsChange,
    hasCard: boolean,
    em: EntityManager,
    agreed?: AgreedPack | null,
  ): Promise<void> {
    const packId = change.pack?.id ?? from.pack?.id;
    const find = em.isInTransaction() ? 'lockForAgreement' : 'find';
    const found = packId === undefined ? undefined : await this.packs[find](scope, packId, em);
    const offered = found && { ...pricedOf(found), isOnSale: isOnSale(found) };
    const kept = from.pack && { ...from.pack, name: '', packAmount: Number(from.pack.credits.toFixed()) };
    const errors = checkSettings({ from: { ...from, pack: kept }, change, offered, hasCard });
    if (errors) throw invalidFields(errors);
    const isAsRead = !agreed || (found && sameTerms(agreed, agreedTo(found, agreed.validityMonths)));
    if (!isAsRead)
      throw new DomainError('conflict', 'the pack is being changed: send the request again', { code: PACK_CHANGED });
  }

  /** Who agreed to what, from when on. */
  async #consent({ em, now }: LedgerTransaction, account: Account, { changed, state }: Posting): Promise<void> {
    const { from, to } = changed[0] as Agreed;
    const { scope, customerId, actor } = account;
    em.create(Consent, {
      id: newId('consent', now),
      ...scope,
      customerId,
      walletId: state.wallet.id,
      from: toAgreed(from),
      to: toAgreed(to),
      priceMinor: to.pack?.priceMinor ?? null,
      currency: to.pack?.currency ?? null,
      requestId: actor.requestId,
      createdAt: now,
      createdBy: actor.keyId,
    });
    await em.flush();
  }

  async #render({ scope }: Account, { onExpiration, onInsufficient, pack }: AccountRules): Promise<TopUpSettingsDto> {
    const em = this.em.fork();
    const name = pack && ((await this.packs.find(scope, pack.id, em))?.name ?? pack.id);
    return {
      auto_top_up_on_expiration: onExpiration,
      auto_top_up_on_insufficient: onInsufficient,
      auto_top_up_credits_pack:
        pack &&
        renderPack(
          { ...pack, name: name ?? pack.id, packAmount: Number(pack.credits.toFixed()) },
          await this.packs.unitPrices(scope, em),
        ),
    };
  }
}

type Agreed = { from: AccountRules; to: AccountRules };

function agreedTo({ id, packAmount, priceMinor, currency }: CreditPack, validityMonths: number | null): AgreedPack {
  return { id, credits: decimal(packAmount), priceMinor, currency, validityMonths };
}

function sameTerms(a: AgreedPack, b: AgreedPack): boolean {
  return a.priceMinor === b.priceMinor && a.currency === b.currency && a.credits.eq(b.credits);
}

function pricedOf({ id, name, priceMinor, currency, packAmount }: PricedPack): PricedPack {
  return { id, name, priceMinor, currency, packAmount };
}

function toAgreed({ onExpiration, onInsufficient, pack }: AccountRules): AgreedSettings {
  return {
    auto_top_up_on_expiration: onExpiration,
    auto_top_up_on_insufficient: onInsufficient,
    auto_top_up_credits_pack: pack && {
      id: pack.id,
      price: pack.priceMinor,
      currency_code: pack.currency.toUpperCase(),
      pack_amount: Number(pack.credits.toFixed()),
    },
  };
}
