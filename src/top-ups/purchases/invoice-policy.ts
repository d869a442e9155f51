import { LockMode } from '@mikro-orm/core';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { invoiceEvent } from '../../events/build-events.js';
import { EventsService, type NewEvent } from '../../events/events.service.js';
import type { ChangeContext, LedgerPolicy, PolicyChange } from '../../ledger/ledger-policy.js';
import type { LedgerTransaction } from '../../shared/ledger-transaction.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import type { WalletState } from '../../ledger/wallet-state.js';
import type { Columns } from '../../shared/sql-table.js';
import {
  amountOf,
  bookPayment,
  bookRefund,
  isPaid,
  judgePayment,
  type KnownPayment,
  markUnpaid,
  type PaymentKind,
  type ReportedPayment,
  voidInvoice,
} from '../../payments/change-invoice.js';
import { InvoicePayment } from '../../payments/invoice-payment.entity.js';
import { Invoice } from '../../payments/invoice.entity.js';
import { DomainError, notFound } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';

const INVOICES = 'invoices';

/** What changes an invoice once it is written. */
export type InvoiceChange =
  /** `expected`: what the command around it was made for. */
  | { kind: 'pay'; invoiceId: string; payment: ReportedPayment; expected: PaymentKind }
  | { kind: 'mark'; invoiceId: string; paymentStatus: 'PENDING' | 'PROCESSING' | 'FAILED' }
  | { kind: 'void'; invoiceId: string };

/** The change as the ledger hands it on. */
export function invoiceChange(change: InvoiceChange): PolicyChange & InvoiceChange {
  return { policy: INVOICES, ...change };
}

/** The invoices that commands of one batch name, and the payments that are known, or have just been booked. */
interface NamedInvoices {
  invoices: Map<string, Invoice>;
  payments: (KnownPayment & { tenantId: string; environmentId: string })[];
  newPayments: Columns<InvoicePayment>[];
  /** What is to be told, as it was when it happened. */
  told: NewEvent[];
}

/**
 * Invoices of top-ups, paid, marked and voided under their wallet's lock and in the commit of what follows from it. Two
 * payments of one group meet here in memory, so the second sees the first.
 */
@Injectable()
export class InvoicePolicy implements LedgerPolicy, OnModuleInit {
  readonly name = INVOICES;
  readonly #named = new WeakMap<WalletState, NamedInvoices>();

  constructor(
    private readonly ledger: LedgerService,
    private readonly events: EventsService,
  ) {}

  onModuleInit(): void {
    this.ledger.use(this);
  }

  async load(tx: LedgerTransaction, states: WalletState[], changes: readonly PolicyChange[]): Promise<void> {
    const asked = changes.filter((change): change is PolicyChange & InvoiceChange => change.policy === INVOICES);
    if (asked.length === 0) return;
    const walletIds = states.map(({ wallet }) => wallet.id);
    const ids = [...new Set(asked.map(({ invoiceId }) => invoiceId))];
    const invoices = await tx.em.find(
      Invoice,
      { id: { $in: ids }, walletId: { $in: walletIds } },
      { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true, orderBy: { id: 'asc' } },
    );
    const named: NamedInvoices = {
      invoices: new Map(invoices.map((invoice) => [invoice.id, invoice])),
      payments: (await findKnown(tx, states, asked)).map((payment) => knownOf(payment)),
      newPayments: [],
      told: [],
    };
    for (const state of states) this.#named.set(state, named);
  }

  change(state: WalletState, change: PolicyChange, context: ChangeContext): DomainError | (() => unknown) {
    const asked = change as PolicyChange & InvoiceChange;
    const named = this.#named.get(state);
    const invoice = named?.invoices.get(asked.invoiceId);
    if (!named || invoice?.walletId !== state.wallet.id) return notFound('invoice', { invoice_id: asked.invoiceId });
    const { now, actor } = context;
    switch (asked.kind) {
      case 'pay':
        return pay(state, named, invoice, asked, context);
      case 'mark':
        return markUnpaid(invoice, asked.paymentStatus, now, actor.keyId);
      case 'void':
        return takeBack(state, named, invoice, now, actor.keyId);
    }
  }

  afterCommand(): void {}

