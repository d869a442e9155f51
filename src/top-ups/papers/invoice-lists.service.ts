import type { FilterQuery } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Customer } from '../../customers/customer.entity.js';
import { CustomersService } from '../../customers/customers.service.js';
import { renderCustomer } from '../../customers/render-customer.js';
import { filterConditions, type FilterFields, sortOrder } from '../../http/filters.js';
import { Invoice } from '../../payments/invoice.entity.js';
import type { InvoiceDto } from '../../payments/invoices.dto.js';
import { renderInvoice } from '../../payments/render-invoice.js';
import { Clock } from '../../shared/clock.js';
import { majorUnitsSql } from '../../shared/currencies.js';
import { decimal, formatDecimal } from '../../shared/decimal.js';
import { invalidField } from '../../shared/errors.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import type { CustomerInvoiceSummariesDto, InvoiceSearch } from './invoice-lists.dto.js';
import { InvoiceRow } from './invoice-row.entity.js';

const FIELDS: FilterFields = {
  id: { property: 'id', type: 'text' },
  invoice_number: { property: 'invoiceNumber', type: 'text' },
  customer_id: { property: 'customerId', type: 'text' },
  wallet_id: { property: 'walletId', type: 'text' },
  top_up_id: { property: 'topUpId', type: 'text' },
  invoice_status: { property: 'invoiceStatus', type: 'text' },
  payment_status: { property: 'paymentStatus', type: 'text' },
  billing_reason: { property: 'billingReason', type: 'text' },
  currency: { property: 'currency', type: 'text' },
  description: { property: 'description', type: 'text' },
  idempotency_key: { property: 'idempotencyKey', type: 'text' },
  status: { property: 'status', type: 'text' },
  subtotal: { property: 'subtotal', type: 'decimal' },
  total_discount: { property: 'discount', type: 'decimal' },
  total_tax: { property: 'tax', type: 'decimal' },
  total: { property: 'total', type: 'decimal' },
  amount_due: { property: 'total', type: 'decimal' },
  amount_paid: { property: 'paid', type: 'decimal' },
  amount_remaining: { property: 'remaining', type: 'decimal' },
  refunded_amount: { property: 'refunded', type: 'decimal' },
  due_date: { property: 'dueAt', type: 'timestamp' },
  finalized_at: { property: 'finalizedAt', type: 'timestamp' },
  paid_at: { property: 'paidAt', type: 'timestamp' },
  voided_at: { property: 'voidedAt', type: 'timestamp' },
  created_at: { property: 'createdAt', type: 'timestamp' },
  updated_at: { property: 'updatedAt', type: 'timestamp' },
  created_by: { property: 'createdBy', type: 'text' },
};

/** Filters of what our invoices don't have: whoever uses one finds nothing. */
const NEVER_THERE = [
  'subscription_id',
  'period_start_gte',
  'period_start_lte',
  'period_end_gte',
  'period_end_lte',
] as const;

/** Still to be paid. A part that was booked back for a closed wallet leaves nothing to pay. */
const UNPAID = `i.paid_at is null and i.refunded_minor = 0`;

interface SummaryRow {
  currency: string;
  revenue: string;
  unpaid: string;
  overdue: string;
  invoices: number;
  unpaid_invoices: number;
  overdue_invoices: number;
}

