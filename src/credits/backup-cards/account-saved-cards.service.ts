import { Injectable } from '@nestjs/common';
import type { Caller } from '../../auth/caller.js';
import { BackupCards } from '../../customers/backup-cards/backup-cards.service.js';
import { PaymentMethodsService } from '../../customers/payment-methods.service.js';
import { Clock } from '../../shared/clock.js';
import { notFound } from '../../shared/errors.js';
import type { Account } from '../account.js';
import type { BillingDto } from '../billing.dto.js';
import { BillingService } from '../billing.service.js';
import { type AccountCardDto, renderAccountCard } from './account-cards.dto.js';

/** The payment methods that an account has saved, and which of them stands in for the one on file. */
@Injectable()
export class AccountSavedCards {
  constructor(
    private readonly billing: BillingService,
    private readonly paymentMethods: PaymentMethodsService,
    private readonly backups: BackupCards,
    private readonly clock: Clock,
  ) {}

  async list({ scope, customerId }: Account): Promise<AccountCardDto[]> {
    const inUse = await this.paymentMethods.list(scope, customerId);
    const earlier = await this.paymentMethods.list(scope, customerId, 'earlier');
    const now = this.clock.now();
    return [...inUse, ...earlier].map((method) => renderAccountCard(method, now));
  }

  /** @throws not_found; invalid_operation, see `BackupCards` */
  async chooseBackup(caller: Caller, account: Account, id: string): Promise<BillingDto> {
    await this.backups.choose(caller, account.customerId, id);
    return this.billing.get(account);
  }

  /** @throws not_found when there is none */
  async dropBackup(caller: Caller, account: Account): Promise<BillingDto> {
    const { scope, customerId } = account;
    const backup = await this.backups.findChargeable(scope, customerId);
    if (!backup) throw notFound('backup card', { customer_id: customerId });
    await this.backups.drop(caller, customerId, backup.id);
    return this.billing.get(account);
  }
}