  async save(tx: LedgerTransaction, states: WalletState[]): Promise<void> {
    const all = new Set(states.flatMap((state) => this.#named.get(state) ?? []));
    for (const { newPayments } of all) for (const payment of newPayments) tx.em.create(InvoicePayment, payment);
    if (all.size > 0) await tx.em.flush();
    await this.events.write(
      tx,
      [...all].flatMap(({ told }) => told),
    );
  }

  committed(): void {}
}

function pay(
  state: WalletState,
  named: NamedInvoices,
  invoice: Invoice,
  { payment, expected }: Extract<InvoiceChange, { kind: 'pay' }>,
  { now, actor }: ChangeContext,
): DomainError | (() => PaymentKind) {
  const { wallet } = state;
  const known = named.payments.filter((booked) => isInScope(booked, wallet) && isSame(booked, payment));
  const kind = judgePayment({ invoice, payment, known, takesCredits: wallet.walletStatus !== 'closed' });
  if (kind instanceof DomainError) return kind;
  if (kind !== expected) return paymentMoved();
  return () => {
    if (kind === 'none') return kind;
    const amountMinor = amountOf(invoice, payment);
    const wasPaid = isPaid(invoice);
    bookPayment(invoice, amountMinor, now, actor.keyId);
    if (!wasPaid && isPaid(invoice)) {
      named.told.push(invoiceEvent('invoice.paid', { ...invoice, walletId: wallet.id }, null));
    }
    if (kind === 'refund') bookRefund(invoice, now, actor.keyId);
    const booked = {
      id: newId('pay', now),
      tenantId: wallet.tenantId,
      environmentId: wallet.environmentId,
      invoiceId: invoice.id,
      amountMinor,
      reference: payment.reference,
      idempotencyKey: payment.key,
      createdAt: now,
      createdBy: actor.keyId,
    };
    named.newPayments.push(booked);
    named.payments.push(knownOf(booked));
    return kind;
  };
}

function takeBack(
  { wallet }: WalletState,
  named: NamedInvoices,
  invoice: Invoice,
  now: Date,
  actorKeyId: string,
): DomainError | (() => void) {
  const voided = voidInvoice(invoice, now, actorKeyId);
  if (voided instanceof DomainError || invoice.invoiceStatus === 'VOIDED') return voided;
  return () => {
    voided();
    const reason = { code: 'voided', sentence: 'somebody took the invoice back' };
    named.told.push(invoiceEvent('invoice.voided', { ...invoice, walletId: wallet.id }, reason));
  };
}

/** Somebody else paid, or closed the wallet, since the command was made: to be made again. Nothing is kept of it. */
export function paymentMoved(): DomainError {
  return new DomainError('unavailable', 'somebody else is paying this invoice: repeat the request', {
    code: 'payment_moved',
    retryAfterSeconds: 1,
  });
}

async function findKnown(
  { em }: LedgerTransaction,
  states: WalletState[],
  asked: readonly InvoiceChange[],
): Promise<InvoicePayment[]> {
  const payments = asked.flatMap((change) => (change.kind === 'pay' ? [change.payment] : []));
  const references = payments.flatMap(({ reference }) => reference ?? []);
  const keys = payments.flatMap(({ key }) => key ?? []);
  if (references.length + keys.length === 0) return [];
  const scopes = [...new Set(states.map(({ wallet }) => wallet.environmentId))];
  const tenants = [...new Set(states.map(({ wallet }) => wallet.tenantId))];
  return em.find(InvoicePayment, {
    tenantId: { $in: tenants },
    environmentId: { $in: scopes },
    $or: [{ reference: { $in: references } }, { idempotencyKey: { $in: keys } }],
  });
}

/** Whether a payment goes by the reference or the key of one that is booked. */
export function isSame(booked: KnownPayment, { reference, key }: ReportedPayment): boolean {
  return (reference !== null && booked.reference === reference) || (key !== null && booked.idempotencyKey === key);
}

function isInScope(
  { tenantId, environmentId }: NamedInvoices['payments'][number],
  wallet: { tenantId: string; environmentId: string },
): boolean {
  return tenantId === wallet.tenantId && environmentId === wallet.environmentId;
}

function knownOf(payment: InvoicePayment | Columns<InvoicePayment>): NamedInvoices['payments'][number] {
  const { tenantId, environmentId, invoiceId, amountMinor } = payment;
  return {
    tenantId,
    environmentId,
    invoiceId,
    amountMinor,
    reference: payment.reference ?? null,
    idempotencyKey: payment.idempotencyKey ?? null,
  };
}
