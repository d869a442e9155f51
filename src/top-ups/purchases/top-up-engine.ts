import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { PaymentMethodsService } from '../../customers/payment-methods.service.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import type { PaymentOutcome, PaymentProvider } from '../../payments/payment-provider.js';
import { PaymentProviders } from '../../payments/payment-providers.js';
import { InvoicedTopUps } from './invoiced-top-ups.js';
import { ACTION_WINDOW_MS, CARD_DECLINES_PER_30_DAYS, nextLookupAt, nextRetryAt } from '../schedule/schedule.js';
import { TopUpPauses } from '../rules/top-up-pauses.js';
import { TopUpPolicy } from '../rules/top-up-policy.js';
import { TopUpRepository } from './top-up-repository.js';
import { actorOf, TopUpSettlement } from './top-up-settlement.js';
import type { TopUp } from './top-up.entity.js';

const DAY_MS = 86_400_000;
const ACTION_POLL_MS = 60_000;
const SWEEP_LIMIT = 50;

/**
 * Takes top-ups from intent to credits. Every step is recorded before the provider is called, the call is outside any
 * transaction, and whatever is not certain stays open and is looked up: so a crash at any point charges at most once
 * and loses nothing.
 */
@Injectable()
export class TopUpEngine implements OnModuleInit, BeforeApplicationShutdown {
  readonly #logger = new Logger('TopUps');
  readonly #running = new Set<Promise<void>>();
  #isStopping = false;

  constructor(
    private readonly policy: TopUpPolicy,
    private readonly topUps: TopUpRepository,
    private readonly settlement: TopUpSettlement,
    private readonly invoiced: InvoicedTopUps,
    private readonly pauses: TopUpPauses,
    private readonly ledger: LedgerService,
    private readonly paymentMethods: PaymentMethodsService,
    private readonly providers: PaymentProviders,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.policy.onCreated = (ids) => this.#track(this.#driveAll(ids));
  }

  /** Takes up nothing more and lets what is under way finish; the next process takes up the rest. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopping = true;
    await this.idle();
  }

  /** Resolves when nothing that this process started is under way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Takes up what is due, whoever left it. @returns how many were taken up. */
  async sweep(): Promise<number> {
    if (this.#isStopping) return 0;
    const due = await this.topUps.claimDue(SWEEP_LIMIT);
    const work = Promise.all(due.map((topUp) => this.#advanceSafely(topUp))).then(() => undefined);
    this.#track(work);
    await work;
    return due.length;
  }

  /** Advances a top-up that was stored with its lease taken, and returns it as it is afterwards. */
  async drive(topUp: TopUp): Promise<TopUp> {
    const work = this.#advanceSafely(topUp);
    this.#track(work);
    await work;
    return this.topUps.reread(topUp);
  }

  async #driveAll(ids: string[]): Promise<void> {
    if (this.#isStopping) return;
    try {
      const claimed = await this.topUps.claimDue(ids.length, ids);
      await Promise.all(claimed.map((topUp) => this.#advanceSafely(topUp)));
    } catch (error) {
      this.#logger.error({ msg: 'top-ups could not be taken up; the scheduled task will', err: error });
    }
  }

  /** A bug in one top-up must not stop the others: it keeps its lease, and is looked at again when that ends. */
  async #advanceSafely(topUp: TopUp): Promise<void> {
    try {
      await this.#advance(topUp);
    } catch (error) {
      this.#logger.error({ msg: 'a top-up could not be advanced', topUpId: topUp.id, err: error });
    }
  }

  async #advance(topUp: TopUp): Promise<void> {
    switch (topUp.topUpStatus) {
      case 'created':
        return topUp.invoicing ? this.invoiced.issue(topUp) : this.#start(topUp);
      case 'retry_wait':
        return this.#start(topUp);
      case 'charging':
      case 'unknown':
      case 'processing':
      case 'requires_action':
        return this.#resume(topUp);
      case 'refund_due':
        return this.#refund(topUp);
      default:
        return;
    }
  }

  /** Freezes provider and card on the row, then charges. Without a provider or a price, credits are given at once. */
  async #start(topUp: TopUp): Promise<void> {
    const scope = { tenantId: topUp.tenantId, environmentId: topUp.environmentId };
    const provider = await this.providers.resolve(scope);
    if (!provider || topUp.priceMinor === 0) return this.#settle(topUp);
    const method = await this.paymentMethods.findChargeable(scope, topUp.customerId);
    if (!method) return this.#fail(topUp, 'no_payment_method', 'there is no payment method on file');
    const since = new Date(this.clock.now().getTime() - 30 * DAY_MS);
    if ((await this.topUps.countCardDeclines(method.fingerprint, since)) >= CARD_DECLINES_PER_30_DAYS) {
      return this.#fail(topUp, 'card_attempts_exhausted', 'the card was declined too often in 30 days');
    }
    const isOpen = await this.topUps.change(topUp, {
      topUpStatus: 'charging',
      attempt: topUp.attempt + 1,
      lookups: 0,
      provider: provider.name,
      paymentMethodId: method.id,
      paymentMethodRef: method.providerRef,
      cardFingerprint: method.fingerprint,
      actionUrl: null,
    });
    if (!isOpen) return;
    await this.topUps.startAttempt(topUp);
    await this.#charge(topUp, provider);
  }

  /** Creates the payment once and confirms it. The same attempt always uses the same keys, also after a crash. */
  async #charge(topUp: TopUp, provider: PaymentProvider): Promise<void> {
    if (!topUp.paymentId) {
      const created = await provider.createPayment(
        { topUpId: topUp.id, customerId: topUp.customerId, amountMinor: topUp.priceMinor, currency: topUp.currency },
        `topup:${topUp.id}:create`,
      );
      if (created.kind !== 'created') return this.#record(topUp, provider, created);
      if (!(await this.topUps.change(topUp, { paymentId: created.paymentId }))) return;
    }
    await this.#confirm(topUp, provider);
  }

  async #confirm(topUp: TopUp, provider: PaymentProvider): Promise<void> {
    const outcome = await provider.confirmPayment(
      { paymentId: topUp.paymentId as string, paymentMethodRef: topUp.paymentMethodRef as string },
      `topup:${topUp.id}:confirm:${topUp.attempt}`,
    );
    await this.#record(topUp, provider, outcome);
  }

