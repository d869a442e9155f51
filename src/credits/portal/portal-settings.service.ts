import { Injectable } from '@nestjs/common';
import { pausedReasonOf } from '../../top-ups/rules/change-pause.js';
import { TopUpRulesService } from '../../top-ups/rules/top-up-rules.service.js';
import { DEFAULT_MAX_PER_HOUR, DEFAULT_MAX_UNITS } from '../../top-ups/rules/top-up-state.js';
import type { SettingsChange } from '../check-settings.js';
import { CreditsWallets } from '../credits-wallets.service.js';
import { TopUpSettingsService } from '../top-up-settings.service.js';
import type { PortalAccount } from './portal-account.js';
import type { PortalTopUpSettingsDto } from './portal-settings.dto.js';

/** An account's automatic top-up with all that a customer is told before they agree. */
@Injectable()
export class PortalSettings {
  constructor(
    private readonly settings: TopUpSettingsService,
    private readonly wallets: CreditsWallets,
    private readonly rules: TopUpRulesService,
  ) {}

  async get(account: PortalAccount): Promise<PortalTopUpSettingsDto> {
    const [settings, wallet] = await Promise.all([this.settings.get(account), this.wallets.find(account)]);
    const rules = wallet && (await this.rules.ofWallets(account.scope, [wallet])).get(wallet.id);
    const guard = rules?.guard;
    return {
      ...settings,
      paused_reason: rules ? pausedReasonOf(rules, ['insufficient', 'expiration']) : null,
      max_per_hour: guard?.maxPerHour ?? DEFAULT_MAX_PER_HOUR,
      max_packs: guard?.maxUnits ?? DEFAULT_MAX_UNITS,
      monthly_count: guard?.monthlyCount ?? null,
      monthly_amount: guard?.monthlyAmountMinor ?? null,
      monthly_currency_code: guard?.monthlyAmountCurrency?.toUpperCase() ?? null,
    };
  }

  /** Agrees to it, with a consent that names the session, or ends the agreement. The limits are not the customer's to lift. */
  async change(account: PortalAccount, change: SettingsChange): Promise<PortalTopUpSettingsDto> {
    await this.settings.change(account, change);
    return this.get(account);
  }
}
