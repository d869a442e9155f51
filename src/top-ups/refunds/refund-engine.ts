import { EntityManager } from '@mikro-orm/postgresql';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import type { PaymentReturns, ProviderDispute, ProviderRefund } from '../../payments/payment-provider.js';
import { PaymentProviders } from '../../payments/payment-providers.js';
import { Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { RunningWork } from '../../shared/running-work.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { withinScope } from '../../shared/sight.js';
import { isOpenStatus, type TopUp } from '../purchases/top-up.entity.js';
import { nextLookupAt } from '../schedule/schedule.js';
import { DisputeBook } from './dispute-book.js';
import { isSameRefund, judgeProviderDispute, judgeProviderRefund, refundKeyOf } from './judge-return.js';
import { type Purchase, readPurchase, readReturned } from './purchase-returns.js';
import { RefundBook } from './refund-book.js';
import { RefundQueue } from './refund-queue.js';
import type { Refund } from './refund.entity.js';

/** Refunds that a round takes up. They are not waited for: a provider that hangs holds no round. */
const PLACES = 20;

/**
 * Sends money back, and hears of what others have sent back. Every refund is committed before the provider is asked, and
 * always asked for under the same key: whatever is not certain stays pending and is asked for again, which refunds
 * nothing twice.
 */
@Injectable()
export class RefundEngine implements BeforeApplicationShutdown {
  readonly #logger = new Logger('Refunds');
  readonly #work = new RunningWork();

  constructor(
    private readonly em: EntityManager,
    private readonly queue: RefundQueue,
    private readonly refunds: RefundBook,
    private readonly disputes: DisputeBook,
    private readonly providers: PaymentProviders,
    private readonly clock: Clock,
  ) {}

  /** Takes up nothing more and lets what is under way finish; the next process takes up the rest. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#work.stop();
  }

  /** Resolves when nothing that this process started is under way. */
  async idle(): Promise<void> {
    await this.#work.idle();
  }

  /** Takes up what a crash, or a provider that did not answer, has left; does not wait for it. */
  async sweep(): Promise<void> {
    const places = PLACES - this.#work.size;
    if (this.#work.isStopping || places <= 0) return;
    for (const refund of await this.queue.claimDue(places)) this.#work.track(this.#safely(refund));
  }

  /** Works on one that was stored with its lease taken, and returns it as it is afterwards. */
  async drive(id: string): Promise<Refund> {
    const work = this.#safely(await this.queue.reread(id));
    this.#work.track(work);
    await work;
    return this.queue.reread(id);
  }

  /**
   * Money of a payment has gone back, or is disputed: what, is read from the provider.
   * @throws unavailable while there is something and the payment is not credited yet, and while the service stops
   */
  async lookAgain(scope: Scope, paymentId: string): Promise<void> {
    if (this.#work.isStopping) throw new DomainError('unavailable', 'the service stops');
    const topUp = await this.queue.findTopUp(scope, { paymentId });
    // What could not be credited is sent back by its own path.
    if (!topUp || topUp.topUpStatus === 'refund_due') return;
    if (topUp.topUpStatus !== 'succeeded' && !isOpenStatus(topUp.topUpStatus)) return;
    const work = this.#follow(topUp);
    this.#work.track(work.catch(() => {}));
    await work;
  }

  /** One that fails must not stop the others: it keeps its lease, and is looked at again when that ends. */
  async #safely(refund: Refund): Promise<void> {
    try {
      await withinScope(refund, () => unlessMoved(() => this.#ask(refund)));
    } catch (error) {
      this.#logger.error({ msg: 'a refund could not be advanced', refundId: refund.id, err: error });
    }
  }

  async #ask(refund: Refund): Promise<void> {
    if (refund.refundStatus !== 'pending') return;
    const topUp = await this.queue.findTopUp(scopeOf(refund), { id: refund.topUpId });
    if (!topUp) throw new Error(`the top-up of refund ${refund.id} is not there`);
    if (refund.origin === 'provider') return this.#lookUp(refund, topUp);
    const { id, paymentId, amountMinor, currency } = refund;
    const provider = await this.providers.ofPayment(topUp);
    const outcome = await provider.refundPayment({ paymentId, amountMinor, currency }, refundKeyOf(id));
    const now = this.clock.now();
    const purchase = await this.#purchaseOf(topUp);
    switch (outcome.kind) {
      case 'refunded':
        return this.refunds.succeed(purchase, refund, outcome.refundId ?? null);
      case 'refused': {
        const providerRefundId = outcome.refundId ?? null;
        return this.refunds.fail(purchase, refund, { message: outcome.reason, providerRefundId });
      }
      case 'not_executed':
        return this.queue.askAgainAt(refund, new Date(now.getTime() + outcome.retryAfterSeconds * 1000));
      case 'unknown':
        return this.queue.askAgainAt(refund, nextLookupAt(refund.lookups, now, 'unknown'));
    }
  }

  /** One that was made elsewhere is not asked for: only looked at. */
  async #lookUp(refund: Refund, topUp: TopUp): Promise<void> {
    await this.queue.askAgainAt(refund, nextLookupAt(refund.lookups, this.clock.now(), 'processing'));
    await this.#follow(topUp);
  }

  /** The provider's list is the truth: whatever of it is not here yet is done now, each once. */
  async #follow(topUp: TopUp): Promise<void> {
    const { refunds, disputes } = await this.#returnsOf(topUp);
    if (refunds.length === 0 && disputes.length === 0) return;
    if (topUp.topUpStatus !== 'succeeded') throw new DomainError('unavailable', 'the payment is not credited yet');
    for (const listed of refunds) await unlessMoved(() => this.#followRefund(topUp, listed));
    for (const listed of disputes) await unlessMoved(() => this.#followDispute(topUp, listed));
  }

  async #followRefund(topUp: TopUp, listed: ProviderRefund): Promise<void> {
    const known = (await readReturned(this.em.fork(), topUp.id)).refunds.find((refund) => isSameRefund(refund, listed));
    const step = judgeProviderRefund(known && knownOf(known), listed);
    if (step === 'none') return;
    const purchase = await this.#purchaseOf(topUp);
    if (step === 'begin') return this.refunds.begin(purchase, listed);
    if (!known) return;
    if (step === 'succeed') return this.refunds.succeed(purchase, known, listed.id);
    if (step === 'fail') {
      return this.refunds.fail(purchase, known, { message: listed.reason, providerRefundId: listed.id });
    }
    this.#logger.warn({ msg: 'a refund that was taken for refused is under way', refundId: known.id });
    await this.refunds.takeAgain(purchase, known, listed);
    if (listed.status === 'succeeded') await this.refunds.succeed(await this.#purchaseOf(topUp), known, listed.id);
  }

  async #followDispute(topUp: TopUp, listed: ProviderDispute): Promise<void> {
    const { disputes } = await readReturned(this.em.fork(), topUp.id);
    const known = disputes.find(({ providerDisputeId }) => providerDisputeId === listed.id);
    const step = judgeProviderDispute(known, listed);
    if (step === 'none') return;
    const purchase = await this.#purchaseOf(topUp);
    if (step === 'open') return this.disputes.open(purchase, listed);
    if (step === 'win') return this.disputes.win(purchase, listed, known);
    if (step === 'lose') return this.disputes.lose(purchase, listed, known);
    if (known) await this.disputes.note(purchase, listed, known.disputeStatus);
  }

  /** Where the provider keeps no such list nothing is known to follow, and our own refunds are asked for all the same. */
  async #returnsOf(topUp: TopUp): Promise<PaymentReturns> {
    const provider = await this.providers.ofPayment(topUp);
    try {
      return await provider.readReturns(topUp.paymentId as string);
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'invalid_operation') return { refunds: [], disputes: [] };
      throw error;
    }
  }

  #purchaseOf(topUp: TopUp): Promise<Purchase> {
    return readPurchase(this.em.fork(), topUp);
  }
}

function knownOf({ refundStatus, providerRefundId = null }: Refund) {
  return { refundStatus, providerRefundId };
}

/** Somebody else has done it: what they did stands. */
async function unlessMoved(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'conflict') throw error;
  }
}
