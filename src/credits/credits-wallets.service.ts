import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { CustomersService } from '../customers/customers.service.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { Wallet } from '../ledger/wallet.entity.js';
import type { WalletRecord } from '../ledger/wallet-state.js';
import { SettingsService } from '../settings/settings.service.js';
import { Clock } from '../shared/clock.js';
import { decimal, ZERO } from '../shared/decimal.js';
import { DomainError, notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import type { Account } from './account.js';

/**
 * The wallet that an account's credits live in, an ordinary one: the active prepaid wallet in the environment's credits
 * currency; without it the oldest active prepaid one. Made when something is first written.
 */
@Injectable()
export class CreditsWallets {
  constructor(
    private readonly em: EntityManager,
    private readonly ledger: LedgerService,
    private readonly customers: CustomersService,
    private readonly settings: SettingsService,
    private readonly clock: Clock,
  ) {}

  async find({ scope, customerId }: Account): Promise<Wallet | undefined> {
    const { currency } = await this.settings.get(scope, 'credits');
    const where = { ...scope, customerId, walletType: 'PRE_PAID', walletStatus: 'active' } as const;
    const wallets = await this.em.fork().find(Wallet, where, { orderBy: { createdAt: 'asc', id: 'asc' } });
    return wallets.find((wallet) => wallet.currency === currency) ?? wallets[0];
  }

  /** Of several that ask at once, one makes it and all get it: the unique index on active wallets decides. */
  async findOrOpen(account: Account): Promise<Wallet> {
    const known = await this.find(account);
    if (known) return known;
    try {
      await this.#open(account);
    } catch (error) {
      if (!(error instanceof DomainError && error.kind === 'already_exists')) throw error;
    }
    const wallet = await this.find(account);
    if (!wallet) throw new DomainError('unavailable', 'the wallet was closed meanwhile: repeat the request');
    return wallet;
  }

  async #open({ scope, customerId, actor }: Account): Promise<void> {
    const { currency } = await this.settings.get(scope, 'credits');
    const now = this.clock.now();
    const wallet: WalletRecord = {
      id: newId('wallet', now),
      ...scope,
      customerId,
      currency,
      walletType: 'PRE_PAID',
      walletStatus: 'active',
      name: `Prepaid Wallet - ${currency.toUpperCase()}`,
      description: '',
      metadata: {},
      allowedPriceTypes: ['ALL'],
      conversionRate: decimal(1),
      topupConversionRate: decimal(1),
      creditBalance: ZERO,
      held: ZERO,
      debt: ZERO,
      overdraftLimit: ZERO,
      purchasedExpiresAt: null,
      sequence: 0,
      lastEntryHash: '',
      lastEntryAt: null,
      version: 1,
      alertSettings: null,
      alertState: 'ok',
      creditAlertState: 'ok',
      status: 'published',
      createdAt: now,
      updatedAt: now,
      createdBy: actor.keyId,
      updatedBy: actor.keyId,
    };
    await this.ledger.post({
      kind: 'open',
      scope,
      walletId: wallet.id,
      wallet,
      actor,
      guard: async ({ em }) => {
        const isLive = await this.customers.lockLive(em, scope, customerId);
        return isLive ? undefined : notFound('customer', { customer_id: customerId });
      },
      answer: () => null,
    });
  }
}
