import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { type Decimal, multiplyByRate, toMinorUnits } from '../../shared/decimal.js';
import { DomainError, invalidField, notFound } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import type { Actor, Idempotency, LedgerCommand } from '../../ledger/commands.js';
import type { PendingCredit } from '../../ledger/pending-credit.entity.js';
import type { InvoiceDiscount } from '../../payments/invoice.entity.js';
import { type InvoiceConfig, TopUpInvoices } from './top-up-invoices.js';
import { type LedgerAnswer, LedgerService } from '../../ledger/ledger.service.js';
import type { Posting } from '../../ledger/posting.js';
import type { WalletRecord } from '../../ledger/wallet-state.js';
import { Wallet } from '../../ledger/wallet.entity.js';
import { MAX_CHARGE_MINOR } from '../rules/decide-top-up.js';
import { InvoicedTopUps, type PendingTerms } from './invoiced-top-ups.js';
import { LEASE_MS } from '../schedule/schedule.js';
import { TopUpEngine } from './top-up-engine.js';
import { TopUpRepository } from './top-up-repository.js';
import type { AgreedPack } from '../rules/top-up-rules.service.js';
import type { TopUpRecord } from '../rules/top-up-state.js';
import { TopUp, type TopUpStatus } from './top-up.entity.js';

export interface PurchaseRequest {
  scope: Scope;
  wallet: Pick<WalletRecord, 'id' | 'customerId'>;
  /** At the price that is charged, discounts taken off. */
  pack: AgreedPack;
  discounts?: InvoiceDiscount[];
  /** Written in the commit that stores the purchase; what it throws refuses it. */
  within?: (tx: EntityManager, topUpId: string) => Promise<void>;
  description: string;
  actor: Actor;
  idempotency?: Idempotency | undefined;
}

export interface InvoicedRequest<Answer> {
  scope: Scope;
  walletId: string;
  credits: Decimal;
  description: string;
  actor: Actor;
  idempotency?: Idempotency | undefined;
  terms: PendingTerms;
  /** True: the credits come at once, and the invoice is a paid one. */
  isCompleted: boolean;
  /** The answer, from the wallet, the stored top-up with its invoice, and the pending credit (none when completed). */
  answer: (posting: Posting, topUp: TopUpRecord, pending: PendingCredit | undefined) => Answer;
}

/** What every ledger command of an invoiced top-up has. */
type CommandFrame = Pick<LedgerCommand, 'scope' | 'walletId' | 'actor' | 'idempotency'>;

/** Top-ups that somebody asks for, and what is to be seen of all of them. */
@Injectable()
export class TopUpsService {
  constructor(
    private readonly em: EntityManager,
    private readonly topUps: TopUpRepository,
    private readonly engine: TopUpEngine,
    private readonly invoiced: InvoicedTopUps,
    private readonly papers: TopUpInvoices,
    private readonly ledger: LedgerService,
    private readonly clock: Clock,
  ) {}

