import { Injectable } from '@nestjs/common';
import { DomainError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { Clock } from '../../shared/clock.js';
import { InvoicesService } from '../../payments/invoices.service.js';
import type { Actor, CreditTerms } from '../../ledger/commands.js';
import type { LedgerTransaction } from '../../ledger/ledger-transaction.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { PendingCredit } from '../../ledger/pending-credit.entity.js';
import { addMonths } from '../../shared/calendar.js';
import { type InvoiceConfig, TopUpInvoices } from './top-up-invoices.js';
import { CARD_PAUSES } from '../rules/top-up-pauses.js';
import { OPEN_STATUS_LIST, type TopUp } from './top-up.entity.js';

const SYSTEM_KEY_ID = '';

/** The one place where a paid top-up becomes credits: reply, sweep and invoice payment all come here, and one of them wins. */
@Injectable()
export class TopUpSettlement {
  constructor(
    private readonly ledger: LedgerService,
    private readonly invoices: InvoicesService,
    private readonly papers: TopUpInvoices,
    private readonly clock: Clock,
  ) {}

  /**
   * Credits a top-up whose money has arrived (or that costs nothing), exactly once.
   * @returns `settled`; `already` when it had ended before; `refused` when the wallet takes no credits, so the money must go back.
   */
  async settle(
    topUp: TopUp,
    pending: PendingCredit | null = null,
    /** What is paid on its invoice now; all that is owed, if undefined. */
    paidMinor?: number,
  ): Promise<'settled' | 'already' | 'refused'> {
    const transactionId = topUp.transactionId ?? newId('wtxn', this.clock.now());
    const config = await this.papers.configOf(topUp);
    try {
      await this.ledger.post({
        kind: 'credit',
        scope: { tenantId: topUp.tenantId, environmentId: topUp.environmentId },
        walletId: topUp.walletId,
        actor: actorOf(topUp),
        terms: { ...this.#creditTerms(topUp, transactionId), ...(pending ? promisedTerms(pending) : {}) },
        within: async (tx) =>
          (await this.#close(tx, topUp, transactionId)) ?? this.#invoice(tx, topUp, config, paidMinor),
        answer: () => null,
      });
      return 'settled';
    } catch (error) {
      if (error instanceof DomainError && error.code === 'top_up_ended') return 'already';
      if (error instanceof DomainError && error.kind === 'invalid_operation') return 'refused';
      throw error;
    }
  }

  #creditTerms(topUp: TopUp, transactionId: string): CreditTerms {
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
      ...(validityMonths === null || validityMonths === undefined
        ? {}
        : { purchasedExpireAt: addMonths(this.clock.now(), validityMonths) }),
    };
  }

  /** The conditional update that only one caller can win. */
  async #close(tx: LedgerTransaction, topUp: TopUp, transactionId: string): Promise<DomainError | undefined> {
    const now = tx.now.toISOString();
    const closed = await tx.query(
      `update top_up set top_up_status = 'succeeded', transaction_id = $2, settled_at = $3, updated_at = $3,
         last_error_code = '', last_error_message = ''
       where id = $1 and top_up_status in (${OPEN_STATUS_LIST}) returning id`,
      [topUp.id, transactionId, now],
    );
    if (closed.length === 0)
      return new DomainError('conflict', 'the top-up has ended already', { code: 'top_up_ended' });
    await tx.query(
      `update top_up_attempt set outcome = 'succeeded', finished_at = $3 where top_up_id = $1 and attempt = $2`,
      [topUp.id, topUp.attempt, now],
    );
    await tx.query(
      `update top_up_guard set paused_at = null, pause_reason = ''
       where wallet_id = $1 and pause_reason = any($2::text[])`,
      [topUp.walletId, CARD_PAUSES],
    );
    return undefined;
  }

  /** What was sold or charged has an invoice, paid already; what was given at once has none. An invoiced top-up has had its own since it was asked for. */
  async #invoice(
    tx: LedgerTransaction,
    topUp: TopUp,
    config: InvoiceConfig,
    amountMinor: number | undefined,
  ): Promise<void> {
    if (topUp.invoicing) {
      const where = { walletId: topUp.walletId, topUpId: topUp.id };
      await tx.em.nativeUpdate(PendingCredit, where, { pendingStatus: 'completed', updatedAt: tx.now });
      const payment = { actorKeyId: topUp.createdBy, amountMinor };
      if (topUp.invoiceId) await this.invoices.markPaid(tx.em, topUp, topUp.invoiceId, payment);
    } else if (topUp.packId || topUp.paymentId) {
      const invoice = await this.papers.create(tx.em, topUp, config, { isPaid: true });
      await tx.query(`update top_up set invoice_id = $2 where id = $1`, [topUp.id, invoice.id]);
    }
  }
}

/** What was promised with a pending credit is what is delivered. */
function promisedTerms(pending: PendingCredit): Partial<CreditTerms> {
  return {
    wasPending: true,
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

export function actorOf(topUp: TopUp): Actor {
  return { keyId: topUp.createdBy || SYSTEM_KEY_ID, requestId: topUp.requestId };
}
