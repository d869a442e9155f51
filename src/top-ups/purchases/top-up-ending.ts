import { Injectable, Logger } from '@nestjs/common';
import type { CheckoutState } from '../../payments/payment-provider.js';
import { PaymentProviders } from '../../payments/payment-providers.js';
import { Clock } from '../../shared/clock.js';
import { CheckoutPages } from '../checkouts/checkout-pages.js';
import { ACTION_POLL_MS, nextLookupAt } from '../schedule/schedule.js';
import { cancellationKey } from './charge-keys.js';
import { TopUpSettlement } from './settlement.js';
import { TopUpSteps } from './top-up-steps.js';
import type { TopUp } from './top-up.entity.js';

/**
 * How top-ups come to their end: credited, given up at their provider, sent back. What the provider does not say for certain
 * ends nothing, and is asked again.
 */
@Injectable()
export class TopUpEnding {
  readonly #logger = new Logger('TopUps');

  constructor(
    private readonly steps: TopUpSteps,
    private readonly settlement: TopUpSettlement,
    private readonly providers: PaymentProviders,
    private readonly pages: CheckoutPages,
    private readonly clock: Clock,
  ) {}

  /** Money that is not what was asked for is nobody's to book: it stays open for a person to look at. */
  async settlePaid(topUp: TopUp, paid: { amountMinor: number; currency: string }): Promise<void> {
    if (paid.amountMinor === topUp.priceMinor && paid.currency === topUp.currency) return this.settle(topUp);
    const message = `the provider reports ${paid.amountMinor} ${paid.currency}, ${topUp.priceMinor} ${topUp.currency} were asked for`;
    this.#logger.error({ msg: 'a payment does not match its top-up', topUpId: topUp.id, reason: message });
    await this.lookUpLater(topUp, 'payment_mismatch', message);
  }

  async settle(topUp: TopUp): Promise<void> {
    const result = await this.settlement.settle(topUp);
    if (result !== 'refused') return;
    const end = { code: 'wallet_closed', message: 'the wallet takes no more credits' };
    if (!topUp.paymentId) return this.steps.end(topUp, { status: 'failed', ...end });
    await this.steps.end(topUp, { status: 'refund_due', ...end });
    await this.refund(topUp);
  }

  async refund(topUp: TopUp): Promise<void> {
    const outcome = await (
      await this.providers.ofPayment(topUp)
    ).refundPayment({ paymentId: topUp.paymentId as string, currency: topUp.currency }, `topup:${topUp.id}:refund`);
    if (outcome.kind === 'refunded') return this.steps.end(topUp, { status: 'refunded', code: '', message: '' });
    const nextAttemptAt = nextLookupAt(topUp.lookups, this.clock.now(), 'unknown');
    await this.steps.progress(topUp, {
      lookups: topUp.lookups + 1,
      nextAttemptAt,
      lastErrorMessage: outcome.reason,
    });
  }

  /** The final no: given up at the provider first, so that it can't be paid later for nothing. It pauses the rules. */
  async giveUp(topUp: TopUp, code: string, message: string, pause = code): Promise<void> {
    if (!(await this.#isGivenUp(topUp, code, message))) return;
    await this.steps.end(topUp, { status: 'failed', code, message, pause });
  }

  /** What may no longer be charged, taken back at the provider. Paid after all, it is credited. */
  async cancel(topUp: TopUp): Promise<void> {
    const { lastErrorCode: code, lastErrorMessage: message } = topUp;
    if (await this.#isGivenUp(topUp, code, message)) await this.steps.end(topUp, { status: 'canceled', code, message });
  }

  /** Whether nothing can be charged any more. Paid after all, it is settled; not known, it is asked again. */
  async #isGivenUp(topUp: TopUp, code: string, message: string): Promise<boolean> {
    if (!topUp.paymentId) return true;
    const provider = await this.providers.ofPayment(topUp);
    if (this.pages.isPage(topUp) && !(await this.afterPage(topUp, await this.pages.close(topUp, provider)))) {
      return false;
    }
    // A page's payment cannot be canceled; but once the page was used, nothing more can be paid for it either.
    const outcome = topUp.checkout
      ? await provider.retrievePayment(topUp.paymentId)
      : await provider.cancelPayment(topUp.paymentId, cancellationKey(topUp));
    if (outcome.kind === 'canceled' || (topUp.checkout && outcome.kind === 'declined')) return true;
    if (outcome.kind === 'succeeded') await this.settlePaid(topUp, outcome);
    else await this.lookUpLater(topUp, code, message);
    return false;
  }

  /**
   * What a page has come to: waits on, ends with a page that nobody has used, or goes on with the payment that was made.
   * @returns the payment, once there is one
   */
  async afterPage(topUp: TopUp, state: CheckoutState): Promise<string | undefined> {
    if (state.kind === 'used') {
      await this.steps.progress(topUp, { paymentId: state.paymentId });
      return state.paymentId;
    }
    const { topUpStatus, lastErrorCode: code, lastErrorMessage: message } = topUp;
    const isTakenBack = topUpStatus === 'canceling';
    const end = isTakenBack ? { code, message } : { code: 'checkout_expired', message: 'nobody has paid on the page' };
    if (state.kind === 'expired') await this.steps.end(topUp, { status: 'canceled', ...end });
    else if (isTakenBack) await this.lookUpLater(topUp, code, message);
    else await this.steps.progress(topUp, { nextAttemptAt: new Date(this.clock.now().getTime() + ACTION_POLL_MS) });
    return undefined;
  }

  /** One that is being canceled stays so. */
  async lookUpLater(topUp: TopUp, code: string, message: string): Promise<void> {
    await this.steps.progress(topUp, {
      ...(topUp.topUpStatus === 'canceling' ? {} : { topUpStatus: 'unknown' as const }),
      lookups: topUp.lookups + 1,
      nextAttemptAt: nextLookupAt(topUp.lookups, this.clock.now(), 'unknown'),
      lastErrorCode: code,
      lastErrorMessage: message,
    });
  }
}
