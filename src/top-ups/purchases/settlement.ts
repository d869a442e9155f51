import { Injectable } from '@nestjs/common';
import type { Actor, Charge, CreditTerms, LedgerCommand } from '../../ledger/commands.js';
import type { PolicyChange } from '../../ledger/ledger-policy.js';
import { type LedgerAnswer, LedgerService } from '../../ledger/ledger.service.js';
import { PendingCredit } from '../../ledger/pending-credit.entity.js';
import type { Invoice } from '../../payments/invoice.entity.js';
import { Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { scopeOf } from '../../shared/scope.js';
import { topUpChange } from '../rules/top-up-changes.js';
import type { TopUpRecord } from '../rules/top-up-state.js';
import { addMonths } from '../../shared/calendar.js';
import { inWallet } from '../../shared/shard.js';
import { paymentMoved } from './invoice-policy.js';
import { chargeOf, chargeOfInvoice, TopUpInvoices } from './top-up-invoices.js';
import type { TopUp } from './top-up.entity.js';

/** The one place where a paid top-up becomes credits: reply, sweep and invoice payment all come here, and one of them wins. */
@Injectable()
export class TopUpSettlement {
  constructor(
    private readonly ledger: LedgerService,
    private readonly topUpInvoices: TopUpInvoices,
    private readonly clock: Clock,
  ) {}

  /**
   * Credits a top-up whose money has arrived from a card (or that costs nothing), exactly once.
   * @returns `settled`; `already` when it had ended before; `refused` when the wallet takes no credits, so the money must go back.
   */
  async settle(topUp: TopUp): Promise<'settled' | 'already' | 'refused'> {
    const now = this.clock.now();
    const transactionId = topUp.transactionId ?? newId('wtxn', now);
    // What was sold or charged has an invoice, paid already; what was given at once has none.
    const isSold = Boolean(topUp.packId || topUp.paymentId);
    const invoiceId = topUp.invoiceId ?? (isSold ? newId('inv', now) : null);
    const config = await this.topUpInvoices.configOf(topUp);
    return endedOr(() =>
      this.ledger.post({
        kind: 'credit',
        scope: scopeOf(topUp),
        walletId: topUp.walletId,
        actor: actorOf(topUp),
        terms: this.#creditTerms(topUp, transactionId, chargeOf(topUp, config, invoiceId)),
        changes: [topUpChange({ kind: 'settle', topUpId: topUp.id, transactionId, invoiceId })],
        also: async (tx) => {
          if (invoiceId) await this.topUpInvoices.create(tx.em, topUp, config, { id: invoiceId, isPaid: true });
        },
        answer: () => null,
      }),
    );
  }

  /**
   * Credits a payment that the provider has and the database does not: the top-up is stored as it was settled, in the
   * commit of its credits.
   * @param paid with its transaction and its invoice promised; the wallet is open
   * @returns as `settle`
   */
  async settleRestored(
    paid: TopUpRecord & { transactionId: string; invoiceId: string },
  ): Promise<'settled' | 'already' | 'refused'> {
    const config = await this.topUpInvoices.configOf(paid);
    return endedOr(() =>
      this.ledger.post({
        kind: 'credit',
        scope: scopeOf(paid),
        walletId: paid.walletId,
        actor: actorOf(paid),
        terms: this.#creditTerms(paid, paid.transactionId, chargeOf(paid, config, paid.invoiceId)),
        changes: [topUpChange({ kind: 'restore', topUpId: paid.id, topUp: paid })],
        also: async (tx) => {
          await this.topUpInvoices.create(tx.em, paid, config, { id: paid.invoiceId, isPaid: true });
        },
        answer: () => null,
      }),
    );
  }

  /**
   * Credits what was promised against an invoice, in the commit that books the rest of its money: `paid` says so, and is
   * judged under the wallet's lock.
   */
  async settlePromised(topUp: TopUp, pending: PendingCredit, paid: PromisedPayment): Promise<LedgerAnswer<null>> {
    const { id: topUpId } = topUp;
    const invoiceId = paid.invoice.id;
    const post = (idempotencyKey: string) =>
      this.ledger.post({
        kind: 'credit',
        scope: scopeOf(topUp),
        walletId: topUp.walletId,
        ...paid.frame,
        guard: async (_tx, { wallet }) => (wallet.walletStatus === 'closed' ? paymentMoved() : undefined),
        terms: {
          ...this.#creditTerms(topUp, pending.id, chargeOfInvoice(topUp, paid.invoice)),
          ...promisedTerms(pending),
          idempotencyKey,
        },
        changes: [paid.change, topUpChange({ kind: 'settle', topUpId, transactionId: pending.id, invoiceId })],
        also: async ({ em, now }) => {
          const where = { ...inWallet(topUp.walletId), topUpId };
          await em.nativeUpdate(PendingCredit, where, { pendingStatus: 'completed', updatedAt: now });
        },
        answer: () => null,
      });
    try {
      return await post(pending.idempotencyKey);
    } catch (error) {
      // Another entry has taken the key since it was promised. What is paid for is delivered all the same.
      if (!isKeyTaken(error) || pending.idempotencyKey === '') throw error;
      return post('');
    }
  }

  #creditTerms(topUp: TopUp | TopUpRecord, transactionId: string, charged: Charge): CreditTerms {
    const { validityMonths, bonusCredits, bonusExpiresAt } = topUp;
    return {
      id: transactionId,
      credits: topUp.credits,
      reason: topUp.invoicing ? 'PURCHASED_CREDIT_INVOICED' : 'PURCHASED_CREDIT_DIRECT',
      referenceType: 'EXTERNAL',
      referenceId: topUp.id,
      description: topUp.description,
      metadata: topUp.isAutomatic ? { auto_topup: 'true' } : {},
      topUpId: topUp.id,
      charged,
      // A payment that took its time costs nobody the bonus: its date is counted from the delivery then.
      ...(bonusCredits.gt(0)
        ? { bonus: { credits: bonusCredits, expiresAt: bonusExpiresAt ?? null }, promisedAt: topUp.createdAt }
        : {}),
      ...(validityMonths === null || validityMonths === undefined
        ? {}
        : { purchasedExpireAt: addMonths(this.clock.now(), validityMonths) }),
    };
  }
}

