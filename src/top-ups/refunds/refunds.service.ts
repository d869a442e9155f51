import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventEngine } from '../../payments/stripe/event-engine.js';
import { type Decimal, isInMinorUnits, toMinorUnits } from '../../shared/decimal.js';
import { DomainError, invalidField, notFound } from '../../shared/errors.js';
import type { Scope } from '../../shared/scope.js';
import type { TopUp } from '../purchases/top-up.entity.js';
import { ScheduledTask } from '../schedule/scheduled-task.js';
import type { RefundAsk } from './judge-refund.js';
import { readPurchase, readReturned, type Returned } from './purchase-returns.js';
import { RefundBook, type RefundRequest } from './refund-book.js';
import { RefundEngine } from './refund-engine.js';
import { RefundQueue } from './refund-queue.js';
import type { Refund } from './refund.entity.js';

/** What somebody asks for: all that is left, unless one of the first two says otherwise. */
export interface RefundWish extends Omit<RefundRequest, 'ask'> {
  /** In the currency that was charged. */
  amount: Decimal | undefined;
  isUnspentOnly: boolean;
}

/** Refunds that somebody asks for, and what is known of all. */
@Injectable()
export class RefundsService implements OnModuleInit {
  constructor(
    private readonly em: EntityManager,
    private readonly queue: RefundQueue,
    private readonly book: RefundBook,
    private readonly engine: RefundEngine,
    private readonly events: EventEngine,
    private readonly task: ScheduledTask,
  ) {}

  onModuleInit(): void {
    this.events.onPaymentReturned = (scope, paymentId) => this.engine.lookAgain(scope, paymentId);
    this.task.alsoRun(() => this.engine.sweep(), 'refunds');
  }

  /**
   * Sends money of a purchase back. Its credits are taken, and the refund is written down, before the provider is asked.
   * @returns the refund as it stands after the first try: pending while the provider has not said
   * @throws not_found; invalid_operation for what was not charged to a card, and what `judgeRefund` refuses
   */
  async refund(scope: Scope, topUpId: string, wish: RefundWish): Promise<{ refund: Refund; isReplayed: boolean }> {
    const topUp = await this.#topUpOf(scope, topUpId);
    const refusal = refuseUncharged(topUp);
    if (refusal) throw refusal;
    const purchase = await readPurchase(this.em.fork(), topUp);
    const { body, isReplayed } = await this.book.ask(purchase, { ...wish, ask: askOf(topUp, wish) });
    const refund = isReplayed ? await this.queue.reread(body.id) : await this.engine.drive(body.id);
    return { refund, isReplayed };
  }

  /** The oldest first. */
  async ofTopUp(scope: Scope, topUpId: string): Promise<Returned> {
    const { id } = await this.#topUpOf(scope, topUpId);
    return readReturned(this.em.fork(), id);
  }

  async #topUpOf(scope: Scope, id: string): Promise<TopUp> {
    const topUp = await this.queue.findTopUp(scope, { id });
    if (!topUp) throw notFound('top-up', { top_up_id: id });
    return topUp;
  }
}

/** Only what a provider has taken can it give back. */
function refuseUncharged({ id, topUpStatus, paymentId, transactionId }: TopUp): DomainError | undefined {
  if (topUpStatus === 'succeeded' && paymentId && transactionId) return undefined;
  const details = { top_up_id: id, status: topUpStatus };
  const why = topUpStatus === 'succeeded' ? 'it was not charged to a card' : `it is ${topUpStatus}`;
  return new DomainError('invalid_operation', `the top-up cannot be refunded: ${why}`, {
    code: 'not_charged',
    details,
  });
}

/** @throws validation for an amount with a fraction of a minor unit, or none */
function askOf({ currency }: TopUp, { amount, isUnspentOnly }: RefundWish): RefundAsk {
  if (isUnspentOnly) return { kind: 'unspent' };
  if (amount === undefined) return { kind: 'whole' };
  if (!isInMinorUnits(amount, currency) || amount.lte(0)) {
    throw invalidField('amount', `must be above zero, in whole minor units of ${currency}`);
  }
  return { kind: 'amount', amountMinor: toMinorUnits(amount, currency) };
}
