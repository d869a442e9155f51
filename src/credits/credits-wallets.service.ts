import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { CustomersService } from '../customers/customers.service.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { Wallet } from '../ledger/wallet.entity.js';
import type { WalletRecord } from '../ledger/wallet-state.js';
import { SettingsService } from '../settings/settings.service.js';
import { Clock } from '../shared/clock.js';
import { decimal, ZERO } from '../shared/decimal.js';
import { Distribution } from '../shared/distribution.js';
import { DomainError, notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { readRows } from '../shared/prepared-reads.js';
import { walletKey } from '../shared/shard.js';
import { SqlTable } from '../shared/sql-table.js';
import type { Account } from './account.js';
import { CreditsAccount } from './credits-account.entity.js';

/** $1 and $2 whose, $3 the customer, $4 the currency of the environment's credits. */
const OF_ACCOUNT = `coalesce(
  (select w.id from credits_account a join wallet w on w.id = a.wallet_id
    where a.tenant_id = $1 and a.environment_id = $2 and a.customer_id = $3
      and w.tenant_id = $1 and w.environment_id = $2 and w.wallet_status <> 'closed'),
  (select w.id from wallet w
    where w.tenant_id = $1 and w.environment_id = $2 and w.customer_id = $3 and w.wallet_type = 'PRE_PAID'
      and w.wallet_status = 'active'
    order by w.currency = $4 desc, w.created_at, w.id limit 1))`;

/**
 * The wallet that an account's credits live in, an ordinary one. Decided by the account's first write and stored; from
 * then on it is that one, whatever other wallets are opened and whatever the setting `credits.currency` says. Until then
 * what is shown is what a write would decide: the active prepaid wallet in the environment's credits currency, without
 * it the oldest active prepaid one. Once it is closed, or converted into a postpaid one, the next write decides anew.
 */
@Injectable()
export class CreditsWallets {
  readonly #table: SqlTable<WalletRecord>;

  constructor(
    private readonly em: EntityManager,
    private readonly ledger: LedgerService,
    private readonly customers: CustomersService,
    private readonly settings: SettingsService,
    private readonly clock: Clock,
    private readonly distribution: Distribution,
  ) {
    this.#table = new SqlTable(em.getMetadata().get(Wallet));
  }

  /** The account's wallet, or the one that its first write would take. Decides nothing. */
  async find(account: Account): Promise<WalletRecord | undefined> {
    const [row] = await this.read<Record<string, unknown>>(account, this.#table.select('w'));
    return row && this.#table.fromRow(row);
  }

  /** The same wallet `w` by one statement, with what a view wants to know of it. @param at the instant that is `$5` in the columns */
  async read<Row>({ scope, customerId, actor }: Account, columns: string, at?: Date): Promise<Row[]> {
    if (this.distribution.isDistributed) return this.#readSpread({ scope, customerId, actor }, columns, at);
    const { currency } = await this.settings.get(scope, 'credits');
    const parameters = [scope.tenantId, scope.environmentId, customerId, currency, ...(at ? [at.toISOString()] : [])];
    return readRows<Row>(this.em, `select ${columns} from wallet w where w.id = ${OF_ACCOUNT}`, parameters);
  }

  /** The same in several statements: which wallet it is, is said by another node than what is in it. */
  async #readSpread<Row>(account: Account, columns: string, at?: Date): Promise<Row[]> {
    const wallet = (await this.findDecided(account)) ?? (await this.#candidate(account));
    if (!wallet) return [];
    const { tenantId, environmentId } = account.scope;
    const parameters = [tenantId, environmentId, account.customerId, wallet.id, ...(at ? [at.toISOString()] : [])];
    const text = `select ${columns} from wallet w where w.shard = $${parameters.length + 1} and w.id = $4
      and w.tenant_id = $1 and w.environment_id = $2 and $3::text is not null`;
    return readRows<Row>(this.em, text, [...parameters, wallet.shard]);
  }

  /** The wallet that was decided, while it is open. */
  async findDecided(account: Account, em: EntityManager = this.em.fork()): Promise<Wallet | undefined> {
    const row = await this.findRow(account, em);
    const where = { ...walletKey(row?.walletId ?? ''), ...account.scope, walletStatus: { $ne: 'closed' as const } };
    return row ? ((await em.findOne(Wallet, where)) ?? undefined) : undefined;
  }

  /** What is stored, also of a wallet that is closed now. */
  async findRow({ scope, customerId }: Account, em: EntityManager = this.em.fork()): Promise<CreditsAccount | null> {
    return em.findOne(CreditsAccount, { ...scope, customerId }, { refresh: true });
  }

  /** For what is about to be written: of several that ask at once, one decides and all get its wallet. */
  async findOrOpen(account: Account): Promise<Wallet> {
    const known = await this.findDecided(account);
    if (known) return known;
    const { currency } = await this.settings.get(account.scope, 'credits');
    const candidate = (await this.#candidate(account)) ?? (await this.#openOnce(account, currency));
    if (candidate) await this.#decide(account, candidate.id);
    const wallet = await this.findDecided(account);
    if (!wallet) throw new DomainError('unavailable', 'the wallet was closed meanwhile: repeat the request');
    return wallet;
  }

  /** The currency of the account's credits: its wallet's, or of the one that would be opened. */
  async currencyOf(account: Account): Promise<string> {
    const wallet = await this.find(account);
    return wallet?.currency ?? (await this.settings.get(account.scope, 'credits')).currency;
  }

  /** Wallets of the account's customer that are not closed, the oldest first. */
  async listOpen({ scope, customerId }: Account): Promise<Wallet[]> {
    const where = { ...scope, customerId, walletStatus: { $ne: 'closed' as const } };
    return this.em.fork().find(Wallet, where, { orderBy: { createdAt: 'asc', id: 'asc' } });
  }

  /** The customer's active prepaid wallet in that currency, opened if there is none; the unique index lets one be. */
  async findOrOpenIn(account: Account, currency: string): Promise<Wallet> {
    const wallet = (await this.#activeIn(account, currency)) ?? (await this.#openOnce(account, currency));
    if (!wallet) throw new DomainError('unavailable', 'the wallet was closed meanwhile: repeat the request');
    return wallet;
  }

  /** Inside the caller's transaction, which holds both wallets' locks: from now on it is this one. */
  async move(em: EntityManager, account: Account, walletId: string, now: Date): Promise<void> {
    const { scope, customerId, actor } = account;
    await em.upsert(CreditsAccount, { ...scope, customerId, walletId, decidedAt: now, decidedBy: actor.keyId });
  }

  /** The first to say so is heard; a wallet that was decided before gives way only once it is closed, which it stays. */
  async #decide({ scope, customerId, actor }: Account, walletId: string): Promise<void> {
    const { tenantId, environmentId } = scope;
    const em = this.em.fork();
    const decided = await em.findOne(CreditsAccount, { tenantId, environmentId, customerId });
    const over = decided && (await this.#isClosed(em, decided.walletId)) ? decided.walletId : '';
    await em.execute(
      `insert into credits_account as a (tenant_id, environment_id, customer_id, wallet_id, decided_at, decided_by)
       values (?, ?, ?, ?, ?, ?)
       on conflict (tenant_id, environment_id, customer_id) do update
         set wallet_id = excluded.wallet_id, decided_at = excluded.decided_at, decided_by = excluded.decided_by
         where a.wallet_id = ?`,
      [tenantId, environmentId, customerId, walletId, this.clock.now().toISOString(), actor.keyId, over],
    );
  }

  async #isClosed(em: EntityManager, walletId: string): Promise<boolean> {
    return (await em.count(Wallet, { ...walletKey(walletId), walletStatus: { $ne: 'closed' } })) === 0;
  }

  async #candidate({ scope, customerId }: Account): Promise<Wallet | undefined> {
    const { currency } = await this.settings.get(scope, 'credits');
    const where = { ...scope, customerId, walletType: 'PRE_PAID', walletStatus: 'active' } as const;
    const wallets = await this.em.fork().find(Wallet, where, { orderBy: { createdAt: 'asc', id: 'asc' } });
    return wallets.find((wallet) => wallet.currency === currency) ?? wallets[0];
  }

  async #activeIn({ scope, customerId }: Account, currency: string): Promise<Wallet | undefined> {
    const where = { ...scope, customerId, currency, walletType: 'PRE_PAID', walletStatus: 'active' } as const;
    return (await this.em.fork().findOne(Wallet, where)) ?? undefined;
  }

  /** Of several that ask at once, one opens it and all get it. */
  async #openOnce(account: Account, currency: string): Promise<Wallet | undefined> {
    try {
      await this.#open(account, currency);
    } catch (error) {
      if (!(error instanceof DomainError && error.kind === 'already_exists')) throw error;
    }
    return this.#activeIn(account, currency);
  }

  async #open({ scope, customerId, actor }: Account, currency: string): Promise<void> {
    const now = this.clock.now();
    const wallet: WalletRecord = {
      ...walletKey(newId('wallet', now)),
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
