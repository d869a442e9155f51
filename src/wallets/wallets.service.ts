import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '../auth/audit/audit-log.js';
import { OPERATOR } from '../auth/audit/author.js';
import type { Caller } from '../auth/caller.js';
import { CustomersService } from '../customers/customers.service.js';
import type { IdempotentRequest } from '../http/idempotency.js';
import type { Actor, CreditTerms, LedgerCommand } from '../ledger/commands.js';
import { type LedgerAnswer, LedgerService } from '../ledger/ledger.service.js';
import type { WalletRecord, WalletState } from '../ledger/wallet-state.js';
import { Wallet } from '../ledger/wallet.entity.js';
import { Clock } from '../shared/clock.js';
import { DomainError, invalidField, notFound } from '../shared/errors.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { withinEveryScope } from '../shared/sight.js';
import { walletKey } from '../shared/shard.js';
import { TopUpPolicy } from '../top-ups/rules/top-up-policy.js';
import { topUpChange } from '../top-ups/rules/top-up-changes.js';
import { newWallet, toTopUpChanges, toWalletSettings } from './wallet-changes.js';
import { renderWallet } from './render-wallet.js';
import { renderWhatWouldBe, type WalletPreviewDto } from './wallet-preview.dto.js';
import { WalletReader, type WalletView } from './wallet-reader.js';
import type { CreateWalletDto, UpdateWalletDto } from './wallet-requests.dto.js';
import type { TerminatedWalletDto, WalletDto } from './wallet-answers.dto.js';

/** Wallets: their making, their settings, their end, and what is to be seen of them. */
@Injectable()
export class WalletsService {
  constructor(
    private readonly em: EntityManager,
    private readonly ledger: LedgerService,
    private readonly reader: WalletReader,
    private readonly policy: TopUpPolicy,
    private readonly customers: CustomersService,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async get(scope: Scope, id: string, withLots = false): Promise<WalletView> {
    const view = await this.reader.find(scope, id, withLots);
    if (!view) throw notFound('wallet', { wallet_id: id });
    return view;
  }

  /**
   * Opens a wallet, with its first credits in the same commit.
   * @throws already_exists when the customer has an active one of that currency and type
   */
  async create(
    caller: Caller,
    body: CreateWalletDto,
    idempotency?: IdempotentRequest,
  ): Promise<LedgerAnswer<WalletDto>> {
    const customerId = await this.#customerOf(caller, body);
    const wallet = newWallet(caller, customerId, body, this.clock.now());
    const credit = initialCredit(body, this.clock.now());
    if (!idempotency) await this.#refuseSecond(wallet);
    try {
      return await this.ledger.post({
        kind: 'open',
        scope: scopeOf(caller),
        walletId: wallet.id,
        actor: caller,
        wallet,
        ...(credit ? { credit } : {}),
        ...(idempotency ? { idempotency } : {}),
        guard: async ({ em }) => {
          const isLive = await this.customers.lockLive(em, caller, customerId);
          return isLive ? undefined : notFound('customer', { customer_id: customerId });
        },
        changes: toTopUpChanges(body, wallet.currency),
        answer: ({ state }) => renderWallet(state.wallet, this.policy.stateOf(state)),
      });
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'already_exists') await this.#refuseSecond(wallet);
      throw error;
    }
  }

