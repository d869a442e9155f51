import type { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Customer } from '../../customers/customer.entity.js';
import { invoiceEvent } from '../../events/build-events.js';
import { EventsService } from '../../events/events.service.js';
import type { Invoice, InvoiceParty } from '../../payments/invoice.entity.js';
import { InvoicesService } from '../../payments/invoices.service.js';
import type { Charge } from '../../ledger/commands.js';
import { legsOf, priceInvoice, type Sale } from '../../payments/price-invoice.js';
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

/** The invoice of a top-up: its units at their price, the fee, and what is given on top. */
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
    const priced = priceInvoice(salesOf(topUp), taxes);
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
      lines: priced.lines,
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

/** What is charged for a top-up, and for what: as the invoice that is made of the same says it. */
export function chargeOf(topUp: TopUpRecord | TopUp, { taxes }: InvoiceConfig, invoiceId: string | null): Charge {
  const { lines } = priceInvoice(salesOf(topUp), taxes);
  return { amountMinor: topUp.priceMinor, currency: topUp.currency, ...legsOf(lines), invoiceId };
}

/** The same of one whose invoice was written before: its taxes are those of that day. */
export function chargeOfInvoice(topUp: TopUpRecord | TopUp, invoice: Pick<Invoice, 'id' | 'lineItems'>): Charge {
  const { priceMinor: amountMinor, currency } = topUp;
  return { amountMinor, currency, ...legsOf(invoice.lineItems), invoiceId: invoice.id };
}

function salesOf({ priceMinor, feeMinor, ...topUp }: TopUpRecord | TopUp): Sale[] {
  const forCredits: Sale = {
    kind: 'credits',
    description: topUp.description || `${formatDecimal(topUp.credits)} credits`,
    units: topUp.units,
    priceMinor: topUp.discounts.reduce((price, { amountMinor }) => price + amountMinor, priceMinor - feeMinor),
    discounts: topUp.discounts,
  };
  const rest = { units: 1, discounts: [] };
  const fee: Sale = { kind: 'fee', description: 'Fee', priceMinor: feeMinor, ...rest };
  const given = `${formatDecimal(topUp.bonusCredits)} bonus credits`;
  const bonus: Sale = { kind: 'bonus', description: given, priceMinor: 0, ...rest };
  return [forCredits, ...(feeMinor > 0 ? [fee] : []), ...(topUp.bonusCredits.gt(0) ? [bonus] : [])];
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