  /** Somebody left it in the middle, or the provider has not said yet: its own record decides. */
  async #resume(topUp: TopUp): Promise<void> {
    const provider = this.#providerOf(topUp);
    if (!topUp.paymentId) return this.#charge(topUp, provider);
    const outcome = await provider.retrievePayment(topUp.paymentId);
    // A decline may be the previous attempt's, this one never sent: the same key gets the same answer or the first one.
    const mayBeUnsent = topUp.topUpStatus === 'charging' && topUp.attempt > 1 && outcome.kind === 'declined';
    if (outcome.kind === 'requires_confirmation' || mayBeUnsent) return this.#confirm(topUp, provider);
    if (outcome.kind === 'requires_action' && this.#isActionWindowOver(topUp))
      return this.#giveUpAction(topUp, provider);
    await this.#record(topUp, provider, outcome);
  }

  async #record(topUp: TopUp, provider: PaymentProvider, outcome: PaymentOutcome): Promise<void> {
    const now = this.clock.now();
    switch (outcome.kind) {
      case 'succeeded':
        return this.#settlePaid(topUp, outcome);
      case 'declined':
        return this.#declined(topUp, provider, outcome);
      case 'requires_action':
        return this.#requiresAction(topUp, outcome.actionUrl);
      case 'processing':
      case 'unknown': {
        const reason = outcome.kind === 'unknown' ? outcome.reason : '';
        const nextAttemptAt = nextLookupAt(topUp.lookups, now, outcome.kind);
        const lookups = topUp.lookups + 1;
        await this.topUps.change(topUp, {
          topUpStatus: outcome.kind,
          lookups,
          nextAttemptAt,
          lastErrorMessage: reason,
        });
        return;
      }
      case 'not_executed': {
        const nextAttemptAt = new Date(now.getTime() + outcome.retryAfterSeconds * 1000);
        await this.topUps.change(topUp, {
          nextAttemptAt,
          lastErrorCode: 'not_executed',
          lastErrorMessage: outcome.reason,
        });
        return;
      }
      case 'requires_confirmation':
        await this.topUps.change(topUp, { nextAttemptAt: nextLookupAt(0, now, 'unknown') });
        return;
      case 'invalid':
        return this.#giveUp(topUp, provider, 'invalid_payment', outcome.reason);
      case 'canceled':
        return this.#fail(topUp, 'canceled', 'the payment was canceled');
    }
  }

  /** Money that is not what was asked for is nobody's to book: it stays open for a person to look at. */
  async #settlePaid(topUp: TopUp, paid: { amountMinor: number; currency: string }): Promise<void> {
    if (paid.amountMinor !== topUp.priceMinor || paid.currency !== topUp.currency) {
      const message = `the provider reports ${paid.amountMinor} ${paid.currency}, ${topUp.priceMinor} ${topUp.currency} were asked for`;
      this.#logger.error({ msg: 'a payment does not match its top-up', topUpId: topUp.id, reason: message });
      const nextAttemptAt = nextLookupAt(topUp.lookups, this.clock.now(), 'unknown');
      const change = { topUpStatus: 'unknown', lookups: topUp.lookups + 1, nextAttemptAt } as const;
      await this.topUps.change(topUp, { ...change, lastErrorCode: 'payment_mismatch', lastErrorMessage: message });
      return;
    }
    await this.#settle(topUp);
  }

  async #settle(topUp: TopUp): Promise<void> {
    const result = await this.settlement.settle(topUp);
    if (result !== 'refused') return;
    if (!topUp.paymentId) return this.#fail(topUp, 'wallet_closed', 'the wallet takes no more credits');
    const isDue = await this.topUps.change(topUp, { topUpStatus: 'refund_due', lastErrorCode: 'wallet_closed' });
    if (isDue) await this.#refund(topUp);
  }

  async #refund(topUp: TopUp): Promise<void> {
    const outcome = await this.#providerOf(topUp).refundPayment(topUp.paymentId as string, `topup:${topUp.id}:refund`);
    if (outcome.kind === 'refunded') {
      await this.topUps.finishAttempt(topUp, 'refunded');
      await this.topUps.change(topUp, { topUpStatus: 'refunded' });
      return;
    }
    const nextAttemptAt = nextLookupAt(topUp.lookups, this.clock.now(), 'unknown');
    await this.topUps.change(topUp, { lookups: topUp.lookups + 1, nextAttemptAt, lastErrorMessage: outcome.reason });
  }

  async #declined(
    topUp: TopUp,
    provider: PaymentProvider,
    { code, message, retry }: { code: string; message: string; retry: 'later' | 'never' },
  ): Promise<void> {
    await this.topUps.finishAttempt(topUp, 'declined', code, message);
    const next = retry === 'later' && topUp.isAutomatic ? nextRetryAt(topUp.attempt, this.clock.now()) : undefined;
    if (!next) return this.#giveUp(topUp, provider, code, message, 'card_declined');
    const lastError = { lastErrorCode: code, lastErrorMessage: message };
    await this.topUps.change(topUp, { topUpStatus: 'retry_wait', nextAttemptAt: next, ...lastError });
  }

  async #requiresAction(topUp: TopUp, actionUrl: string | null): Promise<void> {
    const nextAttemptAt = new Date(this.clock.now().getTime() + ACTION_POLL_MS);
    await this.topUps.change(topUp, {
      topUpStatus: 'requires_action',
      actionUrl,
      nextAttemptAt,
      lastErrorCode: 'authentication_required',
      lastErrorMessage: 'the card asks for authentication by its holder',
    });
  }

  #isActionWindowOver(topUp: TopUp): boolean {
    return this.clock.now().getTime() - topUp.createdAt.getTime() > ACTION_WINDOW_MS;
  }

  async #giveUpAction(topUp: TopUp, provider: PaymentProvider): Promise<void> {
    const message = 'the payment was not confirmed within 24 hours';
    await this.#giveUp(topUp, provider, 'authentication_required', message, 'authentication_required');
  }

  /** Gives a payment up through the provider, so that it can't be paid later for nothing. Paid after all: it is settled. */
  async #giveUp(topUp: TopUp, provider: PaymentProvider, code: string, message: string, pause = code): Promise<void> {
    if (topUp.paymentId) {
      const outcome = await provider.cancelPayment(topUp.paymentId, `topup:${topUp.id}:cancel`);
      if (outcome.kind === 'succeeded') return this.#settlePaid(topUp, outcome);
      if (outcome.kind !== 'canceled') {
        const nextAttemptAt = nextLookupAt(topUp.lookups, this.clock.now(), 'unknown');
        const change = { topUpStatus: 'unknown', lookups: topUp.lookups + 1, nextAttemptAt } as const;
        await this.topUps.change(topUp, { ...change, lastErrorCode: code, lastErrorMessage: message });
        return;
      }
    }
    await this.#fail(topUp, code, message, pause);
  }

  /** The final no. An automatic one pauses the wallet's rules: only a person, a payment or another card resumes them. */
  async #fail(topUp: TopUp, code: string, message: string, pause = code): Promise<void> {
    const lastError = { lastErrorCode: code, lastErrorMessage: message };
    if (!(await this.pauses.fail(topUp, lastError, pause))) return;
    // What was kept spendable for this purchase is forfeited now, and other rules may have something to say.
    await this.ledger.post({
      kind: 'evaluate',
      scope: { tenantId: topUp.tenantId, environmentId: topUp.environmentId },
      walletId: topUp.walletId,
      actor: actorOf(topUp),
      answer: () => null,
    });
  }

  #providerOf(topUp: TopUp): PaymentProvider {
    const provider = topUp.provider ? this.providers.byName(topUp.provider) : undefined;
    if (!provider) throw new DomainError('unavailable', `payment provider ${topUp.provider} is not configured`);
    return provider;
  }

  #track(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }
}
