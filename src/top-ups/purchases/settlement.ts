import { Injectable } from '@nestjs/common';
import type { Actor, CreditTerms } from '../../ledger/commands.js';
import type { LedgerTransaction } from '../../shared/ledger-transaction.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { PendingCredit } from '../../ledger/pending-credit.entity.js';
import { InvoicesService } from '../../payments/invoices.service.js';
import { Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { scopeOf } from '../../shared/scope.js';
import { topUpChange } from '../rules/top-up-changes.js';
import { addMonths } from '../../shared/calendar.js';
import { type InvoiceConfig, TopUpInvoices } from './top-up-invoices.js';
import type { TopUp } from './top-up.entity.js';

/** The one place where a paid top-up becomes credits: reply, sweep and invoice payment all come here, and one of them wins. */
@Injectable()
export class TopUpSettlement {
  constructor(
    private readonly ledger: LedgerService,
    private readonly invoices: InvoicesService,
    private readonly topUpInvoices: TopUpInvoices,
    private readonly clock: Clock,
  ) {}

  /**
   * Credits a top-up whose money has arrived (or that costs nothing), exactly once.
   * @param paidMinor what is paid on its invoice now; all that is owed, if undefined
   * @returns `settled`; `already` when it had ended before; `refused` when the wallet takes no credits, so the money must go back.
   */
  async settle(
    topUp: TopUp,
    pending: PendingCredit | null = null,
    paidMinor?: number,
  ): Promise<'settled' | 'already' | 'refused'> {
    const now = this.clock.now();
    const transactionId = topUp.transactionId ?? newId('wtxn', now);
    // What was sold or charged has an invoice, paid already; what was given at once has none.
    const isSold = !topUp.invoicing && Boolean(topUp.packId || topUp.paymentId);
    const invoiceId = topUp.invoiceId ?? (isSold ? newId('inv', now) : null);
    const config = await this.topUpInvoices.configOf(topUp);
    try {
      await this.ledger.post({
        kind: 'credit',
        scope: scopeOf(topUp),
        walletId: topUp.walletId,
        actor: actorOf(topUp),
        terms: { ...this.#creditTerms(topUp, transactionId, invoiceId), ...(pending ? promisedTerms(pending) : {}) },
        ...(topUp.invoicing ? { guard: (tx) => this.#requirePayable(tx, topUp) } : {}),
        changes: [topUpChange({ kind: 'settle', topUpId: topUp.id, transactionId, invoiceId })],
        also: async (tx) => {
          if (topUp.invoicing) await this.#markPaid(tx, topUp, paidMinor);
          else if (invoiceId) await this.topUpInvoices.create(tx.em, topUp, config, { id: invoiceId, isPaid: true });
        },
        answer: () => null,
      });
      return 'settled';
    } catch (error) {
      if (error instanceof DomainError && error.code === 'top_up_ended') return 'already';
      if (error instanceof DomainError && error.kind === 'invalid_operation') return 'refused';
      throw error;
    }
  }

  #creditTerms(topUp: TopUp, transactionId: string, invoiceId: string | null): CreditTerms {
    const { validityMonths } = topUp;
    return {
      id: transactionId,
      credits: topUp.credits,
      reason: topUp.invoicing ? 'PURCHASED_CREDIT_INVOICED' : 'PURCHASED_CREDIT_DIRECT',
      referenceType: 'EXTERNAL',
      referenceId: topUp.id,
      description: topUp.description,
      metadata: topUp.isAutomatic ? { auto_topup: 'true' } : {},
      topUpId: topUp.id,
      charged: { amountMinor: topUp.priceMinor, currency: topUp.currency, invoiceId },
      ...(validityMonths === null || validityMonths === undefined
        ? {}
        : { purchasedExpireAt: addMonths(this.clock.now(), validityMonths) }),
    };
  }

  /** An invoice that was voided meanwhile is not paid, and what hangs on it is not delivered. */
  async #requirePayable(tx: LedgerTransaction, topUp: TopUp): Promise<DomainError | void> {
    if (!topUp.invoicing || !topUp.invoiceId) return;
    const { invoiceStatus, invoiceNumber } = await this.invoices.lock(tx.em, scopeOf(topUp), topUp.invoiceId);
    if (invoiceStatus !== 'VOIDED') return;
    return new DomainError('conflict', `invoice ${invoiceNumber} is voided`, { code: 'invoice_voided' });
  }

  async #markPaid(tx: LedgerTransaction, topUp: TopUp, amountMinor: number | undefined): Promise<void> {
    const where = { walletId: topUp.walletId, topUpId: topUp.id };
    await tx.em.nativeUpdate(PendingCredit, where, { pendingStatus: 'completed', updatedAt: tx.now });
    const payment = { actorKeyId: topUp.createdBy, amountMinor };
    if (topUp.invoiceId) await this.invoices.markPaid(tx.em, topUp, topUp.invoiceId, payment);
  }
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
    idempotencyKey: pending.idempotencyKey,
    ...(pending.bonusCredits.gt(0)
      ? { bonus: { credits: pending.bonusCredits, expiresAt: pending.bonusExpiresAt ?? null } }
      : {}),
  };
}

export function actorOf(topUp: Pick<TopUp, 'createdBy' | 'requestId'>): Actor {
  return { keyId: topUp.createdBy, requestId: topUp.requestId };
}
