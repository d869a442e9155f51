import { renderInvoicePdf } from './invoice-pdf.js';
import type { Invoice, InvoiceLine } from './invoice.entity.js';

const AT = new Date('2026-11-21T08:00:00Z');
const LINE: InvoiceLine = {
  description: '100 credits, and a description that takes more than one line of the table',
  quantity: 1,
  unitAmountMinor: 9900,
  discountMinor: 0,
  taxMinor: 0,
  periodStart: null,
  periodEnd: null,
};

function invoiceOf(lines: number): Invoice {
  return {
    invoiceNumber: 'INV-000001',
    invoiceStatus: 'FINALIZED',
    paymentStatus: 'SUCCEEDED',
    currency: 'usd',
    subtotalMinor: 9900 * lines,
    totalMinor: 9900 * lines,
    paidMinor: 9900 * lines,
    refundedMinor: 0,
    lineItems: Array.from({ length: lines }, () => LINE),
    discounts: [],
    taxes: [],
    seller: { name: 'Łódź Ελλάδα Київ', address: [], taxId: '' },
    buyer: null,
    dueAt: null,
    finalizedAt: AT,
    paidAt: AT,
    voidedAt: null,
    createdAt: AT,
  } as unknown as Invoice;
}

const pagesOf = (file: Buffer) => Number(/\/Count (\d+)/.exec(file.toString('latin1'))?.[1]);

describe('an invoice as PDF', () => {
  it('brings its fonts along', async () => {
    const file = await renderInvoicePdf(invoiceOf(1));
    expect(file.toString('latin1')).toMatch(/\/FontName \/[A-Z0-9]+\+DejaVuSans\b/);
    expect(file.toString('latin1')).not.toContain('Helvetica');
  });

  it.each([
    [1, 1],
    [16, 1],
    [45, 3],
  ])('of %i lines has %i pages: a row is never parted', async (lines, pages) => {
    expect(pagesOf(await renderInvoicePdf(invoiceOf(lines)))).toBe(pages);
  });
});
