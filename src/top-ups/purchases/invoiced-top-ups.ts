import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { refuseExtraDigits } from '../../http/fields/currency-digits.js';
import { type Decimal, toMinorUnits, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import type { Scope } from '../../shared/scope.js';
import type { LedgerTransaction } from '../../ledger/ledger-transaction.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { PendingCredit } from '../../ledger/pending-credit.entity.js';
import type { WalletRecord } from '../../ledger/wallet-state.js';
import { InvoicesService } from '../../payments/invoices.service.js';
import type { Invoice } from '../../payments/invoice.entity.js';
import { type InvoiceConfig, TopUpInvoices } from './top-up-invoices.js';
import { actorOf, TopUpSettlement } from './top-up-settlement.js';
import { TopUp } from './top-up.entity.js';

/** An invoice may stay unpaid for as long as it likes; nobody needs to look at it meanwhile. */
const NEVER = new Date('9999-01-01T00:00:00Z');

/** What a pending credit carries beside what its top-up says. */
export interface PendingTerms {
  priority: number | null;
  expiresAt: Date | null;
  idempotencyKey: string;
  metadata: Record<string, string>;
  bonus: { credits: PendingCredit['bonusCredits']; expiresAt: Date | null } | null;
}

export interface InvoicePayment {
  actorKeyId: string;
  paymentStatus: 'SUCCEEDED' | 'FAILED' | 'PENDING' | 'PROCESSING';
  /** In the invoice's currency; undefined: all that is owed. */
  amount?: Decimal | undefined;
}

/** Top-ups that are paid by invoice: a pending transaction and an invoice now, credits when it is paid. */
@Injectable()
export class InvoicedTopUps {
  constructor(
    private readonly em: EntityManager,
    private readonly ledger: LedgerService,
    private readonly invoices: InvoicesService,
    private readonly papers: TopUpInvoices,
    private readonly settlement: TopUpSettlement,
  ) {}

  /** Issues the invoice of an automatic top-up. Repeated after a crash, it finds that it was done. */
  async issue(topUp: TopUp): Promise<void> {
    const metadata = { auto_topup: 'true' };
    const terms = { priority: null, expiresAt: null, idempotencyKey: '', metadata, bonus: null };
    const config = await this.papers.configOf(topUp);
    try {
      await this.ledger.post({
        kind: 'evaluate',
        scope: scopeOf(topUp),
        walletId: topUp.walletId,
        actor: actorOf(topUp),
        within: async (tx, wallet) => {
          const promised = await this.promise(tx, wallet, topUp, terms, config);
          return promised instanceof DomainError ? promised : undefined;
        },
        answer: () => null,
      });
    } catch (error) {
      if (!(error instanceof DomainError && error.code === 'top_up_ended')) throw error;
    }
  }

  /** Writes the pending credit and the invoice of a top-up that is stored already, in the caller's ledger command. */
  async promise(
    tx: LedgerTransaction,
    wallet: WalletRecord,
    topUp: TopUp,
    terms: PendingTerms,
    config: InvoiceConfig,
  ): Promise<PendingCredit | DomainError> {
    const transactionId = topUp.transactionId ?? newId('wtxn', tx.now);
    const metadata = {
      ...terms.metadata,
      wallet_transaction_id: transactionId,
      wallet_id: wallet.id,
      credits_amount: topUp.credits.toFixed(),
      auto_completed: 'false',
    };
    const promised = await tx.query(
      `update top_up set top_up_status = 'awaiting_payment', transaction_id = $2, next_attempt_at = $3, updated_at = $4
       where id = $1 and top_up_status = 'created' returning id`,
      [topUp.id, transactionId, NEVER.toISOString(), tx.now.toISOString()],
    );
    if (promised.length === 0)
      return new DomainError('conflict', 'the top-up has ended already', { code: 'top_up_ended' });
    const { id: invoiceId } = await this.papers.create(tx.em, topUp, config, { isPaid: false, metadata });
    await tx.query(`update top_up set invoice_id = $2 where id = $1`, [topUp.id, invoiceId]);
    const pending = tx.em.create(PendingCredit, pendingCredit(tx, wallet, topUp, terms, transactionId));
    await tx.em.flush();
    return pending;
  }

  /**
   * Records how the payment of an invoice stands. Paid in full completes the top-up behind it; paid twice is paid once.
   * @returns the invoice as it is then
   */
  async updatePayment(scope: Scope, invoiceId: string, payment: InvoicePayment): Promise<Invoice> {
    const { actorKeyId, paymentStatus, amount } = payment;
    const invoice = await this.invoices.get(scope, invoiceId);
    if (amount) refuseExtraDigits(amount, invoice.currency, 'amount');
    if (paymentStatus !== 'SUCCEEDED') {
      await this.em.fork().transactional(async (em) => {
        await this.invoices.markUnpaid(em, scope, invoiceId, { actorKeyId, paymentStatus });
      });
      return this.invoices.get(scope, invoiceId);
    }
    const amountMinor = amount && toMinorUnits(amount, invoice.currency);
    if (await this.#isTheRest(scope, invoiceId, amountMinor, actorKeyId)) await this.#complete(invoice, amountMinor);
    return this.invoices.get(scope, invoiceId);
  }

  /** Books a payment, unless it is all that was missing for the top-up behind the invoice: that one comes with its credits. */
  async #isTheRest(
    scope: Scope,
    invoiceId: string,
    amountMinor: number | undefined,
    actorKeyId: string,
  ): Promise<boolean> {
    return this.em.fork().transactional(async (em) => {
      const { topUpId, invoiceStatus, totalMinor, paidMinor } = await this.invoices.lock(em, scope, invoiceId);
      const isRest = amountMinor === undefined || amountMinor >= totalMinor - paidMinor;
      if (topUpId && isRest && invoiceStatus !== 'VOIDED') return true;
      await this.invoices.markPaid(em, scope, invoiceId, { actorKeyId, amountMinor });
      return false;
    });
  }

  async #complete(invoice: Invoice, paidMinor: number | undefined): Promise<void> {
    const topUp = await this.em.fork().findOneOrFail(TopUp, { id: invoice.topUpId, ...scopeOf(invoice) });
    const pending = await this.em.fork().findOne(PendingCredit, { walletId: topUp.walletId, topUpId: topUp.id });
    const outcome = await this.settlement.settle(topUp, pending, paidMinor);
    if (outcome === 'refused') {
      throw new DomainError('invalid_operation', 'the wallet is closed: the credits can no longer be delivered', {
        details: { wallet_id: topUp.walletId, top_up_id: topUp.id },
      });
    }
  }
}

function scopeOf({ tenantId, environmentId }: Scope): Scope {
  return { tenantId, environmentId };
}

function pendingCredit(
  tx: LedgerTransaction,
  wallet: WalletRecord,
  topUp: TopUp,
  terms: PendingTerms,
  id: string,
): Omit<PendingCredit, symbol> {
  return {
    walletId: wallet.id,
    id,
    tenantId: wallet.tenantId,
    environmentId: wallet.environmentId,
    customerId: wallet.customerId,
    credits: topUp.credits,
    bonusCredits: terms.bonus?.credits ?? ZERO,
    bonusExpiresAt: terms.bonus?.expiresAt ?? null,
    balance: wallet.creditBalance,
    reason: 'PURCHASED_CREDIT_INVOICED',
    pendingStatus: 'pending',
    priority: terms.priority,
    expiresAt: terms.expiresAt,
    referenceId: terms.idempotencyKey || topUp.id,
    description: topUp.description,
    metadata: terms.metadata,
    idempotencyKey: terms.idempotencyKey,
    topUpId: topUp.id,
    createdAt: tx.now,
    updatedAt: tx.now,
    createdBy: topUp.createdBy,
  };
}
