import type { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Customer } from '../../customers/customer.entity.js';
import { invoiceEvent } from '../../events/build-events.js';
import { EventsService } from '../../events/events.service.js';
import type { Invoice, InvoiceParty } from '../../payments/invoice.entity.js';
import { InvoicesService } from '../../payments/invoices.service.js';
import { priceSale } from '../../payments/price-invoice.js';
import type { SettingValue } from '../../settings/setting-keys.js';
import { SettingsService } from '../../settings/settings.service.js';
import { formatDecimal } from '../../shared/decimal.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import type { TopUpRecord } from '../rules/top-up-state.js';
import type { TopUp } from './top-up.entity.js';

/** Taxes and seller. */
export type InvoiceConfig = SettingValue<'invoice_config'>;

/** How an invoice is issued. */
interface Issue {
  /** Promised before, so that the top-up can name it. */
  id: string;
  isPaid: boolean;
  /** When an unpaid one is due; null: it never is. */
  dueAt?: Date | null;
  metadata?: Record<string, string>;
}

/** The invoice of a top-up: one line, its units at their price. */
@Injectable()
export class TopUpInvoices {
  constructor(
    private readonly invoices: InvoicesService,
    private readonly settings: SettingsService,
    private readonly events: EventsService,
  ) {}

  /** Ask before the ledger's transaction: inside it there may be no other connection. */
  async configOf(scope: Scope): Promise<InvoiceConfig> {
    return this.settings.get(scopeOf(scope), 'invoice_config');
  }

  /** Inside the transaction that settles or promises the top-up. Its total is what is charged. */
  async create(
    em: EntityManager,
    topUp: TopUpRecord | TopUp,
    { taxes, seller }: InvoiceConfig,
    { id, isPaid, dueAt = null, metadata = {} }: Issue,
  ): Promise<Invoice> {
    const customer = await em.findOne(Customer, { id: topUp.customerId, ...scopeOf(topUp) });
    const priced = priceSale(saleOf(topUp), taxes);
    const invoice = await this.invoices.create(em, {
      id,
      scope: scopeOf(topUp),
      customerId: topUp.customerId,
      walletId: topUp.walletId,
      topUpId: topUp.id,
      billingReason: topUp.isAutomatic ? 'WALLET_AUTO_TOPUP' : 'WALLET_TOPUP',
      currency: topUp.currency,
      description: topUp.description,
      credits: topUp.credits,
      lines: [priced.line],
      discounts: priced.discounts,
      taxes: priced.taxes,
      seller: { name: seller.name, address: seller.address, taxId: seller.tax_id },
      buyer: customer && buyerOf(customer),
      metadata: { ...(topUp.isAutomatic ? { auto_topup: 'true' } : {}), ...metadata },
      isPaid,
      dueAt,
      actorKeyId: topUp.createdBy,
    });
    const facts = { ...invoice, walletId: topUp.walletId };
    const paid = isPaid ? [invoiceEvent('invoice.paid', facts, null)] : [];
    await this.events.write(em, [invoiceEvent('invoice.issued', facts, null), ...paid]);
    return invoice;
  }
}

function saleOf(topUp: TopUpRecord | TopUp) {
  return {
    description: topUp.description || `${formatDecimal(topUp.credits)} credits`,
    units: topUp.units,
    priceMinor: topUp.discounts.reduce((price, { amountMinor }) => price + amountMinor, topUp.priceMinor),
    discounts: topUp.discounts,
  };
}

function buyerOf(customer: Customer): InvoiceParty {
  const city = [customer.addressPostalCode, customer.addressCity].filter(Boolean).join(' ');
  const { addressLine1, addressLine2, addressState, addressCountry } = customer;
  return {
    name: customer.name,
    address: [addressLine1, addressLine2, city, addressState, addressCountry].filter(
      (line) => line != null && line !== '',
    ) as string[],
    taxId: customer.taxId ?? '',
  };
}
