import { Injectable, Logger } from '@nestjs/common';
import { PaymentMethodsService } from '../../customers/payment-methods.service.js';
import type { PaymentOutcome, PaymentProvider } from '../../payments/payment-provider.js';
import { PaymentProviders } from '../../payments/payment-providers.js';
import { Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { scopeOf } from '../../shared/scope.js';
import { CheckoutPages } from '../checkouts/checkout-pages.js';
import { ConfirmationLinks } from '../confirmations/confirmation-links.js';
import { type BackupTurn, type Decline, triesOf } from '../rules/judge-backup.js';
import { NO_PROVIDER } from '../rules/may-charge.js';
import type { AttemptOutcome, FrozenCard, ProgressChange } from '../rules/top-up-changes.js';
import { ACTION_POLL_MS, ACTION_WINDOW_MS, nextLookupAt, nextRetryAt } from '../schedule/schedule.js';
import { cancellationKey, confirmationKey, creationKey } from './charge-keys.js';
import { InvoicedTopUps } from './invoiced-top-ups.js';
import { purchaseOf } from './purchase-facts.js';
import { TopUpCards } from './top-up-cards.js';
import { TopUpEnding } from './top-up-ending.js';
import { CARD_CHANGED, TopUpSteps } from './top-up-steps.js';
import { isOpenStatus, type TopUp } from './top-up.entity.js';

const BACKUP_GONE: Decline = { code: 'card_removed', message: 'the backup card was removed', retry: 'later' };

/**
 * Takes top-ups from intent to credits. Every step is committed under the wallet's lock before the provider is called,
 * and asked for again before every call that can move money; the call is outside any transaction, and whatever is not
 * certain stays open and is looked up: so a crash at any point charges at most once and loses nothing.
 */
@Injectable()
export class TopUpCourse {
  readonly #logger = new Logger('TopUps');

  constructor(
    private readonly steps: TopUpSteps,
    private readonly ending: TopUpEnding,
    private readonly invoiced: InvoicedTopUps,
    private readonly cards: TopUpCards,
    private readonly paymentMethods: PaymentMethodsService,
    private readonly providers: PaymentProviders,
    private readonly links: ConfirmationLinks,
    private readonly pages: CheckoutPages,
    private readonly clock: Clock,
  ) {}

  /**
   * The next step, by where it stands; with a provider that answers at once, all of them. Where another card was put on
   * file between the choice of one and the wallet's lock, that one is chosen: nothing was charged.
   */
  async advance(topUp: TopUp): Promise<void> {
    try {
      await this.#step(topUp);
    } catch (error) {
      if (!(error instanceof DomainError && error.code === CARD_CHANGED)) throw error;
      await this.#step(topUp);
    }
  }

  async #step(topUp: TopUp): Promise<void> {
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
        return this.ending.cancel(topUp);
      case 'refund_due':
        return this.ending.refund(topUp);
      case 'awaiting_payment':
        return this.invoiced.fallDue(topUp);
      default:
        return;
    }
  }

  /** Freezes the card on the row, then charges. What costs nothing, or was decided where nothing is charged, is given. */
  async #start(topUp: TopUp): Promise<void> {
    if (topUp.priceMinor === 0) return this.ending.settle(topUp);
    const scope = scopeOf(topUp);
    const provider = await this.providers.resolve(scope);
    const charges = provider?.name ?? NO_PROVIDER;
    if (topUp.provider === NO_PROVIDER && !provider) return this.ending.settle(topUp);
    // Whether it is charged was part of the decision: neither is it given away now, nor charged after all.
    if (!provider || topUp.provider === NO_PROVIDER) return void (await this.steps.authorize(topUp, charges, null));
    if (topUp.checkout) return this.#openPage(topUp, provider);
    const next = await this.cards.next(topUp);
    if (next.kind === 'none') return this.ending.giveUp(topUp, next.code, next.message);
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
    const provider = await this.providers.ofPayment(topUp);
    if (!topUp.paymentId) return this.#sendAgain(topUp, provider);
    if (this.pages.isPage(topUp)) {
      const isOver = this.#isActionWindowOver(topUp);
      const state = await (isOver ? this.pages.close(topUp, provider) : this.pages.read(topUp, provider));
      if (!(await this.ending.afterPage(topUp, state))) return;
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
    const outcome = await (
      await this.providers.ofPayment(topUp)
    ).cancelPayment(topUp.paymentId, cancellationKey(topUp));
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
        return this.ending.settlePaid(topUp, outcome);
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
      return this.ending.giveUp(topUp, code, message, code === 'expired_card' ? 'card_expired' : 'card_declined');
    }
    const waits = { topUpStatus: 'retry_wait' as const, nextAttemptAt: next };
    await this.steps.progress(topUp, { ...waits, lastErrorCode: code, lastErrorMessage: message, ...change }, outcome);
  }

  /** The provider does not take the request at all. Of a backup card that is a decline like any other. */
  async #refused(topUp: TopUp, message: string): Promise<void> {
    const { backup } = topUp;
    if (backup?.step !== 'trying') return this.ending.giveUp(topUp, 'invalid_payment', message);
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
    await this.ending.giveUp(topUp, 'authentication_required', message, 'authentication_required');
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

  /** One that ended without money is asked about once more: a late success is credited, or refunded. */
  async recheck(topUp: TopUp): Promise<void> {
    // A page that has ended unused stays so.
    if (!topUp.paymentId || (this.pages.isPage(topUp) && !isOpenStatus(topUp.topUpStatus))) return;
    const provider = await this.providers.ofPayment(topUp);
    if (this.pages.isPage(topUp) && !(await this.ending.afterPage(topUp, await this.pages.read(topUp, provider))))
      return;
    const outcome = await provider.retrievePayment(topUp.paymentId);
    if (outcome.kind !== 'succeeded') return;
    this.#logger.warn({ msg: 'a payment that was given up has succeeded', topUpId: topUp.id });
    await this.ending.settlePaid(topUp, outcome);
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
