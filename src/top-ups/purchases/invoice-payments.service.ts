import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { refuseExtraDigits } from '../../http/fields/currency-digits.js';
import type { Actor, Idempotency, LedgerCommand } from '../../ledger/commands.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { PendingCredit } from '../../ledger/pending-credit.entity.js';
import { Wallet } from '../../ledger/wallet.entity.js';
import { judgePayment, type PaymentKind, type ReportedPayment } from '../../payments/change-invoice.js';
import { InvoicePayment } from '../../payments/invoice-payment.entity.js';
import type { Invoice } from '../../payments/invoice.entity.js';
import { InvoicesService } from '../../payments/invoices.service.js';
import { type Decimal, toMinorUnits } from '../../shared/decimal.js';
import { DomainError, invalidField } from '../../shared/errors.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { inWallet, walletKey } from '../../shared/shard.js';
import { topUpChange } from '../rules/top-up-changes.js';
import { invoiceChange } from './invoice-policy.js';
import { type PromisedPayment, TopUpSettlement } from './settlement.js';
import { isOpenStatus, TopUp } from './top-up.entity.js';

export interface PaymentReport {
  actor: Actor;
  idempotency: Idempotency | undefined;
  paymentStatus: 'SUCCEEDED' | 'FAILED' | 'PENDING' | 'PROCESSING';
  /** In the invoice's currency; undefined: all that is owed. */
  amount: Decimal | undefined;
  /** What the payer or the bank calls the payment. */
  reference: string | undefined;
}

interface Reported {
  invoice: Invoice;
  isReplayed: boolean;
}

/** How often a payment is made up anew because others paid the same invoice at that moment. */
const MAX_TRIES = 20;

/** What happens to the invoice of a top-up: each payment and its consequence, and a void, is one command on the wallet. */
@Injectable()
export class InvoicePayments {
  constructor(
    private readonly em: EntityManager,
    private readonly ledger: LedgerService,
    private readonly invoices: InvoicesService,
    private readonly settlement: TopUpSettlement,
  ) {}

