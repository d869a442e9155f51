import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { BackupCards } from '../customers/backup-cards/backup-cards.service.js';
import type { UpdateCustomerDto } from '../customers/customers.dto.js';
import { CustomersService } from '../customers/customers.service.js';
import { type Actor, PaymentMethodsService } from '../customers/payment-methods.service.js';
import { Clock } from '../shared/clock.js';
import { notFound } from '../shared/errors.js';
import { pausedReasonOf } from '../top-ups/rules/change-pause.js';
import { TopUpRulesService } from '../top-ups/rules/top-up-rules.service.js';
import type { Account } from './account.js';
import { type BillingDto, renderBilling } from './billing.dto.js';
import { CreditsWallets } from './credits-wallets.service.js';

/** Who is billed for an account, and with which card. */
@Injectable()
export class BillingService {
  constructor(
    private readonly customers: CustomersService,
    private readonly paymentMethods: PaymentMethodsService,
    private readonly backups: BackupCards,
    private readonly rules: TopUpRulesService,
    private readonly wallets: CreditsWallets,
    private readonly clock: Clock,
  ) {}

  async get(account: Account): Promise<BillingDto> {
    const customer = await this.customers.get(account.scope, account.customerId);
    const onFile = await this.paymentMethods.findChargeable(account.scope, account.customerId);
    const backup = await this.backups.findChargeable(account.scope, account.customerId);
    const wallet = await this.wallets.find(account);
    const rules = wallet && (await this.rules.ofWallets(account.scope, [wallet])).get(wallet.id);
    return renderBilling(customer, { onFile, backup, now: this.clock.now() }, rules ? pausedReasonOf(rules) : null);
  }

  async change(caller: Caller, account: Account, change: UpdateCustomerDto): Promise<BillingDto> {
    await this.customers.update(caller, account.customerId, change);
    return this.get(account);
  }

  /** Puts a card on file in place of the one that was: automatic top-ups that were paused for want of it go on. */
  async replacePaymentMethod(caller: Caller, account: Account, token: string): Promise<BillingDto> {
    await this.paymentMethods.replace(caller, account.customerId, token);
    return this.get(account);
  }

  /** @throws not_found when there is none */
  async removePaymentMethod(caller: Actor, account: Account): Promise<BillingDto> {
    const { scope, customerId } = account;
    const method = await this.paymentMethods.findChargeable(scope, customerId);
    if (!method) throw notFound('payment method', { customer_id: customerId });
    await this.paymentMethods.remove(caller, customerId, method.id);
    return this.get(account);
  }
}
