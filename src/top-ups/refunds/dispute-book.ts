import { Injectable } from '@nestjs/common';
import { disputeEvent } from '../../events/build-return-events.js';
import { EventsService } from '../../events/events.service.js';
import type { GrantFacts } from '../../ledger/commands.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import type { ProviderDispute } from '../../payments/payment-provider.js';
import { Clock } from '../../shared/clock.js';
import { type Decimal, ZERO } from '../../shared/decimal.js';
import type { DomainError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import type { LedgerTransaction } from '../../shared/ledger-transaction.js';
import { scopeOf } from '../../shared/scope.js';
import { topUpChange } from '../rules/top-up-changes.js';
import { Dispute, type DisputeStatus } from './dispute.entity.js';
import { type RefundDecision, settleShare, shareToFreeze } from './judge-refund.js';
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
import { creditsOf, hasChanged, hasMoved, PROVIDER_ACTOR, takenBy } from './refund-rows.js';

/** Why a rule stands still when one of its payments was denied at the bank. */
const PAUSE = topUpChange({ kind: 'pause', reason: 'payment_disputed', cardFingerprint: null });

/** Every step of a dispute, each one commit under its wallet's lock. Whoever comes second is refused with a conflict. */
@Injectable()
export class DisputeBook {
  constructor(
    private readonly ledger: LedgerService,
    private readonly events: EventsService,
    private readonly clock: Clock,
  ) {}

  /** What is unspent of the purchase can't be spent until the bank has decided, and nothing more is bought by itself. */
  async open(purchase: Purchase, listed: ProviderDispute): Promise<void> {
    const now = this.clock.now();
    const [holdId, disputeId] = [newId('hold', now), newId('dispute', now)];
    let returned: Returned = { refunds: [], disputes: [] };
    await this.ledger.post({
      kind: 'freeze',
      ...frameOf(purchase),
      holdId,
      guard: async (tx) => {
        returned = await readReturned(tx.em, purchase.topUp.id);
        return requireStatus(returned, listed.id, undefined);
      },
      terms: {
        grantIds: grantIdsOf(purchase),
        decide: (grants) => partsToFreeze(purchase, returned, grants, listed),
        description: 'frozen until the dispute of its payment ends',
        metadata: { dispute_id: disputeId, top_up_id: purchase.topUp.id },
      },
      changes: [PAUSE],
      also: async (tx, { hold }) => {
        const frozen = hold ? { holdId, frozenCredits: hold.hold.credits } : {};
        const dispute = tx.em.create(Dispute, { ...newDispute(disputeId, purchase, listed, tx.now), ...frozen });
        await this.#tell(tx, purchase, dispute);
      },
      answer: () => null,
    });
  }

  /** The money is ours again, and the credits are free. */
  async win(purchase: Purchase, listed: ProviderDispute, known: Dispute | undefined): Promise<void> {
    const holdId = known?.holdId;
    await this.ledger.post({
      ...(holdId ? { kind: 'thaw', holdId } : { kind: 'evaluate' }),
      ...frameOf(purchase),
      guard: async (tx) => requireStatus(await readReturned(tx.em, purchase.topUp.id), listed.id, known && 'open'),
      also: (tx) => this.#close(tx, purchase, listed, {}),
      answer: () => null,
    });
  }

  /** The money has gone back for good: so do the credits, those that were spent as debt. */
  async lose(purchase: Purchase, listed: ProviderDispute, known: Dispute | undefined): Promise<void> {
    let returned: Returned = { refunds: [], disputes: [] };
    let decided: RefundDecision | undefined;
    const { holdId } = purchase;
    const ownsHold = holdId !== undefined && known?.holdId === holdId;
    await this.ledger.post({
      kind: 'take_back',
      ...frameOf(purchase),
      ...(ownsHold ? { holdId, ends: true } : {}),
      guard: async (tx) => {
        returned = await readReturned(tx.em, purchase.topUp.id);
        if (frozenIn(returned) !== holdId) return hasChanged();
        return requireStatus(returned, listed.id, known && 'open');
      },
      terms: {
        grantIds: grantIdsOf(purchase),
        decide: (grants) => {
          const facts = refundFacts(purchase, returned, grants, { onSpent: 'debt' });
          decided = settleShare(facts, listed.amountMinor);
          return partsOf(purchase, decided);
        },
        key: `dispute:${listed.id}`,
        description: 'a dispute was lost',
        metadata: { top_up_id: purchase.topUp.id },
      },
      // One that was opened has stopped the rule already, and whoever resumed it since meant it.
      changes: known ? [] : [PAUSE],
      also: (tx, posting) => {
        const { transactionId, bonusTransactionId } = takenBy(posting, purchase, decided as RefundDecision);
        const taken = { ...creditsOf(decided as RefundDecision), transactionId, bonusTransactionId };
        return this.#close(tx, purchase, listed, taken);
      },
      answer: () => null,
    });
  }

  /** Its fee has become known, or came back: a line of its own, which no credit pays for. */
  async note(purchase: Purchase, listed: ProviderDispute, status: DisputeStatus): Promise<void> {
    await this.ledger.post({
      kind: 'evaluate',
      ...frameOf(purchase),
      guard: async (tx) => requireStatus(await readReturned(tx.em, purchase.topUp.id), listed.id, status),
      also: async ({ em, now }) => {
        const { feeMinor, feeCurrency } = listed;
        await em.nativeUpdate(Dispute, whereOf(purchase, listed.id), { feeMinor, feeCurrency, updatedAt: now });
      },
      answer: () => null,
    });
  }

  async #close(
    tx: LedgerTransaction,
    purchase: Purchase,
    listed: ProviderDispute,
    taken: Partial<Pick<Dispute, 'credits' | 'transactionId' | 'bonusTransactionId'>>,
  ): Promise<void> {
    const { em, now } = tx;
    const dispute =
      (await em.findOne(Dispute, whereOf(purchase, listed.id), { refresh: true })) ??
      em.create(Dispute, newDispute(newId('dispute', now), purchase, listed, now));
    const { status: disputeStatus, feeMinor, feeCurrency } = listed;
    Object.assign(dispute, taken, { disputeStatus, feeMinor, feeCurrency, updatedAt: now, closedAt: now });
    await this.#tell(tx, purchase, dispute);
  }

  async #tell(tx: LedgerTransaction, { topUp }: Purchase, dispute: Dispute): Promise<void> {
    await tx.em.flush();
    await bookOnInvoice(tx.em, topUp, tx.now, PROVIDER_ACTOR.keyId);
    await this.events.write(tx, [disputeEvent(dispute)]);
  }
}

