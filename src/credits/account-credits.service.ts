import { Injectable } from '@nestjs/common';
import { BalancesService } from '../ledger/balances.service.js';
import { ZERO } from '../shared/decimal.js';
import { pausedReasonOf } from '../top-ups/rules/change-pause.js';
import { TopUpRulesService } from '../top-ups/rules/top-up-rules.service.js';
import type { WalletRules } from '../top-ups/rules/top-up-state.js';
import type { Account } from './account.js';
import { type AccountCreditsDto, renderAccountCredits } from './account-credits.dto.js';
import { CreditsWallets } from './credits-wallets.service.js';

@Injectable()
export class AccountCreditsService {
  constructor(
    private readonly wallets: CreditsWallets,
    private readonly balances: BalancesService,
    private readonly rules: TopUpRulesService,
  ) {}

  /** What an account has; an account that never had anything has nothing, and gets no wallet by asking. */
  async get(account: Account): Promise<AccountCreditsDto> {
    const wallet = await this.wallets.find(account);
    if (!wallet) return renderAccountCredits(undefined, ZERO, null);
    const totals = await this.balances.totals([wallet.id]);
    const topUps = (await this.rules.ofWallets(account.scope, [wallet])).get(wallet.id) as WalletRules;
    return renderAccountCredits(
      totals.get(wallet.id),
      wallet.debt,
      pausedReasonOf(topUps, ['insufficient', 'expiration']),
    );
  }
}