async function endedOr(post: () => Promise<unknown>): Promise<'settled' | 'already' | 'refused'> {
  try {
    await post();
    return 'settled';
  } catch (error) {
    if (error instanceof DomainError && error.code === 'top_up_ended') return 'already';
    if (error instanceof DomainError && error.kind === 'invalid_operation') return 'refused';
    throw error;
  }
}

/** The payment that makes an invoice paid: as a change of the invoice, and who asked for it under which key. */
export interface PromisedPayment {
  change: PolicyChange;
  /** As it was written when the credits were promised. */
  invoice: Pick<Invoice, 'id' | 'lineItems'>;
  frame: Pick<LedgerCommand, 'actor' | 'idempotency'>;
}

function isKeyTaken(error: unknown): boolean {
  if (!(error instanceof DomainError) || error.kind !== 'already_exists') return false;
  return error.details['constraint'] === 'entry_idempotency_key_unique';
}

/** What was promised with a pending credit is what is delivered. */
function promisedTerms(pending: PendingCredit): Partial<CreditTerms> {
  return {
    wasPending: true,
    promisedAt: pending.createdAt,
    reason: pending.reason,
    priority: pending.priority ?? null,
    expiresAt: pending.expiresAt ?? null,
    referenceId: pending.referenceId,
    description: pending.description,
    metadata: pending.metadata,
    ...(pending.bonusCredits.gt(0)
      ? { bonus: { credits: pending.bonusCredits, expiresAt: pending.bonusExpiresAt ?? null } }
      : {}),
  };
}

export function actorOf(topUp: Pick<TopUp, 'createdBy' | 'requestId'>): Actor {
  return { keyId: topUp.createdBy, requestId: topUp.requestId };
}