  /**
   * Records how the payment of an invoice stands. Paid in full completes the top-up behind it; money for a closed wallet
   * is booked and booked back. The same key or the same reference is one payment.
   * @returns the invoice as it is then
   */
  async report(scope: Scope, invoiceId: string, report: PaymentReport): Promise<Reported> {
    const { paymentStatus, actor, idempotency, amount } = report;
    const invoice = await this.invoices.get(scope, invoiceId);
    if (amount) refuseExtraDigits(amount, invoice.currency, 'amount');
    const frame = { actor, ...(idempotency ? { idempotency } : {}) };
    const { isReplayed } =
      paymentStatus === 'SUCCEEDED'
        ? await this.#pay(invoice, paymentOf(invoice, report), frame)
        : await this.#evaluate(invoice, frame, {
            changes: [invoiceChange({ kind: 'mark', invoiceId, paymentStatus })],
          });
    return { invoice: await this.invoices.get(scope, invoiceId), isReplayed };
  }

  /**
   * Takes an invoice back that nothing was paid on, with the top-up and the pending credit behind it: nobody is asked for
   * money that buys nothing. Twice is a no-op.
   */
  async void(scope: Scope, invoiceId: string, actor: Actor): Promise<Invoice> {
    const invoice = await this.invoices.get(scope, invoiceId);
    const { topUpId } = invoice;
    await this.#evaluate(
      invoice,
      { actor },
      {
        changes: [
          invoiceChange({ kind: 'void', invoiceId }),
          ...(topUpId == null ? [] : [topUpChange({ kind: 'void', topUpId })]),
        ],
        also: async ({ em, now }) => this.#failPending(em, invoice, now),
      },
    );
    return this.invoices.get(scope, invoiceId);
  }

  /** What the payment is, is seen without a lock and judged again under it: whoever was overtaken looks again. */
  async #pay(
    found: Invoice,
    payment: ReportedPayment,
    frame: PromisedPayment['frame'],
  ): Promise<{ isReplayed: boolean }> {
    for (let tries = 1; ; tries += 1) {
      const invoice = tries === 1 ? found : await this.invoices.get(scopeOf(found), found.id);
      const expected = await this.#expect(invoice, payment);
      try {
        return await this.#payAs(expected, invoice, payment, frame);
      } catch (error) {
        const isOvertaken = error instanceof DomainError && error.code === 'payment_moved';
        if (!isOvertaken || tries === MAX_TRIES) throw error;
      }
    }
  }

  async #payAs(
    expected: PaymentKind,
    invoice: Invoice,
    payment: ReportedPayment,
    frame: PromisedPayment['frame'],
  ): Promise<{ isReplayed: boolean }> {
    const change = invoiceChange({ kind: 'pay', invoiceId: invoice.id, payment, expected });
    if (expected === 'none' || expected === 'part') return this.#evaluate(invoice, frame, { changes: [change] });
    const em = this.em.fork();
    const topUp = await em.findOneOrFail(TopUp, { id: invoice.topUpId, ...scopeOf(invoice) });
    if (expected === 'rest') {
      const pending = await em.findOneOrFail(PendingCredit, { ...inWallet(topUp.walletId), topUpId: topUp.id });
      return this.settlement.settlePromised(topUp, pending, { change, invoice, frame });
    }
    const end = { status: 'refunded', code: 'wallet_closed', message: 'the wallet takes no more credits' } as const;
    const ends = isOpenStatus(topUp.topUpStatus) ? [topUpChange({ kind: 'end', topUpId: topUp.id, end })] : [];
    return this.#evaluate(invoice, frame, {
      changes: [change, ...ends],
      also: async (tx) => this.#failPending(tx.em, invoice, tx.now),
    });
  }

  /** A refusal is left to whoever holds the lock: it is remembered under the key there. */
  async #expect(invoice: Invoice, payment: ReportedPayment): Promise<PaymentKind> {
    const em = this.em.fork();
    const { reference, key } = payment;
    const wallet = await em.findOneOrFail(Wallet, { ...walletKey(invoice.walletId as string), ...scopeOf(invoice) });
    const names = [...(reference === null ? [] : [{ reference }]), ...(key === null ? [] : [{ idempotencyKey: key }])];
    const booked = names.length === 0 ? [] : await em.find(InvoicePayment, { ...scopeOf(invoice), $or: names });
    const known = booked.map(({ invoiceId, amountMinor, ...names }) => ({
      invoiceId,
      amountMinor,
      reference: names.reference ?? null,
      idempotencyKey: names.idempotencyKey ?? null,
    }));
    const kind = judgePayment({ invoice, payment, known, takesCredits: wallet.walletStatus !== 'closed' });
    return kind instanceof DomainError ? 'none' : kind;
  }

  async #failPending(em: EntityManager, { walletId, topUpId }: Invoice, now: Date): Promise<void> {
    if (walletId == null || topUpId == null) return;
    const where = { ...inWallet(walletId), topUpId, pendingStatus: 'pending' as const };
    await em.nativeUpdate(PendingCredit, where, { pendingStatus: 'failed', updatedAt: now });
  }

  #evaluate(
    invoice: Invoice,
    frame: PromisedPayment['frame'],
    what: Pick<LedgerCommand, 'changes' | 'also'>,
  ): Promise<{ isReplayed: boolean }> {
    return this.ledger.post({
      kind: 'evaluate',
      scope: scopeOf(invoice),
      walletId: invoice.walletId ?? '',
      ...frame,
      ...what,
      answer: () => null,
    });
  }
}

function paymentOf({ currency }: Invoice, { amount, reference, idempotency }: PaymentReport): ReportedPayment {
  const amountMinor = amount && toMinorUnits(amount, currency);
  if (amountMinor === 0) throw invalidField('amount', 'is less than the smallest unit of the currency');
  return { amountMinor, reference: reference ?? null, key: idempotency?.key ?? null };
}
