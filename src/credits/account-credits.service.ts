import { Injectable } from '@nestjs/common';
import { BalancesService } from '../ledger/balances.service.js';
import { ZERO } from '../shared/decimal.js';
import type { Account } from './account.js';
import { type AccountCreditsDto, renderAccountCredits } from './account-credits.dto.js';
import { CreditsWallets } from './credits-wallets.service.js';

@Injectable()
export class AccountCreditsService {
  constructor(
    private readonly wallets: CreditsWallets,
    private readonly balances: BalancesService,
  ) {}

  /** What an account has; an account that never had anything has nothing, and gets no wallet by asking. */
  async get(account: Account): Promise<AccountCreditsDto> {
    const wallet = await this.wallets.find(account);
    if (!wallet) return renderAccountCredits(undefined, ZERO);
    const totals = await this.balances.totals([wallet.id]);
    return renderAccountCredits(totals.get(wallet.id), wallet.debt);
  }
}
