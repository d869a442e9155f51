import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { invalidFields, invalidRequest } from '../http/field-errors.js';
import type { LedgerCommand } from '../ledger/commands.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { Wallet } from '../ledger/wallet.entity.js';
import { DomainError } from '../shared/errors.js';
import { walletKey } from '../shared/shard.js';
import { AccountRulesService } from './account-rules.service.js';
import { type AccountWalletDto, type MoveAccountDto, renderAccountWallet } from './account-wallet.dto.js';
import type { Account } from './account.js';
import { CreditsWallets } from './credits-wallets.service.js';

/** Which wallet is an account's, and the one way to make it another. */
@Injectable()
export class AccountWalletService {
  constructor(
    private readonly em: EntityManager,
    private readonly wallets: CreditsWallets,
    private readonly rules: AccountRulesService,
    private readonly ledger: LedgerService,
  ) {}

  async get(account: Account): Promise<AccountWalletDto> {
    const wallet = await this.wallets.find(account);
    return renderAccountWallet(
      wallet,
      wallet?.currency ?? (await this.wallets.currencyOf(account)),
      await this.wallets.findRow(account),
    );
  }

  /**
   * From now on the account's credits live in another wallet. Credits stay where they are. What the account agreed to
   * was about the wallet before, its currency included: automatic top-up is off afterwards, on all of them, with a
   * consent record in the same commit, until the account agrees anew.
   * @throws validation
   */
  async move(account: Account, target: MoveAccountDto): Promise<AccountWalletDto> {
    const to = await this.#targetOf(account, target);
    const from = await this.wallets.findDecided(account);
    if (from?.id === to.id) return this.get(account);
    const elsewhere = await this.rules.endElsewhere(account, from?.id);
    // The wallet of before always: an agreement that is being made on it comes first, and ends too, or is refused.
    const before = from ? [this.rules.endOn(account, from.id)] : [];
    await this.ledger.postTogether([...before, ...elsewhere, this.#arrival(account, to.id)]);
    return this.get(account);
  }

  /** On the wallet that it moves to: whoever changes the account's rules there waits for this commit. */
  #arrival(account: Account, walletId: string): LedgerCommand {
    return {
      kind: 'evaluate',
      scope: account.scope,
      walletId,
      actor: account.actor,
      guard: async (_tx, { wallet }) => faultOf(wallet),
      also: ({ em, now }) => this.wallets.move(em, account, walletId, now),
      answer: () => null,
    };
  }

  async #targetOf(account: Account, { wallet_id: id, currency }: MoveAccountDto): Promise<Wallet> {
    if ((id == null) === (currency == null)) throw invalidRequest('give either wallet_id or currency');
    if (id == null) return this.wallets.findOrOpenIn(account, String(currency).toLowerCase());
    const { scope, customerId } = account;
    const wallet = await this.em.fork().findOne(Wallet, { ...walletKey(id), ...scope, customerId });
    if (!wallet) throw invalidFields({ wallet_id: ['is not a wallet of this account'] });
    const fault = faultOf(wallet);
    if (fault) throw fault;
    return wallet;
  }
}

function faultOf({ walletType, walletStatus }: Pick<Wallet, 'walletType' | 'walletStatus'>): DomainError | undefined {
  if (walletType !== 'PRE_PAID') return invalidFields({ wallet_id: ['is a postpaid wallet: credits are prepaid'] });
  return walletStatus === 'active' ? undefined : invalidFields({ wallet_id: [`is ${walletStatus}`] });
}
