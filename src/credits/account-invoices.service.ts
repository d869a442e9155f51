import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type CreditsPage, creditsPage, type CreditsPageQuery, offsetOf, orderingOf } from '../http/credits-page.js';
import { Invoice } from '../payments/invoice.entity.js';
import type { AccountInvoiceDto } from '../payments/invoices.dto.js';
import { renderAccountInvoice } from '../payments/render-invoice.js';
import { notFound } from '../shared/errors.js';
import { scopeOf } from '../shared/scope.js';
import type { Account } from './account.js';

const ORDERINGS = { date: 'createdAt', number: 'number', total: 'totalMinor' } as const;
const NEWEST_FIRST = { property: 'number', direction: 'desc' } as const;

/** What an account was charged for. */
@Injectable()
export class AccountInvoicesService {
  constructor(private readonly em: EntityManager) {}

  async list({ scope, customerId }: Account, query: CreditsPageQuery): Promise<CreditsPage<AccountInvoiceDto>> {
    const { property, direction } = orderingOf(query, ORDERINGS, NEWEST_FIRST);
    const [invoices, count] = await this.em
      .fork()
      .findAndCount(
        Invoice,
        { ...scopeOf(scope), customerId },
        { limit: query.length, offset: offsetOf(query), orderBy: [{ [property]: direction }, { id: direction }] },
      );
    return creditsPage(invoices.map(renderAccountInvoice), count, query);
  }

  /** @throws not_found, also for an invoice of another account */
  async get({ scope, customerId }: Account, id: string): Promise<Invoice> {
    const invoice = await this.em.fork().findOne(Invoice, { id, ...scopeOf(scope), customerId });
    if (!invoice) throw notFound('invoice', { invoice_id: id });
    return invoice;
  }
}
