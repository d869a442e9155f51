import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { PaymentMethodsService } from '../../customers/payment-methods.service.js';
import type { CheckoutState, PaymentOutcome, PaymentProvider } from '../../payments/payment-provider.js';
import { PaymentProviders } from '../../payments/payment-providers.js';
import { Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { CheckoutPages } from '../checkouts/checkout-pages.js';
import { ConfirmationLinks } from '../confirmations/confirmation-links.js';
import { type BackupTurn, type Decline, triesOf } from '../rules/judge-backup.js';
import { NO_PROVIDER } from '../rules/may-charge.js';
import type { AttemptOutcome, FrozenCard, ProgressChange } from '../rules/top-up-changes.js';
import { TopUpPolicy } from '../rules/top-up-policy.js';
import { ACTION_POLL_MS, ACTION_WINDOW_MS, nextLookupAt, nextRetryAt } from '../schedule/schedule.js';
import { cancellationKey, confirmationKey, creationKey } from './charge-keys.js';
import { InvoicedTopUps } from './invoiced-top-ups.js';
import { purchaseOf } from './purchase-facts.js';
import { TopUpSettlement } from './settlement.js';
import { TopUpCards } from './top-up-cards.js';
import { TopUpQueue } from './top-up-queue.js';
import { TopUpSteps } from './top-up-steps.js';
import { isOpenStatus, type TopUp } from './top-up.entity.js';

/** Top-ups that rounds of one process work on at a time. They are not waited for: a provider that hangs holds no round. */
const PLACES = 100;
/** Of them those of one environment: a provider that hangs for one tenant leaves the others their places. */
const ENVIRONMENT_PLACES = 20;
const REPORT_EVERY_MS = 60_000;
const BACKUP_GONE: Decline = { code: 'card_removed', message: 'the backup card was removed', retry: 'later' };

/**
 * Takes top-ups from intent to credits. Every step is committed under the wallet's lock before the provider is called,
 * and asked for again before every call that can move money; the call is outside any transaction, and whatever is not
 * certain stays open and is looked up: so a crash at any point charges at most once and loses nothing.
 */
@Injectable()
export class TopUpEngine implements OnModuleInit, BeforeApplicationShutdown {
  readonly #logger = new Logger('TopUps');
  readonly #running = new Set<Promise<void>>();
  /** How many top-ups of an environment are under way. */
  readonly #underWay = new Map<string, number>();
  /** Environments that may have more waiting than they had places for. */
  readonly #crowded = new Set<string>();
  #reported: ReadonlySet<string> = new Set();
  #reportAt = 0;
  #isStopping = false;

  constructor(
    private readonly policy: TopUpPolicy,
    private readonly queue: TopUpQueue,
    private readonly steps: TopUpSteps,
    private readonly settlement: TopUpSettlement,
    private readonly invoiced: InvoicedTopUps,
    private readonly cards: TopUpCards,
    private readonly paymentMethods: PaymentMethodsService,
    private readonly providers: PaymentProviders,
    private readonly links: ConfirmationLinks,
    private readonly pages: CheckoutPages,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.policy.onDue = (ids) => this.#track(this.#driveAll(ids));
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

  /** Takes up what is due, whoever left it, and does not wait for it. @returns how many were taken up. */
  async sweep(): Promise<number> {
    if (this.#isStopping) return 0;
    const due = await this.#takeUp();
    const places = this.#freePlaces();
    if (places > 0) {
      const ended = await this.queue.claimRechecks(places, (environmentId) => this.#roomOf(environmentId));
      for (const topUp of ended) this.#track(this.#work(topUp, () => this.#recheck(topUp)));
    }
    await this.#reportStuck();
    return due;
  }

  /** Advances a top-up that was stored with its lease taken, and returns it as it is afterwards. */
  async drive(topUp: TopUp): Promise<TopUp> {
    const work = this.#work(topUp, () => this.#advance(topUp));
    this.#track(work);
    await work;
    return this.queue.reread(topUp);
  }

  /**
   * Something has become of a payment. Its top-up is looked at now, as the scheduled task would later: the payment is read
   * from its provider. One that is being charged at this moment is its process's, and one that waits for its next try
   * waits on.
   * @throws unavailable while the service stops
   */
  async lookAgain(scope: Scope, paymentId: string): Promise<void> {
    if (this.#isStopping) throw new DomainError('unavailable', 'the service stops');
    const [waiting] = await this.queue.claimByPayment(scope, paymentId);
    const topUp = waiting ?? (await this.queue.findEnded(scope, paymentId));
    if (!topUp) return;
    const work = this.#work(topUp, () => (waiting ? this.#advance(topUp) : this.#recheck(topUp)));
    this.#track(work);
    await work;
  }

  /**
   * Reads the payment of a top-up, in whatever state that is, and settles it if it is paid. What somebody else has done
   * about it meanwhile stands.
   * @throws unavailable while the service stops
   */
  async recheck(topUp: TopUp): Promise<TopUp> {
    if (this.#isStopping) throw new DomainError('unavailable', 'the service stops');
    const work = this.#work(topUp, () => this.#recheck(topUp));
    this.#track(work);
    await work;
    return this.queue.reread(topUp);
  }

  async #driveAll(ids: string[]): Promise<void> {
    if (this.#isStopping) return;
    try {
      const claimed = await this.queue.claim(ids);
      await Promise.all(claimed.map((topUp) => this.#work(topUp, () => this.#advance(topUp))));
    } catch (error) {
      this.#logger.error({ msg: 'top-ups could not be taken up; the scheduled task will', err: error });
    }
  }

  async #takeUp(): Promise<number> {
    const places = this.#freePlaces();
    if (places <= 0) return 0;
    const due = await this.queue.claimDue(places, (environmentId) => this.#roomOf(environmentId));
    for (const topUp of due) this.#track(this.#work(topUp, () => this.#advance(topUp)));
    for (const [environmentId, count] of this.#underWay) {
      if (count >= ENVIRONMENT_PLACES) this.#crowded.add(environmentId);
    }
    return due.length;
  }

  /** What was nudged is taken up without asking for a place, so an environment may hold more than its own; it costs no other. */
  #freePlaces(): number {
    let taken = 0;
    for (const count of this.#underWay.values()) taken += Math.min(count, ENVIRONMENT_PLACES);
    return PLACES - taken;
  }

  #roomOf(environmentId: string): number {
    return ENVIRONMENT_PLACES - (this.#underWay.get(environmentId) ?? 0);
  }

  async #work(topUp: TopUp, work: () => Promise<void>): Promise<void> {
    const { environmentId } = topUp;
    this.#underWay.set(environmentId, (this.#underWay.get(environmentId) ?? 0) + 1);
    await this.#safely(topUp, work);
    const left = (this.#underWay.get(environmentId) ?? 1) - 1;
    if (left > 0) this.#underWay.set(environmentId, left);
    else this.#underWay.delete(environmentId);
    // Half of the places free again is worth looking for more, before the next round does.
    if (left <= ENVIRONMENT_PLACES / 2 && this.#crowded.delete(environmentId)) this.#track(this.#takeUpMore());
  }

  async #takeUpMore(): Promise<void> {
    if (this.#isStopping) return;
    try {
      await this.#takeUp();
    } catch (error) {
      this.#logger.error({ msg: 'top-ups could not be taken up; the scheduled task will', err: error });
    }
  }

  /** One that fails must not stop the others: it keeps its lease, and is looked at again when that ends. */
  async #safely(topUp: TopUp, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // Somebody else has gone on with it, or ended it: what they did stands.
      if (error instanceof DomainError && error.kind === 'conflict') return;
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
        return this.#resume(topUp);
      case 'requires_action':
        return !topUp.checkout && (await this.#supersede(topUp)) ? undefined : this.#resume(topUp);
      case 'canceling':
        return this.#cancel(topUp);
      case 'refund_due':
        return this.#refund(topUp);
      case 'awaiting_payment':
        return this.invoiced.fallDue(topUp);
      default:
        return;
    }
  }

  /** Freezes the card on the row, then charges. What costs nothing, or was decided where nothing is charged, is given. */
  async #start(topUp: TopUp): Promise<void> {
    if (topUp.priceMinor === 0) return this.#settle(topUp);
    const scope = scopeOf(topUp);
    const provider = await this.providers.resolve(scope);
    const charges = provider?.name ?? NO_PROVIDER;
    if (topUp.provider === NO_PROVIDER && !provider) return this.#settle(topUp);
    // Whether it is charged was part of the decision: neither is it given away now, nor charged after all.
    if (!provider || topUp.provider === NO_PROVIDER) return void (await this.steps.authorize(topUp, charges, null));
    if (topUp.checkout) return this.#openPage(topUp, provider);
    const next = await this.cards.next(topUp);
    if (next.kind === 'none') return this.#giveUp(topUp, next.code, next.message);
    if (next.kind === 'no_backup') return this.#afterDecline(topUp, next.turn.declined, { backup: null });
    const { method, isBackup } = next;
    const card = {
      paymentMethodId: method.id,
      paymentMethodRef: method.providerRef,
      cardFingerprint: method.fingerprint,
    };
    if (!(await this.steps.authorize(topUp, charges, card, isBackup ? method.last4 : null))) return;
    await this.#charge(topUp, provider);
  }

  /** The page that its customer pays on: made once, by the intent alone, so that a repeat after a crash makes no other. */
  async #openPage(topUp: TopUp, provider: PaymentProvider): Promise<void> {
    if (!(await this.steps.authorize(topUp, provider.name, null))) return;
    const page = await this.pages.begin(topUp, provider);
    if (page.kind !== 'begun') return this.#record(topUp, page);
    const now = this.clock.now();
    await this.steps.progress(topUp, {
      topUpStatus: 'requires_action',
      paymentId: page.checkoutId,
      actionUrl: page.url,
      actionRequestedAt: now,
      nextAttemptAt: new Date(now.getTime() + ACTION_POLL_MS),
      lastErrorCode: '',
      lastErrorMessage: '',
    });
  }

  /**
   * What a page has come to: waits on, ends with a page that nobody has used, or goes on with the payment that was made.
   * @returns the payment, once there is one
   */
  async #afterPage(topUp: TopUp, state: CheckoutState): Promise<string | undefined> {
    if (state.kind === 'used') {
      await this.steps.progress(topUp, { paymentId: state.paymentId });
      return state.paymentId;
    }
    const { topUpStatus, lastErrorCode: code, lastErrorMessage: message } = topUp;
    const isTakenBack = topUpStatus === 'canceling';
    const end = isTakenBack ? { code, message } : { code: 'checkout_expired', message: 'nobody has paid on the page' };
    if (state.kind === 'expired') await this.steps.end(topUp, { status: 'canceled', ...end });
    else if (isTakenBack) await this.#lookUpLater(topUp, code, message);
    else await this.steps.progress(topUp, { nextAttemptAt: new Date(this.clock.now().getTime() + ACTION_POLL_MS) });
    return undefined;
  }

  /** Creates the payment once and confirms it. The same attempt always uses the same keys, also after a crash. */
  async #charge(topUp: TopUp, provider: PaymentProvider): Promise<void> {
    if (!topUp.paymentId) {
      const { id: topUpId, customerId, priceMinor: amountMinor, currency } = topUp;
      const request = { topUpId, customerId, amountMinor, currency, purchase: purchaseOf(topUp) };
      const created = await provider.createPayment(request, creationKey(topUp));
      if (created.kind !== 'created') return this.#record(topUp, created);
      await this.steps.progress(topUp, { paymentId: created.paymentId });
    }
    await this.#confirm(topUp, provider);
  }

  async #confirm(topUp: TopUp, provider: PaymentProvider): Promise<void> {
    const outcome = await provider.confirmPayment(
      { paymentId: topUp.paymentId as string, paymentMethodRef: topUp.paymentMethodRef as string },
      confirmationKey(topUp),
    );
    await this.#record(topUp, outcome);
  }

  /** Somebody left it in the middle, or the provider has not said yet: its own record decides. */
  async #resume(topUp: TopUp): Promise<void> {
    const provider = await this.#providerOf(topUp);
    if (!topUp.paymentId) return this.#sendAgain(topUp, provider);
    if (this.pages.isPage(topUp)) {
      const isOver = this.#isActionWindowOver(topUp);
      const state = await (isOver ? this.pages.close(topUp, provider) : this.pages.read(topUp, provider));
      if (!(await this.#afterPage(topUp, state))) return;
    }
    const { paymentId } = topUp;
    const outcome = await provider.retrievePayment(paymentId);
    if (outcome.kind === 'requires_confirmation' || isOfAttemptBefore(topUp, outcome)) {
      return this.#sendAgain(topUp, provider);
    }
    if (outcome.kind === 'requires_action' && this.#isActionWindowOver(topUp)) return this.#giveUpAction(topUp);
    await this.#record(topUp, outcome);
  }

  /** The same attempt, by the agreement of this moment; another one where another card is on file by now. */
  async #sendAgain(topUp: TopUp, provider: PaymentProvider): Promise<void> {
    if (topUp.checkout) return this.#start(topUp);
    const method = await this.cards.current(topUp);
    if (method?.id !== topUp.paymentMethodId) {
      const { backup } = topUp;
      return backup?.step === 'trying' ? this.#backupDeclined(topUp, backup, BACKUP_GONE) : this.#start(topUp);
    }
    const current = await this.providers.resolve(scopeOf(topUp));
    if (await this.steps.authorize(topUp, current?.name ?? NO_PROVIDER, null)) await this.#charge(topUp, provider);
  }

  /** Another card has come while the holder of the old one was waited for: the old payment is given up, the new card tried. */
  async #supersede(topUp: TopUp): Promise<boolean> {
    const method = await this.paymentMethods.findChargeable(scopeOf(topUp), topUp.customerId);
    const known = [topUp.cardFingerprint, topUp.backup?.card.cardFingerprint];
    if (!method || known.includes(method.fingerprint) || !topUp.paymentId) return false;
    const outcome = await (await this.#providerOf(topUp)).cancelPayment(topUp.paymentId, cancellationKey(topUp));
    if (outcome.kind !== 'canceled') {
      await this.#record(topUp, outcome);
      return true;
    }
    const now = this.clock.now();
    await this.steps.progress(
      topUp,
      { topUpStatus: 'retry_wait', paymentId: null, actionUrl: null, nextAttemptAt: now },
      { outcome: 'canceled', code: 'superseded', message: 'another card was put on file' },
    );
    await this.#start(topUp);
    return true;
  }

  async #record(topUp: TopUp, outcome: PaymentOutcome): Promise<void> {
    const now = this.clock.now();
    switch (outcome.kind) {
      case 'succeeded':
        return this.#settlePaid(topUp, outcome);
      case 'declined':
        return this.#declined(topUp, outcome);
      case 'requires_action':
        return this.#requiresAction(topUp, outcome.actionUrl);
      case 'processing':
      case 'unknown':
        return this.#lookUp(topUp, outcome);
      case 'not_executed':
        return this.steps.progress(topUp, {
          nextAttemptAt: new Date(now.getTime() + outcome.retryAfterSeconds * 1000),
          lastErrorCode: 'not_executed',
          lastErrorMessage: outcome.reason,
        });
      case 'requires_confirmation':
        return this.steps.progress(topUp, { nextAttemptAt: nextLookupAt(0, now, 'unknown') });
      case 'invalid':
        return this.#refused(topUp, outcome.reason);
      case 'canceled':
        return this.steps.end(topUp, {
          status: 'failed',
          code: 'canceled',
          message: 'the payment was canceled',
          pause: 'canceled',
        });
    }
  }

  /** Money that is not what was asked for is nobody's to book: it stays open for a person to look at. */
  async #settlePaid(topUp: TopUp, paid: { amountMinor: number; currency: string }): Promise<void> {
    if (paid.amountMinor === topUp.priceMinor && paid.currency === topUp.currency) return this.#settle(topUp);
    const message = `the provider reports ${paid.amountMinor} ${paid.currency}, ${topUp.priceMinor} ${topUp.currency} were asked for`;
    this.#logger.error({ msg: 'a payment does not match its top-up', topUpId: topUp.id, reason: message });
    await this.#lookUpLater(topUp, 'payment_mismatch', message);
  }

  async #settle(topUp: TopUp): Promise<void> {
    const result = await this.settlement.settle(topUp);
    if (result !== 'refused') return;
    const end = { code: 'wallet_closed', message: 'the wallet takes no more credits' };
    if (!topUp.paymentId) return this.steps.end(topUp, { status: 'failed', ...end });
    await this.steps.end(topUp, { status: 'refund_due', ...end });
    await this.#refund(topUp);
  }

  async #refund(topUp: TopUp): Promise<void> {
    const outcome = await (
      await this.#providerOf(topUp)
    ).refundPayment({ paymentId: topUp.paymentId as string, currency: topUp.currency }, `topup:${topUp.id}:refund`);
    if (outcome.kind === 'refunded') return this.steps.end(topUp, { status: 'refunded', code: '', message: '' });
    const nextAttemptAt = nextLookupAt(topUp.lookups, this.clock.now(), 'unknown');
    await this.steps.progress(topUp, {
      lookups: topUp.lookups + 1,
      nextAttemptAt,
      lastErrorMessage: outcome.reason,
    });
  }

  /** The customer's backup card is tried once, at once. Its turn is stored with the decline: a crash in between loses neither. */
  async #declined(topUp: TopUp, declined: Decline): Promise<void> {
    if (topUp.backup?.step === 'trying') return this.#backupDeclined(topUp, topUp.backup, declined);
    const { code, message } = declined;
    const outcome = { outcome: 'declined', code, message };
    if (!(await this.cards.findBackup(topUp))) return this.#afterDecline(topUp, declined, {}, outcome);
    const backup = { step: 'due', declined, card: cardOf(topUp) } as const;
    const lastError = { lastErrorCode: code, lastErrorMessage: message };
    await this.steps.progress(topUp, { topUpStatus: 'retry_wait', backup, ...lastError }, outcome);
    await this.#start(topUp);
  }

  /** The backup was no help: what was said of the card on file decides, as if there were none. */
  async #backupDeclined(topUp: TopUp, { declined, card }: BackupTurn, said: Decline): Promise<void> {
    if (said.retry === 'never') await this.cards.retireBackup(topUp, said);
    const message = `${declined.message} The backup card was declined, too (${said.code}).`;
    const outcome = { outcome: 'declined', code: said.code, message: said.message };
    await this.#afterDecline(
      topUp,
      { ...declined, message },
      { ...card, backup: { step: 'over', declined, card } },
      outcome,
    );
  }

  /** Another try later, or the end. @param change of one that waits */
  async #afterDecline(
    topUp: TopUp,
    { code, message, retry }: Decline,
    change: ProgressChange,
    outcome?: AttemptOutcome,
  ): Promise<void> {
    const next = retry === 'later' && topUp.isAutomatic ? nextRetryAt(triesOf(topUp), this.clock.now()) : undefined;
    if (!next) {
      if (outcome) await this.steps.progress(topUp, {}, outcome);
      return this.#giveUp(topUp, code, message, code === 'expired_card' ? 'card_expired' : 'card_declined');
    }
    const waits = { topUpStatus: 'retry_wait' as const, nextAttemptAt: next };
    await this.steps.progress(topUp, { ...waits, lastErrorCode: code, lastErrorMessage: message, ...change }, outcome);
  }

  /** The provider does not take the request at all. Of a backup card that is a decline like any other. */
  async #refused(topUp: TopUp, message: string): Promise<void> {
    const { backup } = topUp;
    if (backup?.step !== 'trying') return this.#giveUp(topUp, 'invalid_payment', message);
    await this.#backupDeclined(topUp, backup, { code: 'invalid_payment', message, retry: 'later' });
  }

  async #requiresAction(topUp: TopUp, actionUrl: string | null): Promise<void> {
    const now = this.clock.now();
    const actionRequestedAt = topUp.actionRequestedAt ?? now;
    await this.steps.progress(topUp, {
      topUpStatus: 'requires_action',
      // A page of ours goes before one of the provider's, which is there for one try only.
      actionUrl: (await this.links.of(topUp, actionRequestedAt)) ?? actionUrl,
      nextAttemptAt: new Date(now.getTime() + ACTION_POLL_MS),
      actionRequestedAt,
      lastErrorCode: 'authentication_required',
      lastErrorMessage: 'the card asks for authentication by its holder',
    });
  }

  #isActionWindowOver({ actionRequestedAt, createdAt }: TopUp): boolean {
    return this.clock.now().getTime() - (actionRequestedAt ?? createdAt).getTime() > ACTION_WINDOW_MS;
  }

  async #giveUpAction(topUp: TopUp): Promise<void> {
    const message = 'the payment was not confirmed within 24 hours';
    await this.#giveUp(topUp, 'authentication_required', message, 'authentication_required');
  }

  /** The final no: given up at the provider first, so that it can't be paid later for nothing. It pauses the rules. */
  async #giveUp(topUp: TopUp, code: string, message: string, pause = code): Promise<void> {
    if (!(await this.#isGivenUp(topUp, code, message))) return;
    await this.steps.end(topUp, { status: 'failed', code, message, pause });
  }

  /** What may no longer be charged, taken back at the provider. Paid after all, it is credited. */
  async #cancel(topUp: TopUp): Promise<void> {
    const { lastErrorCode: code, lastErrorMessage: message } = topUp;
    if (await this.#isGivenUp(topUp, code, message)) await this.steps.end(topUp, { status: 'canceled', code, message });
  }

  /** Whether nothing can be charged any more. Paid after all, it is settled; not known, it is asked again. */
  async #isGivenUp(topUp: TopUp, code: string, message: string): Promise<boolean> {
    if (!topUp.paymentId) return true;
    const provider = await this.#providerOf(topUp);
    if (this.pages.isPage(topUp) && !(await this.#afterPage(topUp, await this.pages.close(topUp, provider)))) {
      return false;
    }
    // A page's payment cannot be canceled; but once the page was used, nothing more can be paid for it either.
    const outcome = topUp.checkout
      ? await provider.retrievePayment(topUp.paymentId)
      : await provider.cancelPayment(topUp.paymentId, cancellationKey(topUp));
    if (outcome.kind === 'canceled' || (topUp.checkout && outcome.kind === 'declined')) return true;
    if (outcome.kind === 'succeeded') await this.#settlePaid(topUp, outcome);
    else await this.#lookUpLater(topUp, code, message);
    return false;
  }

  /**
   * An error that the provider keeps under its key is over, and asking again with that key gets nothing else. What it did
   * is in the provider's record, which is read first; if that says that nothing was charged, the next key is asked with.
   */
  async #lookUp(topUp: TopUp, outcome: Extract<PaymentOutcome, { kind: 'processing' | 'unknown' }>): Promise<void> {
    const isKept = outcome.kind === 'unknown' && outcome.isKept === true;
    await this.steps.progress(topUp, {
      topUpStatus: outcome.kind,
      ...(isKept ? { keyNumber: topUp.keyNumber + 1 } : { lookups: topUp.lookups + 1 }),
      nextAttemptAt: nextLookupAt(topUp.lookups, this.clock.now(), outcome.kind),
      lastErrorMessage: outcome.kind === 'unknown' ? outcome.reason : '',
    });
  }

  /** One that is being canceled stays so. */
  async #lookUpLater(topUp: TopUp, code: string, message: string): Promise<void> {
    await this.steps.progress(topUp, {
      ...(topUp.topUpStatus === 'canceling' ? {} : { topUpStatus: 'unknown' as const }),
      lookups: topUp.lookups + 1,
      nextAttemptAt: nextLookupAt(topUp.lookups, this.clock.now(), 'unknown'),
      lastErrorCode: code,
      lastErrorMessage: message,
    });
  }

  /** One that ended without money is asked about once more: a late success is credited, or refunded. */
  async #recheck(topUp: TopUp): Promise<void> {
    // A page that has ended unused stays so.
    if (!topUp.paymentId || (this.pages.isPage(topUp) && !isOpenStatus(topUp.topUpStatus))) return;
    const provider = await this.#providerOf(topUp);
    if (this.pages.isPage(topUp) && !(await this.#afterPage(topUp, await this.pages.read(topUp, provider)))) return;
    const outcome = await provider.retrievePayment(topUp.paymentId);
    if (outcome.kind !== 'succeeded') return;
    this.#logger.warn({ msg: 'a payment that was given up has succeeded', topUpId: topUp.id });
    await this.#settlePaid(topUp, outcome);
  }

  /** Once for each: an operator should look at it. It is in the details of /health too. */
  async #reportStuck(): Promise<void> {
    const now = this.clock.now().getTime();
    if (now < this.#reportAt) return;
    this.#reportAt = now + REPORT_EVERY_MS;
    const stuck = await this.queue.findStuck(PLACES);
    for (const { id, status, since } of stuck) {
      if (this.#reported.has(id)) continue;
      this.#logger.warn({ msg: 'a top-up has made no progress for 15 minutes', topUpId: id, status, since });
    }
    this.#reported = new Set(stuck.map(({ id }) => id));
  }

  async #providerOf(topUp: TopUp): Promise<PaymentProvider> {
    const provider = topUp.provider ? await this.providers.byName(scopeOf(topUp), topUp.provider) : undefined;
    if (!provider) throw new DomainError('unavailable', `payment provider ${topUp.provider} is not configured`);
    return provider;
  }

  #track(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }
}

/** The card of the current attempt, as it is frozen on the row. */
function cardOf({ paymentMethodId, paymentMethodRef, cardFingerprint }: TopUp): FrozenCard {
  return {
    paymentMethodId: paymentMethodId as string,
    paymentMethodRef: paymentMethodRef as string,
    cardFingerprint: cardFingerprint as string,
  };
}

/**
 * A decline may be the record's of the attempt before, this one never executed: the same key gets the same answer or the
 * first one. A hard one has ended the attempt that it was of, unless the backup card has its turn after it.
 */
function isOfAttemptBefore({ topUpStatus, attempt, backup }: TopUp, outcome: PaymentOutcome): boolean {
  const isInDoubt = topUpStatus === 'charging' || topUpStatus === 'unknown';
  if (!isInDoubt || attempt < 2 || outcome.kind !== 'declined') return false;
  return outcome.retry === 'later' || backup?.step === 'trying';
}
