import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { SettingsService } from '../../settings/settings.service.js';
import { type Decimal, formatDecimal, multiplyByRate, toMinorUnits, ZERO } from '../../shared/decimal.js';
import { invalidFields, NON_FIELD_ERRORS } from '../../http/field-errors.js';
import { DomainError, invalidField, notFound } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import type { Actor, Idempotency, LedgerCommand } from '../../ledger/commands.js';
import type { LedgerTransaction } from '../../shared/ledger-transaction.js';
import { inWallet, walletKey } from '../../shared/shard.js';
import { Entry } from '../../ledger/entry.entity.js';
import { PendingCredit } from '../../ledger/pending-credit.entity.js';
import type { InvoiceDiscount } from '../../payments/invoice.entity.js';
import { chargeOf, type InvoiceConfig, TopUpInvoices } from './top-up-invoices.js';
import { type LedgerAnswer, LedgerService } from '../../ledger/ledger.service.js';
import type { Posting } from '../../ledger/posting.js';
import type { WalletRecord } from '../../ledger/wallet-state.js';
import { Wallet } from '../../ledger/wallet.entity.js';
import { type Bonus, bonusOfSlabs } from '../pricing/bonus-of-slabs.js';
import { priceTopUp } from '../pricing/price-top-up.js';
import { MAX_CHARGE_MINOR } from '../rules/decide-top-up.js';
import { newTopUp } from '../rules/new-top-up.js';
import { type AgreedPack, topUpChange } from '../rules/top-up-changes.js';
import type { TopUpRecord } from '../rules/top-up-state.js';
import { LEASE_MS } from '../schedule/schedule.js';
import { NEVER, type Recorded } from './change-top-up.js';
import { InvoicedTopUps, type PendingRecord, type PendingTerms, promisedBy } from './invoiced-top-ups.js';
import { TopUpEngine } from './top-up-engine.js';
import { TopUpQueue } from './top-up-queue.js';
import { type CheckoutTerms, TopUp } from './top-up.entity.js';

export interface PurchaseRequest {
  scope: Scope;
  wallet: Pick<WalletRecord, 'id' | 'customerId'>;
  /** At its price, discounts taken off: the fee comes from the environment. Its id is null where no pack is bought. */
  pack: Omit<AgreedPack, 'id'> & { id: string | null };
  /** What the buyer was told that it costs, fee included, minor units: of another fee by now they were told nothing. */
  agreedMinor?: number | undefined;
  /** Paid on a page of the provider's; absent: with the card on file. */
  checkout?: CheckoutTerms | undefined;
  /** Whom it is charged with; null where it costs nothing. */
  provider: string | null;
  discounts?: InvoiceDiscount[];
  /** What may refuse it under the wallet's lock, before anything is written, and what is written with it. */
  coupons?: {
    guard: (tx: LedgerTransaction) => Promise<void>;
    also: (tx: LedgerTransaction, topUpId: string) => Promise<void>;
  };
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
  /** What comes free with it. */
  bonus: Bonus | undefined;
  /** The answer, from the wallet, the stored top-up with its invoice, and the pending credit (none when completed). */
  answer: (posting: Posting, topUp: TopUpRecord, pending: PendingRecord | undefined) => Answer;
}

/** What every ledger command of an invoiced top-up has. */
type CommandFrame = Pick<LedgerCommand, 'scope' | 'walletId' | 'actor' | 'idempotency'>;

/** Top-ups that somebody asks for. */
@Injectable()
export class TopUpsService {
  constructor(
    private readonly em: EntityManager,
    private readonly queue: TopUpQueue,
    private readonly engine: TopUpEngine,
    private readonly invoiced: InvoicedTopUps,
    private readonly topUpInvoices: TopUpInvoices,
    private readonly settings: SettingsService,
    private readonly ledger: LedgerService,
    private readonly clock: Clock,
  ) {}