  /** Changes a wallet and its rules, and lets them be looked at in the same commit: a wallet that is low buys at once. */
  async update(caller: Caller, walletId: string, body: UpdateWalletDto): Promise<WalletDto> {
    const { body: answer } = await this.ledger.post({
      ...(await this.#updateOf(caller, walletId, body)),
      answer: ({ state }) => renderWallet(state.wallet, this.policy.stateOf(state)),
    });
    return answer;
  }

  /** What `update` would make of it now: the same command by the same rules, of which nothing is kept. */
  async preview(caller: Caller, walletId: string, body: UpdateWalletDto): Promise<WalletPreviewDto> {
    let changed: WalletState | undefined;
    await this.ledger.rehearse({
      ...(await this.#updateOf(caller, walletId, body)),
      answer: ({ state }) => {
        changed = state;
      },
    });
    // The policy looks at a wallet behind the command's answer.
    const state = changed as WalletState;
    const topUps = this.policy.stateOf(state);
    return { wallet: renderWallet(state.wallet, topUps), ...renderWhatWouldBe(topUps) };
  }

  async #updateOf(
    caller: Caller,
    walletId: string,
    body: UpdateWalletDto,
  ): Promise<Omit<Extract<LedgerCommand, { kind: 'update' }>, 'answer'>> {
    const { currency } = await this.#currencyOf(caller, walletId, body);
    return {
      kind: 'update',
      settings: toWalletSettings(body),
      scope: scopeOf(caller),
      walletId,
      actor: caller,
      changes: toTopUpChanges(body, currency),
    };
  }

  /** Ends the pause of its automatic top-ups, whatever it was for; who did it is kept. */
  async resumeAutoTopUp(caller: Scope & Actor, walletId: string, also?: LedgerCommand['also']): Promise<WalletDto> {
    const { body } = await this.ledger.post({
      kind: 'evaluate',
      scope: scopeOf(caller),
      walletId,
      actor: caller,
      changes: [topUpChange({ kind: 'resume' })],
      ...(also ? { also } : {}),
      answer: ({ state }) => renderWallet(state.wallet, this.policy.stateOf(state)),
    });
    return body;
  }

  /**
   * The same for the operator, who has no key to be kept: the audit log says it, in the same commit.
   * @throws not_found
   */
  async resumeByOperator(walletId: string): Promise<WalletDto> {
    const wallet = await withinEveryScope(() => this.em.fork().findOne(Wallet, walletKey(walletId)));
    if (!wallet) throw notFound('wallet', { wallet_id: walletId });
    const { tenantId, environmentId } = wallet;
    return this.resumeAutoTopUp(
      { tenantId, environmentId, ...OPERATOR, requestId: '' },
      walletId,
      async (tx, posting) => {
        // Where there was no pause, nothing differs: no row.
        const [pauseReason = null] = posting.changed;
        this.audit.write(tx.em, OPERATOR, {
          action: 'auto_topup.resumed',
          tenantId,
          environmentId,
          target: { kind: 'wallet', id: walletId },
          before: { pause_reason: pauseReason },
          after: { pause_reason: null },
        });
      },
    );
  }

  /** Freezes a wallet, or makes a frozen one active again. */
  async setStatus(caller: Caller, walletId: string, walletStatus: 'active' | 'frozen'): Promise<WalletDto> {
    const { body } = await this.ledger.post({
      kind: 'update',
      settings: { walletStatus },
      scope: scopeOf(caller),
      walletId,
      actor: caller,
      answer: ({ state }) => renderWallet(state.wallet, this.policy.stateOf(state)),
    });
    return body;
  }

  /** Takes what is left, refunds nothing, and closes the wallet for good. */
  async terminate(caller: Caller, walletId: string): Promise<TerminatedWalletDto> {
    const { body } = await this.ledger.post({
      kind: 'close',
      scope: scopeOf(caller),
      walletId,
      actor: caller,
      answer: ({ state }) => ({
        ...renderWallet(state.wallet, this.policy.stateOf(state)),
        message: 'wallet terminated',
      }),
    });
    return body;
  }

  /** Only amounts of money need it, and only a wallet that exists has one. */
  async #currencyOf(scope: Scope, id: string, body: UpdateWalletDto): Promise<{ currency: string }> {
    if (!body.top_up_limits?.monthly_amount) return { currency: '' };
    const wallet = await this.em.fork().findOne(Wallet, { ...walletKey(id), ...scopeOf(scope) });
    if (!wallet) throw notFound('wallet', { wallet_id: id });
    return wallet;
  }

  async #customerOf(scope: Scope, body: CreateWalletDto): Promise<string> {
    if (body.price_unit) throw notFound('price unit', { price_unit: body.price_unit });
    if (body.customer_id) return (await this.customers.get(scope, body.customer_id)).id;
    if (body.external_customer_id) return (await this.customers.getByExternalId(scope, body.external_customer_id)).id;
    throw invalidField('customer_id', 'is required, or external_customer_id');
  }

  /** The partial unique index is the wall; this says it in words. */
  async #refuseSecond(wallet: WalletRecord): Promise<void> {
    const { customerId, currency, walletType } = wallet;
    const where = { ...scopeOf(wallet), customerId, currency, walletType, walletStatus: 'active' } as const;
    const active = await this.em.fork().findOne(Wallet, where);
    if (!active) return;
    throw new DomainError('already_exists', `the customer has an active ${walletType} wallet in ${currency} already`, {
      details: { customer_id: customerId, wallet_id: active.id, currency, wallet_type: walletType },
    });
  }
}

/** The free credits a wallet starts with; zero and below load nothing. */
function initialCredit(body: CreateWalletDto, now: Date): CreditTerms | undefined {
  const expiresAt = body.initial_credits_expiry_date_utc ?? startOfDay(body.initial_credits_to_load_expiry_date);
  if (!body.initial_credits_to_load?.gt(0)) return undefined;
  if (expiresAt && expiresAt <= now) throw invalidField('initial_credits_expiry_date_utc', 'must be in the future');
  return {
    credits: body.initial_credits_to_load,
    reason: 'FREE_CREDIT_GRANT',
    expiresAt: expiresAt ?? null,
    referenceType: 'EXTERNAL',
    referenceId: '',
  };
}

/** `20300101` is the first instant of that day, UTC. */
function startOfDay(date: number | null | undefined): Date | undefined {
  if (date == null) return undefined;
  const text = String(date);
  const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`;
  const day = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== iso) {
    throw invalidField('initial_credits_to_load_expiry_date', 'must be a date like 20300101');
  }
  return day;
}