  /**
   * Buys a pack with the payment method on file, now. The intent is stored before anything is charged, so a repeat with
   * the same key, or after a crash, finds it and never charges again.
   * @returns the top-up as it stands: succeeded, failed, or still open when the provider has not said yet.
   * @throws conflict while another purchase of the wallet is under way
   */
  async purchase(request: PurchaseRequest): Promise<{ topUp: TopUp; isReplayed: boolean }> {
    const replayed = await this.findPurchase(request.scope, request.idempotency);
    if (replayed) return { topUp: replayed, isReplayed: true };
    const { pack } = request;
    const record = this.#newTopUp(request.scope, request.wallet, request.actor, request.idempotency, {
      credits: pack.credits,
      priceMinor: pack.priceMinor,
      currency: pack.currency,
      discounts: request.discounts ?? [],
      packId: pack.id,
      validityMonths: pack.validityMonths,
      description: request.description,
      invoicing: false,
    });
    try {
      const topUp = await this.topUps.insert(record, request.within);
      return { topUp: await this.engine.drive(topUp), isReplayed: false };
    } catch (error) {
      if (!(error instanceof UniqueConstraintViolationException)) throw error;
      const raced = await this.findPurchase(request.scope, request.idempotency);
      if (raced) return { topUp: raced, isReplayed: true };
      throw new DomainError('conflict', 'another purchase of this account is under way', {
        code: 'purchase_under_way',
      });
    }
  }

  /** Asks for credits against an invoice: a pending transaction now, credits when the invoice is paid. */
  async requestInvoiced<Answer>(request: InvoicedRequest<Answer>): Promise<LedgerAnswer<Answer>> {
    const { scope, walletId, credits, actor } = request;
    const wallet = await this.em.fork().findOne(Wallet, { id: walletId, ...scopeOf(scope) });
    if (!wallet) throw notFound('wallet', { wallet_id: walletId });
    const priceMinor = toMinorUnits(multiplyByRate(credits, wallet.topupConversionRate), wallet.currency);
    if (priceMinor < 1 || priceMinor > MAX_CHARGE_MINOR) {
      throw invalidField('credits_to_add', 'costs less than one minor unit, or more than one invoice can hold');
    }
    const { currency } = wallet;
    const { description } = request;
    const nothing = { packId: null, validityMonths: null, discounts: [] };
    const what = { ...nothing, credits, priceMinor, currency, description, invoicing: true };
    // The key is the ledger's: on the row it would only say the same thing twice.
    const record = this.#newTopUp(scope, wallet, actor, undefined, what);
    const command = {
      scope,
      walletId,
      actor,
      ...(request.idempotency ? { idempotency: request.idempotency } : {}),
    };
    const config = await this.papers.configOf(scope);
    return request.isCompleted
      ? this.#creditWithInvoice(request, record, command, config)
      : this.#promiseWithInvoice(request, record, command, config);
  }

  #promiseWithInvoice<Answer>(
    request: InvoicedRequest<Answer>,
    record: TopUpRecord,
    command: CommandFrame,
    config: InvoiceConfig,
  ): Promise<LedgerAnswer<Answer>> {
    let topUp: TopUp | undefined;
    let pending: PendingCredit | undefined;
    return this.ledger.post({
      kind: 'evaluate',
      ...command,
      within: async (tx, wallet) => {
        if (wallet.walletStatus === 'closed') {
          return new DomainError('invalid_operation', 'the wallet is closed', { details: { wallet_id: wallet.id } });
        }
        topUp = tx.em.create(TopUp, record);
        await tx.em.flush();
        const promised = await this.invoiced.promise(tx, wallet, topUp, request.terms, config);
        if (promised instanceof DomainError) return promised;
        pending = promised;
        await tx.em.refresh(topUp);
        return undefined;
      },
      answer: (posting) => request.answer(posting, topUp as unknown as TopUpRecord, pending),
    });
  }

  #creditWithInvoice<Answer>(
    request: InvoicedRequest<Answer>,
    record: TopUpRecord,
    command: CommandFrame,
    config: InvoiceConfig,
  ): Promise<LedgerAnswer<Answer>> {
    const id = newId('wtxn', this.clock.now());
    const { terms } = request;
    let topUp: TopUp | undefined;
    return this.ledger.post({
      kind: 'credit',
      ...command,
      terms: {
        id,
        credits: request.credits,
        reason: 'PURCHASED_CREDIT_INVOICED',
        priority: terms.priority,
        expiresAt: terms.expiresAt,
        referenceType: 'EXTERNAL',
        referenceId: terms.idempotencyKey || record.id,
        description: request.description,
        metadata: terms.metadata,
        idempotencyKey: terms.idempotencyKey,
        topUpId: record.id,
        ...(terms.bonus ? { bonus: terms.bonus } : {}),
      },
      within: async (tx) => {
        const settled = { topUpStatus: 'succeeded', transactionId: id, settledAt: tx.now } as const;
        topUp = tx.em.create(TopUp, { ...record, ...settled });
        await tx.em.flush();
        topUp.invoiceId = (await this.papers.create(tx.em, topUp, config, { isPaid: true })).id;
        await tx.em.flush();
      },
      answer: (posting) => request.answer(posting, topUp as unknown as TopUpRecord, undefined),
    });
  }

  /** What a client's key has bought already, as it stands. The same key with another request is refused. */
  async findPurchase(scope: Scope, idempotency: Idempotency | undefined): Promise<TopUp | null> {
    if (!idempotency) return null;
    const found = await this.topUps.findByKey(scope, idempotency.key);
    if (found && found.requestHash !== idempotency.requestHash) {
      throw new DomainError('idempotency_key_reused', 'this idempotency key was used with another request');
    }
    return found;
  }

  #newTopUp(
    scope: Scope,
    wallet: Pick<WalletRecord, 'id' | 'customerId'>,
    actor: Actor,
    idempotency: Idempotency | undefined,
    what: Pick<
      TopUpRecord,
      'credits' | 'priceMinor' | 'currency' | 'discounts' | 'packId' | 'validityMonths' | 'description' | 'invoicing'
    >,
  ): TopUpRecord {
    const now = this.clock.now();
    return {
      id: newId('topup', now),
      tenantId: scope.tenantId,
      environmentId: scope.environmentId,
      customerId: wallet.customerId,
      walletId: wallet.id,
      trigger: 'manual',
      isAutomatic: false,
      ruleVersion: 0,
      topUpStatus: 'created' satisfies TopUpStatus,
      units: 1,
      ...what,
      provider: null,
      paymentMethodId: null,
      paymentMethodRef: null,
      cardFingerprint: null,
      paymentId: null,
      attempt: 0,
      lookups: 0,
      // Whoever stores it also works on it; the scheduled task takes it for left behind only when the lease is over.
      nextAttemptAt: new Date(now.getTime() + LEASE_MS),
      lastErrorCode: '',
      lastErrorMessage: '',
      actionUrl: null,
      invoiceId: null,
      transactionId: null,
      idempotencyKey: idempotency?.key ?? null,
      requestHash: idempotency?.requestHash ?? '',
      requestId: actor.requestId,
      createdAt: now,
      updatedAt: now,
      settledAt: null,
      createdBy: actor.keyId,
    };
  }
}