  /**
   * Buys a pack with the payment method on file, now. The intent is stored before anything is charged, under the
   * ledger's key: so a repeat, or one after a crash, finds it and never charges again, and the key is used up for
   * everything else.
   * @returns the top-up as it stands: succeeded, failed, or still open when the provider has not said yet.
   * @throws conflict while another purchase of the wallet is under way, or, without a key, a moment after the same one;
   * validation where its charge would be too large, or is another one than was agreed to
   */
  async purchase(request: PurchaseRequest): Promise<{ topUp: TopUp; isReplayed: boolean }> {
    const { scope, wallet, pack, agreedMinor, actor, idempotency, coupons } = request;
    const now = this.clock.now();
    const price = await this.#price(scope, pack);
    if (agreedMinor !== undefined && price.priceMinor !== agreedMinor) {
      throw invalidFields({ total: [`is ${price.priceMinor} now`] });
    }
    if (price.priceMinor > MAX_CHARGE_MINOR) {
      throw invalidFields({ [NON_FIELD_ERRORS]: ['costs more, with the fee, than can be charged at once'] });
    }
    const bonuses = await this.settings.get(scopeOf(scope), 'bonus_credits_topup_config');
    const recorded = newTopUp(scope, wallet, now, {
      ...manual(actor),
      ...price,
      ...bonusColumns(bonusOfSlabs(pack.credits, bonuses, now)),
      // Whoever stores it also works on it; the scheduled task takes it for left behind only when the lease is over.
      nextAttemptAt: new Date(now.getTime() + LEASE_MS),
      credits: pack.credits,
      currency: pack.currency,
      discounts: request.discounts ?? [],
      provider: request.provider,
      packId: pack.id,
      validityMonths: pack.validityMonths,
      invoicing: false,
      description: request.description,
    });
    const topUp = { ...recorded, checkout: request.checkout ?? null };
    const { body, isReplayed } = await this.ledger.post({
      kind: 'evaluate',
      scope: scopeOf(scope),
      walletId: wallet.id,
      actor,
      ...(idempotency ? { idempotency } : {}),
      ...(coupons ? { guard: (tx) => coupons.guard(tx), also: (tx) => coupons.also(tx, topUp.id) } : {}),
      changes: [topUpChange({ kind: 'purchase', topUp, hasKey: idempotency !== undefined })],
      answer: () => ({ id: topUp.id }),
    });
    const stored = await this.queue.reread(body);
    return { topUp: isReplayed ? stored : await this.engine.drive(stored), isReplayed };
  }

  /** Asks for credits against an invoice: a pending transaction now, credits when the invoice is paid. */
  async requestInvoiced<Answer>(request: InvoicedRequest<Answer>): Promise<LedgerAnswer<Answer>> {
    const { scope, walletId, credits, actor, description } = request;
    const wallet = await this.em.fork().findOne(Wallet, { ...walletKey(walletId), ...scopeOf(scope) });
    if (!wallet) throw notFound('wallet', { wallet_id: walletId });
    const { currency } = wallet;
    const rated = toMinorUnits(multiplyByRate(credits, wallet.topupConversionRate), currency);
    const price = await this.#price(scope, { priceMinor: rated, currency });
    if (price.priceMinor < 1 || price.priceMinor > MAX_CHARGE_MINOR) {
      throw invalidField('credits_to_add', 'costs less than one minor unit, or more than one invoice can hold');
    }
    const now = this.clock.now();
    const topUp: TopUpRecord = {
      ...newTopUp(scope, wallet, now, {
        ...manual(actor),
        ...price,
        ...bonusColumns(request.bonus),
        nextAttemptAt: NEVER,
        credits,
        currency,
        discounts: [],
        provider: null,
        packId: null,
        validityMonths: null,
        invoicing: true,
        description,
      }),
      transactionId: newId('wtxn', now),
      invoiceId: newId('inv', now),
    };
    const command = {
      scope: scopeOf(scope),
      walletId,
      actor,
      ...(request.idempotency ? { idempotency: request.idempotency } : {}),
    };
    const config = await this.topUpInvoices.configOf(scope);
    return request.isCompleted
      ? this.#creditWithInvoice(request, topUp, command, config)
      : this.#promiseWithInvoice(request, topUp, command, config);
  }

