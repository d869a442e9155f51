import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { refundEvent } from '../../events/build-return-events.js';
import { EventsService } from '../../events/events.service.js';
import type { Actor, GrantFacts, Idempotency } from '../../ledger/commands.js';
import { type LedgerAnswer, LedgerService } from '../../ledger/ledger.service.js';
import type { ProviderRefund } from '../../payments/payment-provider.js';
import { Clock } from '../../shared/clock.js';
import { type Decimal, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import type { LedgerTransaction } from '../../shared/ledger-transaction.js';
import { scopeOf } from '../../shared/scope.js';
import { topUpChange } from '../rules/top-up-changes.js';
import { LEASE_MS, nextLookupAt } from '../schedule/schedule.js';
import { judgeRefund, type OnSpent, type RefundAsk, type RefundDecision, settleShare } from './judge-refund.js';
import {
  backOf,
  creditsOf,
  hasChanged,
  hasMoved,
  isAllOf,
  newRefund,
  PROVIDER_ACTOR,
  type Taken,
  takenBy,
} from './refund-rows.js';
import {
  bookOnInvoice,
  frozenIn,
  grantIdsOf,
  partsOf,
  type Purchase,
  readReturned,
  refundFacts,
  type Returned,
} from './purchase-returns.js';
import { Refund } from './refund.entity.js';

/** Whoever gives all of a purchase back does not want it bought again by itself. */
const PAUSE = topUpChange({ kind: 'pause', reason: 'top_up_refunded', cardFingerprint: null });

export interface RefundRequest {
  ask: RefundAsk;
  onSpent: OnSpent;
  reason: string;
  actor: Actor;
  idempotency?: Idempotency | undefined;
}

/** How credits are taken for money that goes back. */
interface Taking {
  refundId: string;
  /** Entries of one refund have different keys if it takes twice. */
  key: string;
  actor: Actor;
  idempotency?: Idempotency | undefined;
  onSpent: OnSpent;
  decide: (facts: ReturnType<typeof refundFacts>) => RefundDecision | DomainError;
  /** Whether automatic top-up is to stop: what was given back would be bought again at once. */
  isPaused: boolean;
  /** Whether it is still to be done, by the rows under the lock. */
  guard?: (returned: Returned) => DomainError | undefined;
  also: (tx: LedgerTransaction, taken: Taken) => Promise<void>;
}

/**
 * Every step of a refund, each one commit under its wallet's lock: the credits, the row, the invoice and what is told of
 * it. Whoever comes second is refused with a conflict, and has nothing left to do.
 */
@Injectable()
export class RefundBook {
  constructor(
    private readonly em: EntityManager,
    private readonly ledger: LedgerService,
    private readonly events: EventsService,
    private readonly clock: Clock,
  ) {}

  /** Takes the credits and writes down that the money is to go back; the provider is asked after the commit. */
  async ask(purchase: Purchase, request: RefundRequest): Promise<LedgerAnswer<{ id: string }>> {
    const now = this.clock.now();
    const refundId = newId('refund', now);
    return this.#take(purchase, {
      refundId,
      key: `refund:${refundId}`,
      actor: request.actor,
      idempotency: request.idempotency,
      onSpent: request.onSpent,
      decide: (facts) => judgeRefund(facts, request.ask),
      isPaused: request.ask.kind !== 'amount' || isAllOf(purchase, request.ask.amountMinor),
      also: async (tx, taken) => {
        const nextAttemptAt = new Date(tx.now.getTime() + LEASE_MS);
        const { actor, onSpent, reason } = request;
        const own = { origin: 'request' as const, refundStatus: 'pending' as const, onSpent, reason, nextAttemptAt };
        tx.em.create(Refund, { ...newRefund(refundId, purchase, taken, tx.now, actor), ...own });
        await tx.em.flush();
      },
    });
  }

  /** One that was made at the provider: its money is gone whatever we say, so what was spent is owed. */
  async begin(purchase: Purchase, listed: ProviderRefund): Promise<void> {
    const refundId = newId('refund', this.clock.now());
    const hasSucceeded = listed.status === 'succeeded';
    await this.#take(purchase, {
      refundId,
      key: `refund:${refundId}`,
      actor: PROVIDER_ACTOR,
      onSpent: 'debt',
      decide: (facts) => settleShare(facts, listed.amountMinor),
      isPaused: isAllOf(purchase, listed.amountMinor),
      guard: ({ refunds }) =>
        refunds.some((row) => row.providerRefundId === listed.id) ? hasMoved(refundId) : undefined,
      also: async (tx, taken) => {
        const refund = tx.em.create(Refund, {
          ...newRefund(refundId, purchase, taken, tx.now, PROVIDER_ACTOR),
          origin: 'provider',
          refundStatus: hasSucceeded ? 'succeeded' : 'pending',
          onSpent: 'debt',
          reason: '',
          amountMinor: listed.amountMinor,
          providerRefundId: listed.id,
          nextAttemptAt: nextLookupAt(0, tx.now, 'processing'),
          finishedAt: hasSucceeded ? tx.now : null,
        });
        await tx.em.flush();
        if (hasSucceeded) await this.#tellEnd(tx, purchase, refund, 'top_up.refunded');
      },
    });
  }

  /** The provider had it after all, though we took it for refused. */
  async takeAgain(purchase: Purchase, { id: refundId }: Refund, listed: ProviderRefund): Promise<void> {
    await this.#take(purchase, {
      refundId,
      key: `refund:${refundId}:again`,
      actor: PROVIDER_ACTOR,
      onSpent: 'debt',
      decide: (facts) => settleShare(facts, listed.amountMinor),
      isPaused: false,
      guard: ({ refunds }) => {
        const row = refunds.find(({ id }) => id === refundId);
        return row?.refundStatus === 'failed' && !row.providerRefundId ? undefined : hasMoved(refundId);
      },
      also: async (tx, { decided, transactionId, bonusTransactionId }) => {
        const refund = await tx.em.findOneOrFail(Refund, { id: refundId }, { refresh: true });
        const { credits, bonusCredits, ...rest } = creditsOf(decided);
        Object.assign(refund, rest, {
          credits: refund.credits.plus(credits),
          bonusCredits: refund.bonusCredits.plus(bonusCredits),
          transactionId,
          bonusTransactionId,
          returnedTransactionId: null,
          refundStatus: 'pending',
          providerRefundId: listed.id,
          failureMessage: '',
          finishedAt: null,
          nextAttemptAt: tx.now,
          updatedAt: tx.now,
        });
        await tx.em.flush();
      },
    });
  }

  /** The money has gone back. */
  async succeed(purchase: Purchase, refund: Pick<Refund, 'id'>, providerRefundId: string | null): Promise<void> {
    await this.ledger.post({
      kind: 'evaluate',
      scope: scopeOf(purchase.topUp),
      walletId: purchase.topUp.walletId,
      actor: PROVIDER_ACTOR,
      guard: (tx) => this.#requireStatus(tx, refund.id, ['pending']),
      also: async (tx) => {
        const row = await tx.em.findOneOrFail(Refund, { id: refund.id }, { refresh: true });
        const ended = { refundStatus: 'succeeded' as const, finishedAt: tx.now, updatedAt: tx.now };
        Object.assign(row, ended, providerRefundId ? { providerRefundId } : {});
        await tx.em.flush();
        await this.#tellEnd(tx, purchase, row, 'top_up.refunded');
      },
      answer: () => null,
    });
  }

  /** The money does not go, or has come back: so do the credits, save what other refunds stand for by now. */
  async fail(
    purchase: Purchase,
    { id }: Pick<Refund, 'id'>,
    why: { message: string; providerRefundId: string | null },
  ): Promise<void> {
    const { topUp } = purchase;
    const before = await this.em.fork().findOneOrFail(Refund, { id });
    const entryIds = [before.transactionId, before.bonusTransactionId].filter((entryId) => entryId != null);
    let kept = { credits: ZERO, bonusCredits: ZERO };
    let returned: Returned = { refunds: [], disputes: [] };
    await this.ledger.post({
      kind: 'give_back',
      scope: scopeOf(topUp),
      walletId: topUp.walletId,
      actor: PROVIDER_ACTOR,
      guard: async (tx) => {
        returned = await readReturned(tx.em, topUp.id);
        const row = returned.refunds.find((one) => one.id === id);
        const isSame = row?.transactionId === before.transactionId && row?.refundStatus !== 'failed';
        return isSame ? undefined : hasMoved(id);
      },
      terms: {
        entryIds,
        grantIds: grantIdsOf(purchase),
        description: 'a refund has failed',
        decide: ({ isClosed, grantedOf }) => {
          const row = returned.refunds.find((one) => one.id === id) as Refund;
          const backs = isClosed ? { credits: ZERO, bonusCredits: ZERO } : backOf(row, purchase, returned, grantedOf);
          kept = {
            credits: row.credits.minus(backs.credits),
            bonusCredits: row.bonusCredits.minus(backs.bonusCredits),
          };
          return [
            { entryId: row.transactionId, credits: backs.credits },
            { entryId: row.bonusTransactionId, credits: backs.bonusCredits },
          ].filter((part): part is { entryId: string; credits: Decimal } => part.entryId != null);
        },
      },
      also: async (tx, posting) => {
        const row = await tx.em.findOneOrFail(Refund, { id }, { refresh: true });
        const told = { ...row };
        Object.assign(row, kept, {
          forgivenCredits: ZERO,
          refundStatus: 'failed',
          failureMessage: why.message,
          returnedTransactionId: posting.entries[0]?.id ?? null,
          finishedAt: tx.now,
          updatedAt: tx.now,
          ...(why.providerRefundId ? { providerRefundId: why.providerRefundId } : {}),
        });
        await tx.em.flush();
        const facts = { ...told, failureMessage: why.message } as Refund;
        await this.#tellEnd(tx, purchase, facts, 'top_up.refund_failed');
      },
      answer: () => null,
    });
  }

  #take(purchase: Purchase, taking: Taking): Promise<LedgerAnswer<{ id: string }>> {
    const { topUp, holdId } = purchase;
    const { refundId } = taking;
    let returned: Returned = { refunds: [], disputes: [] };
    let decided: RefundDecision | undefined;
    const decide = (grants: GrantFacts) => {
      const facts = refundFacts(purchase, returned, grants, { onSpent: taking.onSpent, except: refundId });
      const verdict = taking.decide(facts);
      if (verdict instanceof DomainError) return verdict;
      decided = verdict;
      return partsOf(purchase, verdict);
    };
    return this.ledger.post({
      kind: 'take_back',
      scope: scopeOf(topUp),
      walletId: topUp.walletId,
      actor: taking.actor,
      ...(taking.idempotency ? { idempotency: taking.idempotency } : {}),
      ...(holdId === undefined ? {} : { holdId }),
      guard: async (tx) => {
        returned = await readReturned(tx.em, topUp.id);
        return frozenIn(returned) === holdId ? taking.guard?.(returned) : hasChanged();
      },
      terms: {
        grantIds: grantIdsOf(purchase),
        decide,
        key: taking.key,
        description: 'refund',
        metadata: { refund_id: refundId, top_up_id: topUp.id },
      },
      changes: taking.isPaused ? [PAUSE] : [],
      also: (tx, posting) => taking.also(tx, takenBy(posting, purchase, decided as RefundDecision)),
      answer: () => ({ id: refundId }),
    });
  }

  async #requireStatus(
    tx: LedgerTransaction,
    id: string,
    statuses: readonly Refund['refundStatus'][],
  ): Promise<DomainError | undefined> {
    const row = await tx.em.findOne(Refund, { id }, { refresh: true });
    return row && statuses.includes(row.refundStatus) ? undefined : hasMoved(id);
  }

  async #tellEnd(
    tx: LedgerTransaction,
    { topUp }: Purchase,
    refund: Refund,
    type: 'top_up.refunded' | 'top_up.refund_failed',
  ): Promise<void> {
    await bookOnInvoice(tx.em, topUp, tx.now, refund.createdBy);
    await this.events.write(tx, [refundEvent(type, refund, topUp.invoiceId ?? null)]);
  }
}
