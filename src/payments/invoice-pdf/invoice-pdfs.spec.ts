import { setImmediate } from 'node:timers/promises';
import type { Invoice, InvoiceLine } from '../invoice.entity.js';
import { pageOf, versionOf } from './invoice-page.js';
import { InvoicePdfs } from './invoice-pdfs.js';

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

function invoiceOf(lines: number, changes: Partial<Invoice> = {}): Invoice {
  return {
    id: 'inv_1',
    tenantId: 'tenant_1',
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
    seller: { name: 'Łódź Ελλάδα Київ', address: ['Street 1'], taxId: 'PL1' },
    buyer: null,
    dueAt: null,
    finalizedAt: AT,
    paidAt: AT,
    voidedAt: null,
    createdAt: AT,
    ...changes,
  } as unknown as Invoice;
}

const pagesOf = (file: Buffer) => Number(/\/Count (\d+)/.exec(file.toString('latin1'))?.[1]);

describe('an invoice as PDF', () => {
  let pdfs: InvoicePdfs;
  beforeEach(() => {
    pdfs = new InvoicePdfs();
  });
  afterEach(() => pdfs.onApplicationShutdown());

  const make = (invoice: Invoice, of = pdfs) => of.get(invoice, of.paperOf(invoice));

  it('brings its fonts along', async () => {
    const file = (await make(invoiceOf(1))).toString('latin1');
    expect(file).toMatch(/\/FontName \/[A-Z0-9]+\+DejaVuSans\b/);
    expect(file).not.toContain('Helvetica');
  });

  it('of many lines has many pages: a row is never parted', async () => {
    const pages = [];
    for (const lines of [1, 16, 45]) pages.push(pagesOf(await make(invoiceOf(lines))));
    expect(pages).toEqual([1, 1, 3]);
  });

  it('is the same bytes in every process, and made once in each', async () => {
    const other = new InvoicePdfs();
    const [first, second] = await Promise.all([make(invoiceOf(1)), make(invoiceOf(1))]);
    expect(second).toBe(first);
    expect(await make(invoiceOf(1))).toBe(first);
    // After others, with the same fonts.
    await make(invoiceOf(2, { id: 'inv_2' }), other);
    expect((await make(invoiceOf(1), other)).equals(first)).toBe(true);
    await other.onApplicationShutdown();
  });

  it('is made beside the loop, which goes on meanwhile', async () => {
    await make(invoiceOf(1));
    let turns = 0;
    const progress = { isDone: false };
    const making = make(invoiceOf(200, { id: 'inv_2' })).finally(() => (progress.isDone = true));
    while (!progress.isDone) {
      await setImmediate();
      turns += 1;
    }
    await making;
    expect(turns).toBeGreaterThan(100);
  });

  it('is refused to a tenant that waits for four already, and to nobody else', async () => {
    const of = (tenantId: string, id: string) => make(invoiceOf(1, { tenantId, id }));
    const waiting = ['a', 'b', 'c', 'd'].map((id) => of('tenant_1', id));
    await expect(of('tenant_1', 'e')).rejects.toMatchObject({ kind: 'too_many_requests', retryAfterSeconds: 1 });
    await of('tenant_2', 'f');
    await Promise.all(waiting);
    await of('tenant_1', 'e');
  });
});

describe('the version of an invoice', () => {
  const version = (changes: Partial<Invoice>) => versionOf(pageOf(invoiceOf(1, changes)));

  it('is another for everything that is printed', () => {
    const party = { name: 'Buyer', address: [], taxId: '' };
    const changes: Partial<Invoice>[] = [
      {},
      { invoiceNumber: 'INV-000002' },
      { invoiceStatus: 'VOIDED' },
      { paymentStatus: 'REFUNDED' },
      { currency: 'eur' },
      { subtotalMinor: 1 },
      { totalMinor: 1 },
      { paidMinor: 1 },
      { refundedMinor: 1 },
      { lineItems: [{ ...LINE, quantity: 2 }] },
      { discounts: [{ description: 'Coupon', amountMinor: 1 }] },
      { taxes: [{ name: 'VAT', ratePercent: '21', amountMinor: 1 }] },
      { seller: null },
      { seller: null, buyer: party },
      { buyer: party },
      { dueAt: AT },
      { finalizedAt: new Date('2026-11-20T08:00:00Z') },
      { paidAt: null },
      { voidedAt: AT },
      { createdAt: new Date('2026-11-20T08:00:00Z') },
    ];
    expect(new Set(changes.map(version)).size).toBe(changes.length);
  });

  it('is the same for what is not printed', () => {
    expect(version({ updatedBy: 'somebody', version: 7, metadata: { a: 'b' } })).toBe(version({}));
  });
});
