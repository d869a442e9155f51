import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { minorUnitDigits } from '../../shared/currencies.js';
import { fromMinorUnits } from '../../shared/decimal.js';
import type { Invoice, InvoiceParty } from '../invoice.entity.js';
import { DRAWING_FILE } from './drawing-file.js';

/** Seller or buyer. */
export interface PageParty {
  title: string;
  name: string;
  lines: string[];
}

export interface PageTotal {
  name: string;
  amount: string;
  isBold: boolean;
}

/** All that the page of an invoice says, as it is printed: whoever draws it knows nothing else. */
export interface InvoicePage {
  title: string;
  /** ISO 8601. */
  createdAt: string;
  state: { text: string; tone: 'good' | 'bad' | 'over' };
  /** Names and values. */
  facts: [string, string][];
  /** From left to right. */
  parties: PageParty[];
  /** Five cells each; the first row is the heading. */
  rows: string[][];
  totals: PageTotal[];
}

/** What is printed of an invoice as it is now. */
export function pageOf(invoice: Invoice): InvoicePage {
  const { seller, buyer } = invoice;
  return {
    title: `Invoice ${invoice.invoiceNumber}`,
    createdAt: invoice.createdAt.toISOString(),
    state: stateOf(invoice),
    facts: factsOf(invoice),
    parties: [...(seller ? [partyOf('From', seller)] : []), ...(buyer ? [partyOf('Bill to', buyer)] : [])],
    rows: rowsOf(invoice),
    totals: totalsOf(invoice),
  };
}

/** Of how it is drawn: another release may draw the same page differently. */
const DRAWING = createHash('sha256').update(readFileSync(DRAWING_FILE)).digest();

/** Another text for every page that looks different, in all processes of a release the same for the same page. */
export function versionOf(page: InvoicePage): string {
  return createHash('sha256').update(DRAWING).update(JSON.stringify(page)).digest('base64url');
}

function factsOf(invoice: Invoice): [string, string][] {
  const { invoiceNumber, finalizedAt, createdAt, dueAt, paidAt, voidedAt, currency } = invoice;
  return [
    ['Number', invoiceNumber],
    ['Date', dayOf(finalizedAt ?? createdAt)],
    ...dated('Due', dueAt),
    ...dated('Paid', paidAt),
    ...dated('Voided', voidedAt),
    ['Currency', currency.toUpperCase()],
  ];
}

function dated(name: string, instant: Date | null | undefined): [string, string][] {
  return instant ? [[name, dayOf(instant)]] : [];
}

function partyOf(title: string, { name, address, taxId }: InvoiceParty): PageParty {
  return { title, name: name || '-', lines: [...address, ...(taxId ? [`Tax ID ${taxId}`] : [])] };
}

function rowsOf(invoice: Invoice): string[][] {
  const money = moneyOf(invoice);
  const rows = invoice.lineItems.map(({ description, quantity, unitAmountMinor, discountMinor }) => {
    const netMinor = quantity * unitAmountMinor - discountMinor;
    const discount = discountMinor > 0 ? `-${money(discountMinor)}` : '';
    return [description, String(quantity), money(unitAmountMinor), discount, money(netMinor)];
  });
  return [['Description', 'Qty', 'Unit price', 'Discount', 'Net amount'], ...rows];
}

function totalsOf(invoice: Invoice): PageTotal[] {
  const money = moneyOf(invoice);
  const { subtotalMinor, discounts, taxes, totalMinor, paidMinor, refundedMinor } = invoice;
  const currency = invoice.currency.toUpperCase();
  const dueMinor = invoice.invoiceStatus === 'VOIDED' ? 0 : Math.max(0, totalMinor - paidMinor);
  return [
    plain(discounts.length > 0 ? 'Subtotal before discounts' : 'Subtotal', money(subtotalMinor)),
    ...discounts.map(({ description, amountMinor }) => plain(description, `-${money(amountMinor)}`)),
    ...taxes.map(({ name, ratePercent, amountMinor }) => plain(`${name} ${ratePercent}%`, money(amountMinor))),
    { name: 'Total', amount: `${money(totalMinor)} ${currency}`, isBold: true },
    plain('Paid', money(paidMinor)),
    ...(refundedMinor > 0 ? [plain('Refunded', money(refundedMinor))] : []),
    { name: 'To be paid', amount: `${money(dueMinor)} ${currency}`, isBold: true },
  ];
}

function plain(name: string, amount: string): PageTotal {
  return { name, amount, isBold: false };
}

function stateOf({ invoiceStatus, paymentStatus, paidAt, paidMinor }: Invoice): InvoicePage['state'] {
  if (invoiceStatus === 'VOIDED') return { text: 'VOID', tone: 'over' };
  if (paymentStatus === 'REFUNDED') return { text: 'REFUNDED', tone: 'over' };
  if (paymentStatus === 'PARTIALLY_REFUNDED') return { text: 'PARTLY REFUNDED', tone: 'over' };
  if (paidAt) return { text: 'PAID', tone: 'good' };
  return { text: paidMinor > 0 ? 'PARTLY PAID' : 'NOT PAID', tone: 'bad' };
}

/** All digits of the currency: 9900 of USD is `99.00`. */
function moneyOf({ currency }: Invoice): (minor: number) => string {
  const digits = minorUnitDigits(currency);
  return (minor) => fromMinorUnits(minor, currency).toFixed(digits);
}

function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
