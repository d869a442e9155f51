import { EntityManager } from '@mikro-orm/postgresql';
import { type Decimal, decimal, min, ZERO } from '../../src/shared/decimal.js';
import { newId } from '../../src/shared/ids.js';
import { walletKey } from '../../src/shared/shard.js';
import type { CreditTerms, GrantFacts, LedgerCommand, ReverseTerms } from '../../src/ledger/commands.js';
import { Entry } from '../../src/ledger/entry.entity.js';
import { LedgerService } from '../../src/ledger/ledger.service.js';
import { Lot } from '../../src/ledger/lot.entity.js';
import type { WalletRecord } from '../../src/ledger/wallet-state.js';
import type { TestApp } from './app.js';

export const SCOPE = { tenantId: 'tenant_test', environmentId: 'env_test' };
export const ACTOR = { keyId: 'secret_test', requestId: 'req_test' };
const NO_WORDS = { description: '', metadata: {} };

export interface Balance {
  balance: string;
  held: string;
  debt: string;
}

/** What a dispute has frozen of the grant, and whether the rest of it is free afterwards. */
export interface Frozen {
  holdId?: string;
  ends?: boolean;
}

/** Ledger commands in few words, each answering with the balance right after it. */
export class TestLedger {
  readonly #ledger: LedgerService;

  constructor(
    private readonly service: TestApp,
    private readonly scope = SCOPE,
  ) {
    this.#ledger = service.get(LedgerService);
  }

  async open(values: Partial<WalletRecord> = {}, credits?: string): Promise<string> {
    const now = this.service.clock.now();
    const wallet: WalletRecord = {
      ...walletKey(newId('wallet', now)),
      ...this.scope,
      customerId: newId('cust', now),
      currency: 'usd',
      walletType: 'PRE_PAID',
      walletStatus: 'active',
      name: 'Prepaid Wallet - USD',
      description: '',
      metadata: {},
      allowedPriceTypes: ['USAGE'],
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
      createdBy: '',
      updatedBy: '',
      ...values,
    };
    const credit = credits ? { credit: grantTerms({ credits: decimal(credits) }) } : {};
    await this.#post({ kind: 'open', walletId: wallet.id, wallet, ...credit });
    return wallet.id;
  }

  credit(
    walletId: string,
    credits: string | Decimal,
    terms: Partial<CreditTerms> = {},
    key?: string,
  ): Promise<Balance> {
    return this.#post({ kind: 'credit', walletId, terms: grantTerms({ credits: decimal(credits), ...terms }) }, key);
  }

  debit(walletId: string, credits: string | Decimal, key?: string): Promise<Balance> {
    const terms = {
      credits: decimal(credits),
      reason: 'MANUAL_BALANCE_DEBIT',
      overdraft: 'wallet',
      referenceType: 'REQUEST',
    } as const;
    return this.#post({ kind: 'debit', walletId, terms }, key);
  }

  hold(
    walletId: string,
    holdId: string,
    credits: string,
    expiresAt: Date | null = null,
    overage = '0',
  ): Promise<Balance> {
    const terms = { holdId, credits: decimal(credits), overage: decimal(overage), expiresAt, ...NO_WORDS };
    return this.#post({ kind: 'hold', walletId, ...terms });
  }

  capture(walletId: string, holdId: string, credits: string, final = false, key?: string): Promise<Balance> {
    return this.#post({ kind: 'capture', walletId, holdId, credits: decimal(credits), final }, key);
  }

  /** Of all that can be reversed, unless it says how much. */
  reverse(
    walletId: string,
    entryId: string,
    credits: string | null = null,
    expired: ReverseTerms['expired'] = 'forfeit',
    key?: string,
  ): Promise<Balance> {
    const terms = { entryId, credits: credits === null ? null : decimal(credits), expired, ...NO_WORDS };
    return this.#post({ kind: 'reverse', walletId, terms }, key);
  }

