import type { FilterQuery } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import type { Decimal } from '../shared/decimal.js';
import { notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import {
  type BillingReason,
  Invoice,
  type InvoiceDiscount,
  type InvoiceLine,
  type InvoiceLineKind,
  type InvoiceParty,
  type InvoicePaymentStatus,
  type InvoiceTax,
} from './invoice.entity.js';

export interface NewInvoiceLine {
  kind?: InvoiceLineKind;
  description: string;
  /** Whole units, 1 or more. */
  quantity: number;
  /** Integer minor units, zero or more. */
  unitAmountMinor: number;
  discountMinor?: number;
  taxMinor?: number;
  periodStart?: Date | null;
  periodEnd?: Date | null;
}

export interface NewInvoice {
  scope: Scope;
  /** The caller's key. */
  actorKeyId: string;
  /** Where the id was promised before. */
  id?: string;
  customerId: string;
  walletId?: string | null;
  /** At most one invoice for each top-up. */
  topUpId?: string | null;
  /** ISO 4217. */
  currency: string;
  lines: NewInvoiceLine[];
  /** What the lines' discounts are, and what their taxes are: the sums must agree. */
  discounts?: InvoiceDiscount[];
  taxes?: InvoiceTax[];
  /** As they are now: later changes of theirs don't change the invoice. */
  seller?: InvoiceParty | null;
  buyer?: InvoiceParty | null;
  billingReason: BillingReason;
  description?: string;
  credits?: Decimal | null;
  metadata?: Record<string, string>;
  idempotencyKey?: string;
  dueAt?: Date | null;
  /** Paid already: a card that was charged, or a purchase that is completed without payment. */
  isPaid?: boolean;
}

export interface InvoiceFilter {
  customerId?: string;
  topUpId?: string;
  paymentStatus?: InvoicePaymentStatus;
  billingReason?: BillingReason;
}

export interface InvoicePage {
  items: Invoice[];
  total: number;
}

/**
 * Invoices are written inside the transaction of whatever they are for: the top-up, the ledger posting. What changes them
 * later is in `change-invoice.ts`, and done under their wallet's lock.
 */
@Injectable()
export class InvoicesService {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  /** Creates a finalized invoice with the next number. Takes the counter's lock until the transaction ends: call it last. */
  async create(em: EntityManager, draft: NewInvoice): Promise<Invoice> {
    const now = this.clock.now();
    const { lines, amounts } = priceLines(draft);
    const number = await nextNumber(em, draft.scope);
    const isPaid = draft.isPaid === true || amounts.totalMinor === 0;
    const invoice = em.create(Invoice, {
      id: draft.id ?? newId('inv', now),
      ...scopeOf(draft.scope),
      customerId: draft.customerId,
      walletId: draft.walletId ?? null,
      topUpId: draft.topUpId ?? null,
      number,
      invoiceNumber: `INV-${String(number).padStart(6, '0')}`,
      invoiceStatus: 'FINALIZED',
      paymentStatus: isPaid ? 'SUCCEEDED' : 'PENDING',
      billingReason: draft.billingReason,
      currency: draft.currency.toLowerCase(),
      description: draft.description ?? '',
      credits: draft.credits ?? null,
      ...amounts,
      paidMinor: isPaid ? amounts.totalMinor : 0,
      refundedMinor: 0,
      lineItems: lines,
      discounts: draft.discounts ?? [],
      taxes: draft.taxes ?? [],
      seller: draft.seller ?? null,
      buyer: draft.buyer ?? null,
      metadata: draft.metadata ?? {},
      idempotencyKey: draft.idempotencyKey ?? '',
      version: 1,
      dueAt: draft.dueAt ?? null,
      finalizedAt: now,
      paidAt: isPaid ? now : null,
      voidedAt: null,
      status: 'published',
      createdAt: now,
      updatedAt: now,
      createdBy: draft.actorKeyId,
      updatedBy: draft.actorKeyId,
    });
    await em.flush();
    return invoice;
  }

  async get(scope: Scope, id: string): Promise<Invoice> {
    const invoice = await this.em.fork().findOne(Invoice, { id, ...scopeOf(scope) });
    if (!invoice) throw notFound('invoice', { invoice_id: id });
    return invoice;
  }

  async findByTopUp(scope: Scope, topUpId: string, em: EntityManager = this.em.fork()): Promise<Invoice | undefined> {
    return (await em.findOne(Invoice, { topUpId, ...scopeOf(scope) })) ?? undefined;
  }

  /** Newest first. */
  async list(scope: Scope, filter: InvoiceFilter, page: { limit: number; offset: number }): Promise<InvoicePage> {
    const where: FilterQuery<Invoice> = { ...scopeOf(scope), ...filter };
    const [items, total] = await this.em.fork().findAndCount(Invoice, where, {
      limit: page.limit,
      offset: page.offset,
      orderBy: { createdAt: 'desc', id: 'desc' },
    });
    return { items, total };
  }
}

async function nextNumber(em: EntityManager, { tenantId, environmentId }: Scope): Promise<number> {
  const [row] = await em.execute<{ last_number: number }[]>(
    `insert into invoice_counter (tenant_id, environment_id, last_number) values (?, ?, 1)
     on conflict (tenant_id, environment_id) do update set last_number = invoice_counter.last_number + 1
     returning last_number`,
    [tenantId, environmentId],
  );
  if (!row) throw new Error('the invoice counter returned nothing');
  return row.last_number;
}

interface InvoiceAmounts {
  subtotalMinor: number;
  discountMinor: number;
  taxMinor: number;
  totalMinor: number;
}

function priceLines(draft: NewInvoice): { lines: InvoiceLine[]; amounts: InvoiceAmounts } {
  const lines = draft.lines.map((line) => ({
    ...(line.kind ? { kind: line.kind } : {}),
    description: line.description,
    quantity: line.quantity,
    unitAmountMinor: line.unitAmountMinor,
    discountMinor: line.discountMinor ?? 0,
    taxMinor: line.taxMinor ?? 0,
    periodStart: line.periodStart?.toISOString() ?? null,
    periodEnd: line.periodEnd?.toISOString() ?? null,
  }));
  const subtotalMinor = total(lines, (line) => line.quantity * line.unitAmountMinor);
  const discountMinor = total(lines, (line) => line.discountMinor);
  const taxMinor = total(lines, (line) => line.taxMinor);
  assertSum('discounts', discountMinor, draft.discounts ?? []);
  assertSum('taxes', taxMinor, draft.taxes ?? []);
  const totalMinor = subtotalMinor - discountMinor + taxMinor;
  return { lines, amounts: { subtotalMinor, discountMinor, taxMinor, totalMinor } };
}

function assertSum(what: string, ofLines: number, parts: { amountMinor: number }[]): void {
  const ofParts = total(parts, ({ amountMinor }) => amountMinor);
  if (ofParts !== ofLines) throw new Error(`${what} add up to ${ofParts}, those of the lines to ${ofLines}`);
}

function total<Item>(items: Item[], amountOf: (item: Item) => number): number {
  const sum = items.reduce((subtotal, item) => subtotal + amountOf(item), 0);
  if (!Number.isSafeInteger(sum)) throw new Error(`${sum} is not a whole number of minor units`);
  return sum;
}
