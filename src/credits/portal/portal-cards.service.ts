import { Injectable } from '@nestjs/common';
import { CardSetups } from '../../customers/card-setups/card-setups.service.js';
import type { ReturnUrls } from '../../payments/return-urls.js';
import { AccountCards } from '../account-cards.js';
import { BillingService } from '../billing.service.js';
import type { PortalAccount } from './portal-account.js';
import type { PortalCardDto, PortalCardOutcomeDto, PortalCardSetupDto } from './portal-cards.dto.js';

/** What a customer pays with, changed by them: cards go to the provider and never come here. */
@Injectable()
export class PortalCards {
  constructor(
    private readonly billing: BillingService,
    private readonly cards: AccountCards,
    private readonly setups: CardSetups,
  ) {}

  async get(account: PortalAccount): Promise<PortalCardDto> {
    const { payment_method: card, backup_payment_method: backup } = await this.billing.get(account);
    return { card, backup_card: backup, has_pages: await this.cards.hasPages(account) };
  }

  /** @throws invalid_operation where the provider has no such page */
  async begin({ by, customerId }: PortalAccount, back: ReturnUrls): Promise<PortalCardSetupDto> {
    const urls = { success_url: back.successUrl, cancel_url: back.cancelUrl };
    const { setupId, url } = await this.setups.begin(by, customerId, { via: 'page', ...urls });
    return { setup_id: setupId, url };
  }

  /** @throws not_found for what this customer has not begun */
  async look(account: PortalAccount, setupId: string): Promise<PortalCardOutcomeDto> {
    const { status, reason } = await this.setups.look(account.scope, account.customerId, setupId);
    return { status, detail: reason, ...(await this.get(account)) };
  }

  /** @throws not_found when there is none */
  async remove(account: PortalAccount): Promise<PortalCardDto> {
    await this.billing.removePaymentMethod(account.by, account);
    return this.get(account);
  }
}