function frameOf({ topUp }: Purchase) {
  return { scope: scopeOf(topUp), walletId: topUp.walletId, actor: PROVIDER_ACTOR };
}

function whereOf({ topUp }: Purchase, providerDisputeId: string) {
  return { environmentId: topUp.environmentId, provider: topUp.provider as string, providerDisputeId };
}

/** Of what is gone already nothing is frozen: a dispute of all of a payment is of what has not been refunded. */
function partsToFreeze(
  purchase: Purchase,
  returned: Returned,
  grants: GrantFacts,
  { amountMinor }: ProviderDispute,
): { grantId: string; credits: Decimal }[] {
  const facts = refundFacts(purchase, returned, grants, { onSpent: 'debt' });
  if (facts.isClosed) return [];
  const shares = [facts.purchase, ...(facts.bonus ? [facts.bonus] : [])];
  return grantIdsOf(purchase).map((grantId, place) => {
    const share = shares[place];
    return { grantId, credits: share ? shareToFreeze(share, amountMinor, facts.chargedMinor) : ZERO };
  });
}

/** @param status that it must have here; undefined: it must not be known */
function requireStatus(
  { disputes }: Returned,
  providerDisputeId: string,
  status: DisputeStatus | undefined,
): DomainError | undefined {
  const known = disputes.find((one) => one.providerDisputeId === providerDisputeId);
  return known?.disputeStatus === status ? undefined : hasMoved(providerDisputeId);
}

function newDispute(id: string, { topUp }: Purchase, listed: ProviderDispute, now: Date) {
  return {
    ...scopeOf(topUp),
    id,
    customerId: topUp.customerId,
    walletId: topUp.walletId,
    topUpId: topUp.id,
    provider: topUp.provider as string,
    paymentId: topUp.paymentId as string,
    providerDisputeId: listed.id,
    disputeStatus: listed.status,
    amountMinor: listed.amountMinor,
    currency: topUp.currency,
    feeMinor: listed.feeMinor,
    feeCurrency: listed.feeCurrency,
    reason: listed.reason,
    holdId: null,
    frozenCredits: ZERO,
    credits: ZERO,
    debtCredits: ZERO,
    forgivenCredits: ZERO,
    bonusCredits: ZERO,
    transactionId: null,
    bonusTransactionId: null,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
  };
}
