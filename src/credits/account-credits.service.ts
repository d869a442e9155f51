import { Injectable } from '@nestjs/common';
import { BalancesService } from '../ledger/balances.service.js';
import { ZERO } from '../shared/decimal.js';
import { type TopUpView, TopUpRulesService } from '../top-ups/rules/top-up-rules.service.js';
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
    const topUps = (await this.rules.views([wallet.id])).get(wallet.id) as TopUpView;
    return renderAccountCredits(totals.get(wallet.id), wallet.debt, pausedReasonOf(topUps));
  }
}

/** A pause of something that is switched off is none. */
function pausedReasonOf({ rules, guard }: TopUpView): string | null {
  const own = (['insufficient', 'expiration'] as const).flatMap((trigger) => rules.get(trigger) ?? []);
  const enabled = own.filter((rule) => rule.enabled);
  if (enabled.length === 0) return null;
  if (guard?.pausedAt) return guard.pauseReason;
  return enabled.find(({ pauseReason }) => pauseReason !== '')?.pauseReason ?? null;
}