  transfer(walletId: string, toWalletId: string, credits: string, key?: string): Promise<Balance> {
    return this.#post(
      { kind: 'transfer', walletId, terms: { toWalletId, credits: decimal(credits), ...NO_WORDS } },
      key,
    );
  }

  /** Into a postpaid wallet of this id. */
  convert(walletId: string, successorId: string): Promise<Balance> {
    const successor = (closed: WalletRecord): WalletRecord => ({
      ...closed,
      id: successorId,
      walletType: 'POST_PAID',
      walletStatus: 'active',
      creditBalance: ZERO,
      sequence: 0,
      lastEntryHash: '',
      lastEntryAt: null,
    });
    return this.#post({ kind: 'convert', walletId, successor });
  }

  /** Of the entry that a command with this key made. */
  async entryId(walletId: string, key: string): Promise<string> {
    const em = this.service.get(EntityManager).fork();
    return (await em.findOneOrFail(Entry, { walletId, idempotencyKey: key }, { fields: ['id'] })).id;
  }

  openLots(walletId: string): Promise<Lot[]> {
    return this.service.get(EntityManager).fork().find(Lot, { walletId, isOpen: true });
  }

  release(walletId: string, holdId: string): Promise<Balance> {
    return this.#post({ kind: 'release', walletId, holdId, outcome: 'released' });
  }

  /** What of so many credits of a grant is unspent. */
  freeze(walletId: string, holdId: string, grantId: string, credits: string, key: string): Promise<Balance> {
    const decide = ({ unspentOf }: GrantFacts) => [{ grantId, credits: min(decimal(credits), unspentOf(grantId)) }];
    return this.#post({ kind: 'freeze', walletId, holdId, terms: { grantIds: [grantId], decide, ...NO_WORDS } }, key);
  }

  thaw(walletId: string, holdId: string): Promise<Balance> {
    return this.#post({ kind: 'thaw', walletId, holdId });
  }

  /** Of an open wallet so many credits of a grant: what is unspent, and the rest as debt if it is owed. */
  takeBack(
    walletId: string,
    { grantId, credits, owes, ...rest }: { grantId: string; credits: string; owes: boolean } & Frozen,
    key: string,
  ): Promise<Balance> {
    const decide = ({ isClosed, unspentOf }: GrantFacts) => {
      const unspent = min(decimal(credits), unspentOf(grantId));
      const debt = owes ? decimal(credits).minus(unspent) : ZERO;
      return isClosed ? [] : [{ grantId, credits: unspent.plus(debt), debt }];
    };
    const terms = { grantIds: [grantId], decide, key: `taken:${key}`, ...NO_WORDS };
    return this.#post({ kind: 'take_back', walletId, terms, ...rest }, key);
  }

  /** Of what an entry took of a grant. */
  giveBack(walletId: string, entryId: string, credits: string, key: string): Promise<Balance> {
    const decide = ({ isClosed }: GrantFacts) => (isClosed ? [] : [{ entryId, credits: decimal(credits) }]);
    const terms = { entryIds: [entryId], grantIds: [], decide, description: '' };
    return this.#post({ kind: 'give_back', walletId, terms }, key);
  }

  evaluate(walletId: string): Promise<Balance> {
    return this.#post({ kind: 'evaluate', walletId });
  }

  close(walletId: string): Promise<Balance> {
    return this.#post({ kind: 'close', walletId });
  }

  async #post(
    command: { kind: LedgerCommand['kind']; walletId: string; [term: string]: unknown },
    key?: string,
  ): Promise<Balance> {
    const full = {
      scope: this.scope,
      actor: ACTOR,
      ...(key ? { idempotency: { key, requestHash: JSON.stringify(command) } } : {}),
      ...command,
      answer: ({ state }) => ({
        balance: state.wallet.creditBalance.toFixed(),
        held: state.wallet.held.toFixed(),
        debt: state.wallet.debt.toFixed(),
      }),
    } as LedgerCommand<Balance>;
    return (await this.#ledger.post(full)).body;
  }
}

function grantTerms(terms: Partial<CreditTerms> & { credits: Decimal }): CreditTerms {
  return { reason: 'FREE_CREDIT_GRANT', referenceType: 'EXTERNAL', referenceId: '', ...terms };
}