/** Invoices of all wallets, found by what the wallets API searches by, and added up for a customer. */
@Injectable()
export class InvoiceLists {
  constructor(
    private readonly em: EntityManager,
    private readonly customers: CustomersService,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError `validation` for a filter or a sort that there is not */
  async search(scope: Scope, search: InvoiceSearch): Promise<{ items: InvoiceDto[]; total: number }> {
    const conditions = conditionsOf(search);
    const orderBy = sortOrder(search.sort, FIELDS, search.order);
    const customerId = await this.#customerId(scope, search);
    if (customerId === null || hasNone(search)) return { items: [], total: 0 };
    const where = {
      $and: [scopeOf(scope), ...conditions, ...(customerId === undefined ? [] : [{ customerId }])],
    } as FilterQuery<InvoiceRow>;
    const { limit, offset } = search;
    const em = this.em.fork();
    const rows = await em.find(InvoiceRow, where, { limit, offset, orderBy });
    const isWholeList = offset === 0 && rows.length < limit;
    const total = isWholeList ? rows.length : await em.count(InvoiceRow, where);
    return { items: await this.#render(scope, rows, search), total };
  }

  /** What a customer has paid and owes, by currency. @throws not_found */
  async summary(scope: Scope, customerId: string): Promise<CustomerInvoiceSummariesDto> {
    await this.customers.get(scope, customerId);
    const rows = await this.#summaries(scope, customerId);
    const summaries = rows.map((row) => ({
      customer_id: customerId,
      currency: row.currency,
      total_revenue_amount: amount(row.revenue),
      total_unpaid_amount: amount(row.unpaid),
      total_overdue_amount: amount(row.overdue),
      total_invoice_count: row.invoices,
      unpaid_invoice_count: row.unpaid_invoices,
      overdue_invoice_count: row.overdue_invoices,
      unpaid_fixed_charges: amount(row.unpaid),
      unpaid_usage_charges: '0',
    }));
    return { customer_id: customerId, default_currency: rows[0]?.currency ?? null, summaries };
  }

  async #summaries({ tenantId, environmentId }: Scope, customerId: string): Promise<SummaryRow[]> {
    const sum = (minor: string) => majorUnitsSql(`coalesce(${minor}, 0)`, 'i.currency');
    const overdue = `${UNPAID} and i.due_at < ?`;
    const rest = `sum(i.total_minor - i.paid_minor)`;
    const now = this.clock.now();
    return this.em.fork().execute<SummaryRow[]>(
      `select i.currency, ${sum('sum(i.paid_minor - i.refunded_minor)')}::text as revenue,
         ${sum(`${rest} filter (where ${UNPAID})`)}::text as unpaid,
         ${sum(`${rest} filter (where ${overdue})`)}::text as overdue,
         count(*)::int as invoices, (count(*) filter (where ${UNPAID}))::int as unpaid_invoices,
         (count(*) filter (where ${overdue}))::int as overdue_invoices
       from invoice i
       where i.tenant_id = ? and i.environment_id = ? and i.customer_id = ? and i.invoice_status <> 'VOIDED'
       group by i.currency order by count(*) desc, i.currency`,
      [now, now, tenantId, environmentId, customerId],
    );
  }

  /** The one customer that is searched for; undefined: any; null: there is none such. */
  async #customerId(scope: Scope, search: InvoiceSearch): Promise<string | null | undefined> {
    const { customer_id: id, external_customer_id: externalId } = search;
    if (externalId == null) return id ?? undefined;
    const where = { externalId, ...scopeOf(scope), status: 'published' as const, ...(id == null ? {} : { id }) };
    return (await this.em.fork().findOne(Customer, where))?.id ?? null;
  }

  async #render(scope: Scope, rows: InvoiceRow[], search: InvoiceSearch): Promise<InvoiceDto[]> {
    const em = this.em.fork();
    const found = await em.find(Invoice, { id: { $in: rows.map(({ id }) => id) }, ...scopeOf(scope) });
    const invoices = new Map(found.map((invoice) => [invoice.id, invoice]));
    const items = rows.flatMap(({ id }) => invoices.get(id) ?? []).map(renderInvoice);
    if (search.skip_line_items) for (const item of items) item.line_items = [];
    if (search.expand?.includes('customer')) {
      const ids = [...new Set(items.map((item) => item.customer_id))];
      const customers = await em.find(Customer, { id: { $in: ids }, ...scopeOf(scope) });
      const rendered = new Map(customers.map((customer) => [customer.id, { ...renderCustomer(customer) }]));
      for (const item of items) item.customer = rendered.get(item.customer_id) ?? null;
    }
    return items;
  }
}

function conditionsOf(search: InvoiceSearch): object[] {
  const { start_time: from, end_time: to, amount_due_gt: due, amount_remaining_gt: remaining } = search;
  if (from && to && to < from) throw invalidField('end_time', 'must not be before start_time');
  return [
    ...(search.invoice_ids?.length ? [{ id: { $in: search.invoice_ids } }] : []),
    ...(search.invoice_status?.length ? [{ invoiceStatus: { $in: search.invoice_status } }] : []),
    ...(search.payment_status?.length ? [{ paymentStatus: { $in: search.payment_status } }] : []),
    ...(search.status ? [{ status: search.status }] : []),
    ...(due ? [{ total: { $gt: formatDecimal(due) } }] : []),
    ...(remaining ? [{ remaining: { $gt: formatDecimal(remaining) } }] : []),
    ...(from ? [{ createdAt: { $gte: from } }] : []),
    ...(to ? [{ createdAt: { $lte: to } }] : []),
    ...filterConditions(search.filters, FIELDS),
  ];
}

function hasNone(search: InvoiceSearch): boolean {
  const isOfOtherType = search.invoice_type != null && search.invoice_type !== 'ONE_OFF';
  return isOfOtherType || NEVER_THERE.some((name) => search[name] != null);
}

function amount(text: string): string {
  return formatDecimal(decimal(text));
}