  #promiseWithInvoice<Answer>(
    request: InvoicedRequest<Answer>,
    topUp: TopUpRecord,
    command: CommandFrame,
    config: InvoiceConfig,
  ): Promise<LedgerAnswer<Answer>> {
    const invoiceId = topUp.invoiceId as string;
    const hasKey = command.idempotency !== undefined;
    const promised = ({ changed }: Posting) =>
      promisedBy(changed[0] as Recorded, { terms: request.terms, invoiceId, dueAt: null });
    return this.ledger.post({
      kind: 'evaluate',
      ...command,
      guard: (tx) => refuseUsedKey(tx, topUp, request.terms.idempotencyKey),
      changes: [topUpChange({ kind: 'purchase', topUp: { ...topUp, topUpStatus: 'awaiting_payment' }, hasKey })],
      also: async (tx, posting) => this.invoiced.write(tx, promised(posting), config),
      answer: (posting) => request.answer(posting, (posting.changed[0] as Recorded).topUp, promised(posting).pending),
    });
  }

  #creditWithInvoice<Answer>(
    request: InvoicedRequest<Answer>,
    topUp: TopUpRecord,
    command: CommandFrame,
    config: InvoiceConfig,
  ): Promise<LedgerAnswer<Answer>> {
    const { terms } = request;
    const id = topUp.invoiceId as string;
    const settled = { ...topUp, topUpStatus: 'succeeded' as const, settledAt: topUp.createdAt };
    return this.ledger.post({
      kind: 'credit',
      ...command,
      terms: {
        id: topUp.transactionId as string,
        credits: request.credits,
        reason: 'PURCHASED_CREDIT_INVOICED',
        priority: terms.priority,
        expiresAt: terms.expiresAt,
        referenceType: 'EXTERNAL',
        referenceId: terms.idempotencyKey || topUp.id,
        description: request.description,
        metadata: terms.metadata,
        idempotencyKey: terms.idempotencyKey,
        topUpId: topUp.id,
        charged: chargeOf(topUp, config, id),
        ...(request.bonus ? { bonus: request.bonus } : {}),
      },
      changes: [topUpChange({ kind: 'purchase', topUp: settled, hasKey: command.idempotency !== undefined })],
      also: async (tx) => {
        await this.topUpInvoices.create(tx.em, settled, config, { id, isPaid: true });
      },
      answer: (posting) => request.answer(posting, (posting.changed[0] as Recorded).topUp, undefined),
    });
  }

  /** Frozen with the top-up: what is charged for a price in this environment, and what of it is the fee. */
  async #price(scope: Scope, { priceMinor, currency }: { priceMinor: number; currency: string }) {
    const fee = await this.settings.get(scopeOf(scope), 'top_up_fee');
    const { chargedMinor, feeMinor } = priceTopUp(priceMinor, currency, fee);
    return { priceMinor: chargedMinor, feeMinor };
  }

  /** What a client's key has bought already, as it stands. The same key with another request is refused. */
  async findPurchase(scope: Scope, idempotency: Idempotency | undefined): Promise<TopUp | undefined> {
    const known = idempotency && (await this.ledger.recall<{ id: string }>(scope, idempotency));
    return known && this.queue.reread(known.body);
  }

  /**
   * Takes back a top-up that waits: for its first or next try, or for its customer's confirmation. An automatic one
   * pauses its wallet's rules: what somebody has just taken back is not bought again by the same commit.
   * @param by `customerId`: whose it must be, where a customer asks
   */
  async cancel(
    scope: Scope,
    id: string,
    by: { actor: Actor; customerId?: string; idempotency?: Idempotency | undefined },
  ): Promise<void> {
    const { actor, customerId, idempotency } = by;
    const whose = customerId === undefined ? {} : { customerId };
    const found = await this.em.fork().findOne(TopUp, { id, ...scopeOf(scope), ...whose });
    if (!found) throw notFound('top-up', { top_up_id: id });
    await this.ledger.post({
      kind: 'evaluate',
      scope: scopeOf(scope),
      walletId: found.walletId,
      actor,
      ...(idempotency ? { idempotency } : {}),
      changes: [topUpChange({ kind: 'cancel', topUpId: id })],
      answer: () => null,
    });
  }
}

/**
 * Credits are promised under a key that is still theirs when they are paid for: an entry keeps its key for ever, the
 * ledger's answers are forgotten after a week.
 */
async function refuseUsedKey(tx: LedgerTransaction, topUp: TopUpRecord, key: string): Promise<DomainError | void> {
  if (key === '') return;
  const { walletId } = topUp;
  const used =
    (await tx.em.count(Entry, { ...inWallet(walletId), idempotencyKey: key })) +
    (await tx.em.count(PendingCredit, { ...inWallet(walletId), idempotencyKey: key, pendingStatus: 'pending' }));
  if (used === 0) return;
  return new DomainError('already_exists', 'this idempotency key was used before in this wallet', {
    details: { wallet_id: walletId, type: 'credit', amount: formatDecimal(topUp.credits), idempotency_key: key },
  });
}

function bonusColumns(bonus: Bonus | undefined) {
  return { bonusCredits: bonus?.credits ?? ZERO, bonusExpiresAt: bonus?.expiresAt ?? null };
}

/** What every purchase by hand has in common. */
function manual(actor: Actor) {
  return {
    trigger: 'manual' as const,
    isAutomatic: false,
    ruleVersion: 0,
    units: 1,
    requestId: actor.requestId,
    createdBy: actor.keyId,
  };
}
