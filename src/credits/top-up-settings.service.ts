import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { invalidFields } from '../http/field-errors.js';
import type { LedgerCommand } from '../ledger/commands.js';
import { type LedgerAnswer, LedgerService } from '../ledger/ledger.service.js';
import type { Wallet } from '../ledger/wallet.entity.js';
import { SettingsService } from '../settings/settings.service.js';
import { DomainError } from '../shared/errors.js';
import { addedFee } from '../top-ups/pricing/price-top-up.js';
import { accountRulesOf } from '../top-ups/rules/change-rules.js';
import {
  type AccountRules,
  type AccountRulesChange,
  type AgreedPack,
  topUpChange,
} from '../top-ups/rules/top-up-changes.js';
import { TopUpPolicy } from '../top-ups/rules/top-up-policy.js';
import { AccountCards } from './account-cards.js';
import { AccountRulesService } from './account-rules.service.js';
import type { Account } from './account.js';
import { checkSettings, type SettingsChange } from './check-settings.js';
import { type Agreed, recordConsent } from './consents/record-consent.js';
import { CreditsWallets } from './credits-wallets.service.js';
import { agreedTo, packAmountOf, pricedPack } from './packs/agreed-pack.js';
import { type PricedPack, renderPack } from './packs/credit-packs.dto.js';
import { isOnSale, PacksService } from './packs/packs.service.js';
import type { TopUpSettingsDto } from './top-up-settings.dto.js';

/** A pack that is changed while it is agreed to is read again, so many times. */
const AGREEMENT_ATTEMPTS = 5;
const PACK_CHANGED = 'pack_changed';
const MOVED = 'account_moved';

/** When an account's credits are bought automatically: the account's view of its wallet's top-up rules. */
@Injectable()
export class TopUpSettingsService {
  constructor(
    private readonly em: EntityManager,
    private readonly wallets: CreditsWallets,
    private readonly packs: PacksService,
    private readonly cards: AccountCards,
    private readonly settings: SettingsService,
    private readonly rules: AccountRulesService,
    private readonly policy: TopUpPolicy,
    private readonly ledger: LedgerService,
  ) {}

  async get(account: Account): Promise<TopUpSettingsDto> {
    return this.#render(account, await this.rules.get(account));
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
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#agree(account, await this.#walletFor(account, change, hasCard), change, hasCard);
      } catch (error) {
        const isOvertaken = error instanceof DomainError && (error.code === PACK_CHANGED || error.code === MOVED);
        if (!isOvertaken || attempt === AGREEMENT_ATTEMPTS) throw error;
      }
    }
  }

  /** A change that is refused must not leave a new wallet behind, nor decide which one is the account's. */
  async #walletFor(account: Account, change: SettingsChange, hasCard: boolean): Promise<Wallet> {
    const decided = await this.wallets.findDecided(account);
    if (decided) return decided;
    const currency = await this.wallets.currencyOf(account);
    await this.#refuse(account, { from: await this.rules.get(account), change, hasCard, currency }, this.em.fork());
    return this.wallets.findOrOpen(account);
  }

  async #agree(
    account: Account,
    { id: walletId, currency }: Wallet,
    change: SettingsChange,
    hasCard: boolean,
  ): Promise<TopUpSettingsDto> {
    const { scope, actor } = account;
    const asked = await this.#toRulesChange(account, change);
    const command: LedgerCommand<AccountRules> = {
      kind: 'evaluate',
      scope,
      walletId,
      actor,
      guard: async ({ em }, state) => {
        const { rules } = this.policy.stateOf(state);
        await this.#requireSameWallet(account, walletId, em);
        await this.#refuse(account, { from: accountRulesOf(rules), change, hasCard, currency }, em, asked.pack);
      },
      changes: [topUpChange({ kind: 'account_rules', change: asked })],
      also: (tx, posting) => recordConsent(tx, account, posting),
      answer: ({ changed }) => (changed[0] as Agreed).to,
    };
    // There is one agreement: whatever another wallet still buys by ends with the commit that makes this one.
    const elsewhere = await this.rules.endElsewhere(account, walletId);
    const { body } =
      elsewhere.length === 0 ? await this.ledger.post(command) : await this.#postWith(elsewhere, command);
    return this.#render(account, body as AccountRules);
  }

  async #postWith(elsewhere: LedgerCommand[], command: LedgerCommand): Promise<LedgerAnswer<unknown>> {
    const answers = await this.ledger.postTogether([...elsewhere, command]);
    return answers.at(-1) as LedgerAnswer<unknown>;
  }

  /** Under the wallet's lock, which a move of the account takes too. */
  async #requireSameWallet(account: Account, walletId: string, em: EntityManager): Promise<void> {
    const row = await this.wallets.findRow(account, em);
    if (row?.walletId === walletId) return;
    throw new DomainError('conflict', "the account's wallet is being changed: send the request again", { code: MOVED });
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
    { from, change, hasCard, currency }: Asked,
    em: EntityManager,
    agreed?: AgreedPack | null,
  ): Promise<void> {
    const packId = change.pack?.id ?? from.pack?.id;
    const find = em.isInTransaction() ? 'lockForAgreement' : 'find';
    const found = packId === undefined ? undefined : await this.packs[find](scope, packId, em);
    const fee = await this.settings.get(scope, 'top_up_fee', em);
    const offered = found && { ...pricedPack(found, addedFee(fee, found.currency)), isOnSale: isOnSale(found) };
    const kept = from.pack && keptPack(from.pack, '');
    const errors = checkSettings({ from: { ...from, pack: kept }, change, offered, hasCard, walletCurrency: currency });
    if (errors) throw invalidFields(errors);
    const isAsRead = !agreed || (found && sameTerms(agreed, agreedTo(found, agreed.validityMonths)));
    if (!isAsRead)
      throw new DomainError('conflict', 'the pack is being changed: send the request again', { code: PACK_CHANGED });
  }

  async #render({ scope }: Account, { onExpiration, onInsufficient, pack }: AccountRules): Promise<TopUpSettingsDto> {
    const em = this.em.fork();
    const name = pack && ((await this.packs.find(scope, pack.id, em))?.name ?? pack.id);
    return {
      auto_top_up_on_expiration: onExpiration,
      auto_top_up_on_insufficient: onInsufficient,
      auto_top_up_credits_pack:
        pack && renderPack(keptPack(pack, name ?? pack.id), await this.packs.unitPrices(scope, em)),
    };
  }
}

/** A change, and what it is checked against. */
interface Asked {
  from: AccountRules;
  change: SettingsChange;
  hasCard: boolean;
  /** Of the account's wallet, lower case. */
  currency: string;
}

function sameTerms(a: AgreedPack, b: AgreedPack): boolean {
  return a.priceMinor === b.priceMinor && a.currency === b.currency && a.credits.eq(b.credits);
}

/** At the price and with the fee that were agreed to. */
function keptPack(pack: AgreedPack, name: string): PricedPack {
  return pricedPack({ ...pack, name, packAmount: packAmountOf(pack) }, pack.fee ?? null);
}
