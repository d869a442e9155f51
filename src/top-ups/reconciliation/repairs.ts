import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger } from '@nestjs/common';
import { LedgerService } from '../../ledger/ledger.service.js';
import { Wallet } from '../../ledger/wallet.entity.js';
import type { ListedPayment, PaymentPage } from '../../payments/payment-provider.js';
import { PaymentProviders } from '../../payments/payment-providers.js';
import { Clock } from '../../shared/clock.js';
import { decimal } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { walletKey } from '../../shared/shard.js';
import { actorOf, TopUpSettlement } from '../purchases/settlement.js';
import { TopUpEngine } from '../purchases/top-up-engine.js';
import { TopUp } from '../purchases/top-up.entity.js';
import { RefundEngine } from '../refunds/refund-engine.js';
import { topUpChange } from '../rules/top-up-changes.js';
import { newTopUp } from '../rules/new-top-up.js';
import type { TopUpRecord } from '../rules/top-up-state.js';
import { ReconciliationDifferences } from './reconciliation-differences.js';
import type { ReconciliationDifference } from './reconciliation-difference.entity.js';
import { ReconciliationFigures } from './reconciliation-figures.js';
import { ReconciliationRows } from './reconciliation-rows.js';
import { ReturnedMoney } from './returned-money.js';

/** Who asks for a repair. */
export interface RepairedBy {
  keyId: string;
  requestId: string;
}

const PAGE = 100;

/**
 * Brings a difference in order by the ways that the engine goes itself. Each is safe to repeat, and to be asked for by two
 * at once: what is credited is decided under the wallet's lock, by the payment as its provider has it at that moment.
 * Credits are taken only for money that has gone back, and nobody is charged.
 */
@Injectable()
export class Repairs {
  readonly #logger = new Logger('Reconciliation');

  constructor(
    private readonly em: EntityManager,
    private readonly providers: PaymentProviders,
    private readonly ledger: LedgerService,
    private readonly engine: TopUpEngine,
    private readonly settlement: TopUpSettlement,
    private readonly refunds: RefundEngine,
    private readonly returned: ReturnedMoney,
    private readonly rows: ReconciliationRows,
    private readonly differences: ReconciliationDifferences,
    private readonly figures: ReconciliationFigures,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns the difference as it is afterwards: still open, with the reason in its note, where it could not be repaired
   * @throws invalid_operation for one that only a person can judge, or has accepted; unavailable
   */
  async repair(scope: Scope, id: string, by: RepairedBy): Promise<ReconciliationDifference> {
    const difference = await this.differences.get(scope, id);
    if (difference.state === 'repaired') return difference;
    if (difference.state === 'accepted') throw new DomainError('invalid_operation', 'the difference was accepted');
    const failure = await this.#try(difference, by);
    if (failure !== undefined) return this.differences.note(difference, failure);
    this.figures.repairs += 1;
    return this.differences.resolve(difference, { state: 'repaired', resolvedBy: by.keyId, note: '' });
  }

  /** All that can be repaired without a person, the oldest first. One that fails must not stop the others. */
  async repairAll(scope: Scope, by: RepairedBy): Promise<number> {
    const filter = { state: 'open' as const, repair: { $ne: 'person' as const } };
    let repaired = 0;
    let failed = 0;
    for (;;) {
      const page = { limit: PAGE, offset: failed, order: 'asc' as const };
      const { items } = await this.differences.list(scope, filter, page);
      for (const { id } of items) {
        const isRepaired = await this.#isRepaired(scope, id, by);
        if (isRepaired) repaired += 1;
        else failed += 1;
      }
      if (items.length === 0) return repaired;
    }
  }

  async #isRepaired(scope: Scope, id: string, by: RepairedBy): Promise<boolean> {
    try {
      return (await this.repair(scope, id, by)).state === 'repaired';
    } catch (error) {
      this.#logger.warn({ msg: 'a difference could not be repaired', differenceId: id, err: error });
      return false;
    }
  }

