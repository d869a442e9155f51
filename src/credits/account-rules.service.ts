import { Injectable } from '@nestjs/common';
import type { LedgerCommand } from '../ledger/commands.js';
import type { Wallet } from '../ledger/wallet.entity.js';
import { accountRulesOf } from '../top-ups/rules/change-rules.js';
import { type AccountRules, topUpChange } from '../top-ups/rules/top-up-changes.js';
import { TopUpRulesService } from '../top-ups/rules/top-up-rules.service.js';
import type { Account } from './account.js';
import { type Agreed, recordConsent } from './consents/record-consent.js';
import { CreditsWallets } from './credits-wallets.service.js';

export const NOTHING_SET: AccountRules = { onExpiration: false, onInsufficient: false, pack: null };

/**
 * The rules that an account has set, whichever of its wallets they are on. They belong on the account's wallet; another
 * one may have some from a time when the account's wallet was guessed, and those still buy.
 */
@Injectable()
export class AccountRulesService {
  constructor(
    private readonly wallets: CreditsWallets,
    private readonly rules: TopUpRulesService,
  ) {}

  /** What is in force for the account. A flag is on if any of its wallets buys by it. */
  async get(account: Account): Promise<AccountRules> {
    const wallet = await this.wallets.find(account);
    const all = await this.#byWallet(account);
    const own = (wallet && all.get(wallet.id)) ?? NOTHING_SET;
    const inForce = [own, ...[...all.values()].filter(isOn)];
    return {
      onExpiration: inForce.some(({ onExpiration }) => onExpiration),
      onInsufficient: inForce.some(({ onInsufficient }) => onInsufficient),
      pack: inForce.find(({ pack }) => pack)?.pack ?? null,
    };
  }

  /** Switches off what is on anywhere but on one wallet, each with its consent record: there is one agreement. */
  async endElsewhere(account: Account, walletId: string | undefined): Promise<LedgerCommand[]> {
    const all = [...(await this.#byWallet(account))];
    return all.flatMap(([id, rules]) => (id !== walletId && isOn(rules) ? [this.endOn(account, id)] : []));
  }

  /** Ends the agreement on one wallet. */
  endOn(account: Account, walletId: string): LedgerCommand {
    return {
      kind: 'evaluate',
      scope: account.scope,
      walletId,
      actor: account.actor,
      changes: [topUpChange({ kind: 'account_rules', change: NOTHING_SET })],
      also: async (tx, posting) => {
        if (isOn((posting.changed[0] as Agreed).from)) await recordConsent(tx, account, posting);
      },
      answer: () => null,
    };
  }

  async #byWallet(account: Account): Promise<Map<string, AccountRules>> {
    const wallets: Wallet[] = await this.wallets.listOpen(account);
    const rules = await this.rules.ofWallets(account.scope, wallets);
    return new Map([...rules].map(([id, ofWallet]) => [id, accountRulesOf(ofWallet.rules)]));
  }
}

function isOn({ onExpiration, onInsufficient }: AccountRules): boolean {
  return onExpiration || onInsufficient;
}