  /** @returns why it is not repaired; undefined: it is */
  async #try(difference: ReconciliationDifference, by: RepairedBy): Promise<string | undefined> {
    switch (difference.repair) {
      case 'settle':
        return this.#settle(difference);
      case 'adopt':
        return this.#adopt(difference);
      case 'recreate':
        return this.#recreate(difference, by);
      case 'cancel':
        return this.#cancel(difference);
      case 'returns':
        return this.#followReturns(difference);
      case 'refund':
        return this.#refund(difference);
      case 'person': {
        const sentence = 'only a person can say what is right here: put it in order, then accept the difference';
        throw new DomainError('invalid_operation', sentence);
      }
    }
  }

  async #settle(difference: ReconciliationDifference): Promise<string | undefined> {
    const topUp = await this.#topUpOf(difference);
    if (!topUp) return 'its top-up is not known';
    const after = await this.engine.recheck(topUp);
    if (after.topUpStatus === 'succeeded' || after.topUpStatus === 'refunded') return undefined;
    return `its top-up is ${after.topUpStatus} ${after.lastErrorMessage}`.trimEnd();
  }

  /** The payment becomes its top-up's own, and then takes the ordinary way. */
  async #adopt(difference: ReconciliationDifference): Promise<string | undefined> {
    const topUp = await this.#topUpOf(difference);
    const listed = await this.#listed(difference);
    if (!topUp || !listed) return 'its top-up, or its payment, is not there any more';
    if (listed.refundedMinor > 0) return 'money of the payment went back meanwhile';
    const { provider } = difference;
    const { paymentId } = listed;
    try {
      await this.ledger.post({
        kind: 'evaluate',
        scope: scopeOf(topUp),
        walletId: topUp.walletId,
        actor: actorOf(topUp),
        changes: [topUpChange({ kind: 'adopt', topUpId: topUp.id, provider, paymentId })],
        answer: () => null,
      });
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind !== 'conflict') throw error;
      const now = await this.#topUpOf(difference);
      const isItsOwn = now?.paymentId === paymentId && now.topUpStatus === 'succeeded';
      return isItsOwn ? undefined : error.message;
    }
    return this.#settle(difference);
  }

  /** The top-up is made anew from what was left with the payment, as it was settled, and credited in the same commit. */
  async #recreate(difference: ReconciliationDifference, by: RepairedBy): Promise<string | undefined> {
    const { paymentId, topUpId } = difference;
    if (paymentId == null || topUpId == null) return 'the payment does not say what it was for';
    const known = await this.rows.topUp(scopeOf(difference), topUpId);
    if (known) return known.paymentId === paymentId && known.credited === 1 ? undefined : 'its top-up is there by now';
    const listed = await this.#listed(difference);
    if (listed?.status !== 'succeeded' || listed.amountMinor === null)
      return `the payment is ${listed?.status ?? 'gone'}`;
    if (listed.refundedMinor > 0) return 'money of the payment went back meanwhile';
    const topUp = await this.#restored(difference, { ...listed, amountMinor: listed.amountMinor, topUpId }, by);
    if (typeof topUp === 'string') return topUp;
    const result = await this.settlement.settleRestored(topUp);
    return result === 'refused' ? 'the wallet takes no credits: refund the payment at the provider' : undefined;
  }

  async #restored(
    difference: ReconciliationDifference,
    paid: ListedPayment & { amountMinor: number; topUpId: string },
    by: RepairedBy,
  ): Promise<(TopUpRecord & { transactionId: string; invoiceId: string }) | string> {
    const { purchase, customerId, createdAt } = paid;
    if (!purchase || customerId === null) return 'the payment does not say what it was for';
    const { walletId } = purchase;
    const wallet = await this.em.fork().findOne(Wallet, { ...scopeOf(difference), ...walletKey(walletId), customerId });
    if (!wallet)
      return `wallet ${walletId} is not known: credit another by hand, or refund the payment at the provider`;
    const now = this.clock.now();
    const restored = newTopUp(scopeOf(difference), { id: wallet.id, customerId }, createdAt, {
      trigger: purchase.trigger as TopUpRecord['trigger'],
      isAutomatic: purchase.trigger !== 'manual',
      ruleVersion: 0,
      units: purchase.units,
      credits: decimal(purchase.credits),
      priceMinor: paid.amountMinor,
      feeMinor: Math.min(purchase.feeMinor ?? 0, paid.amountMinor),
      bonusCredits: decimal(purchase.bonusCredits ?? 0),
      bonusExpiresAt: purchase.bonusExpiresAt === undefined ? null : new Date(purchase.bonusExpiresAt),
      currency: paid.currency,
      discounts: [],
      provider: difference.provider,
      packId: purchase.packId,
      validityMonths: purchase.validityMonths,
      invoicing: false,
      description: '',
      requestId: by.requestId,
      createdBy: by.keyId,
      nextAttemptAt: now,
    });
    const ids = { id: paid.topUpId, transactionId: newId('wtxn', now), invoiceId: newId('inv', now) };
    const settled = { topUpStatus: 'succeeded' as const, settledAt: now, chargedAt: createdAt, updatedAt: now };
    return { ...restored, ...ids, ...settled, paymentId: paid.paymentId, attempt: 1 };
  }

  /** Given up here, and not there: so that nobody pays it for nothing. Paid after all, it is settled. */
  async #cancel(difference: ReconciliationDifference): Promise<string | undefined> {
    const { paymentId } = difference;
    if (paymentId == null) return 'there is no payment';
    const outcome = await (
      await this.providers.ofPayment(difference)
    ).cancelPayment(paymentId, `reconcile:cancel:${paymentId}`);
    if (outcome.kind === 'canceled') return undefined;
    return outcome.kind === 'succeeded' ? this.#settle(difference) : `the provider answered ${outcome.kind}`;
  }

  /** What its event would have led to. */
  async #followReturns(difference: ReconciliationDifference): Promise<string | undefined> {
    const { paymentId, kind, subject } = difference;
    const topUp = await this.#topUpOf(difference);
    if (!topUp || paymentId == null) return 'its top-up, or its payment, is not there any more';
    await this.refunds.lookAgain(scopeOf(difference), paymentId);
    const { findings } = await this.returned.look(await this.providers.ofPayment(difference), topUp, paymentId);
    const isOpen = findings.some((finding) => finding.kind === kind && finding.subject === subject);
    return isOpen ? 'it is as it was' : undefined;
  }

  /** Under its own key: the provider refunds it once, whatever became of the first request. */
  async #refund({ subject }: ReconciliationDifference): Promise<string | undefined> {
    const { refundStatus, failureMessage } = await this.refunds.drive(subject);
    return refundStatus === 'pending' ? `the refund is pending ${failureMessage}`.trimEnd() : undefined;
  }

  /** The payment as its provider has it now, with what was left with it and what went back. */
  async #listed(difference: ReconciliationDifference): Promise<ListedPayment | undefined> {
    const provider = await this.providers.ofPayment(difference);
    const from = difference.occurredAt;
    const period = { from, to: new Date(from.getTime() + 1000), limit: PAGE };
    let after: string | null = null;
    do {
      const page: PaymentPage = await provider.listPayments({ ...period, after });
      const payment = page.payments.find(({ paymentId }) => paymentId === difference.paymentId);
      if (payment) return payment.environmentId === difference.environmentId ? payment : undefined;
      after = page.next;
    } while (after !== null);
    return undefined;
  }

  async #topUpOf({ topUpId, ...difference }: ReconciliationDifference): Promise<TopUp | undefined> {
    if (topUpId == null) return undefined;
    return (await this.em.fork().findOne(TopUp, { id: topUpId, ...scopeOf(difference) })) ?? undefined;
  }
}
