import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import { minorUnitDigits } from '../shared/currencies.js';
import { fromMinorUnits } from '../shared/decimal.js';
import type { Invoice, InvoiceParty } from './invoice.entity.js';

type Page = PDFKit.PDFDocument;

const MARGIN = 50;
/** A4 is 595 points wide. */
const RIGHT = 545;
const MIDDLE = 310;
const GREY = '#5f6673';
const INK = '#171a21';
/** Latin, Greek, Cyrillic and more, embedded: the fonts that every reader has know Western Europe only. No Chinese. */
const { resolve: fontFile } = createRequire(import.meta.url);
const REGULAR = fontFile('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
const BOLD = fontFile('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf');

/** Where the columns of the lines begin, and how wide they are. */
const COLUMNS = [
  { x: MARGIN, width: 205, align: 'left' },
  { x: 260, width: 40, align: 'right' },
  { x: 305, width: 75, align: 'right' },
  { x: 385, width: 75, align: 'right' },
  { x: 465, width: 80, align: 'right' },
] as const;

/** An invoice as a page to print or file. The same invoice is always the same bytes. */
export async function renderInvoicePdf(invoice: Invoice): Promise<Buffer> {
  const page = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    font: REGULAR,
    info: { Title: `Invoice ${invoice.invoiceNumber}`, CreationDate: invoice.createdAt },
  });
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    page.on('data', (chunk: Buffer) => chunks.push(chunk));
    page.on('end', () => resolve(Buffer.concat(chunks)));
    page.on('error', reject);
  });
  drawHeader(page, invoice);
  drawParties(page, invoice);
  drawLines(page, invoice);
  drawTotals(page, invoice);
  page.end();
  return done;
}

function drawHeader(page: Page, invoice: Invoice): void {
  page.font(BOLD).fontSize(26).fillColor(INK).text('Invoice', MARGIN, MARGIN);
  const state = stateOf(invoice);
  page
    .fontSize(12)
    .fillColor(state.colour)
    .text(state.text, MIDDLE, MARGIN + 10, { width: RIGHT - MIDDLE, align: 'right' });
  const facts = [
    ['Number', invoice.invoiceNumber],
    ['Date', dayOf(invoice.finalizedAt ?? invoice.createdAt)],
    ...(invoice.dueAt ? [['Due', dayOf(invoice.dueAt)]] : []),
    ...(invoice.paidAt ? [['Paid', dayOf(invoice.paidAt)]] : []),
    ...(invoice.voidedAt ? [['Voided', dayOf(invoice.voidedAt)]] : []),
    ['Currency', invoice.currency.toUpperCase()],
  ] as [string, string][];
  let y = MARGIN + 42;
  for (const [name, value] of facts) {
    page.font(REGULAR).fontSize(10).fillColor(GREY).text(name, MARGIN, y);
    page.fillColor(INK).text(value, MARGIN + 70, y);
    y += 15;
  }
  page.y = y + 15;
}

function drawParties(page: Page, { seller, buyer }: Invoice): void {
  const top = page.y;
  const sellerEnd = seller ? drawParty(page, 'From', seller, MARGIN, top) : top;
  const buyerEnd = buyer ? drawParty(page, 'Bill to', buyer, seller ? MIDDLE : MARGIN, top) : top;
  page.y = Math.max(sellerEnd, buyerEnd) + 25;
}

function drawParty(page: Page, title: string, { name, address, taxId }: InvoiceParty, x: number, top: number): number {
  const options = { width: RIGHT - MIDDLE };
  page.font(REGULAR).fontSize(9).fillColor(GREY).text(title, x, top, options);
  page
    .moveDown(0.3)
    .font(BOLD)
    .fontSize(10)
    .fillColor(INK)
    .text(name || '-', options);
  page.font(REGULAR);
  for (const line of address) page.text(line, options);
  if (taxId) page.text(`Tax ID ${taxId}`, options);
  return page.y;
}

function drawLines(page: Page, invoice: Invoice): void {
  const money = moneyOf(invoice);
  page.font(REGULAR).fontSize(9).fillColor(GREY);
  drawRow(page, ['Description', 'Qty', 'Unit price', 'Discount', 'Net amount']);
  drawRule(page);
  page.fontSize(10).fillColor(INK);
  for (const { description, quantity, unitAmountMinor, discountMinor } of invoice.lineItems) {
    const netMinor = quantity * unitAmountMinor - discountMinor;
    const discount = discountMinor > 0 ? `-${money(discountMinor)}` : '';
    drawRow(page, [description, String(quantity), money(unitAmountMinor), discount, money(netMinor)]);
  }
  drawRule(page);
}

function drawRow(page: Page, cells: string[]): void {
  const heights = COLUMNS.map(({ width }, index) => page.heightOfString(cells[index] ?? '', { width }));
  makeRoom(page, Math.max(...heights));
  const top = page.y;
  let bottom = top;
  for (const [index, { x, width, align }] of COLUMNS.entries()) {
    page.text(cells[index] ?? '', x, top, { width, align });
    bottom = Math.max(bottom, page.y);
  }
  page.y = bottom + 4;
}

/** A row is never parted: what does not fit goes to the next page as a whole. */
function makeRoom(page: Page, height: number): void {
  if (page.y + height <= page.page.maxY()) return;
  page.addPage();
}

function drawRule(page: Page): void {
  page.moveTo(MARGIN, page.y).lineTo(RIGHT, page.y).lineWidth(0.5).strokeColor('#c3c8d1').stroke();
  page.y += 8;
}

function drawTotals(page: Page, invoice: Invoice): void {
  const money = moneyOf(invoice);
  const { subtotalMinor, discounts, taxes, totalMinor, paidMinor, refundedMinor } = invoice;
  const currency = invoice.currency.toUpperCase();
  drawTotal(page, discounts.length > 0 ? 'Subtotal before discounts' : 'Subtotal', money(subtotalMinor));
  for (const { description, amountMinor } of discounts) drawTotal(page, description, `-${money(amountMinor)}`);
  for (const { name, ratePercent, amountMinor } of taxes)
    drawTotal(page, `${name} ${ratePercent}%`, money(amountMinor));
  page.font(BOLD);
  drawTotal(page, 'Total', `${money(totalMinor)} ${currency}`);
  page.font(REGULAR);
  drawTotal(page, 'Paid', money(paidMinor));
  if (refundedMinor > 0) drawTotal(page, 'Refunded', money(refundedMinor));
  page.font(BOLD);
  const dueMinor = invoice.invoiceStatus === 'VOIDED' ? 0 : Math.max(0, totalMinor - paidMinor);
  drawTotal(page, 'To be paid', `${money(dueMinor)} ${currency}`);
}

function drawTotal(page: Page, name: string, amount: string): void {
  makeRoom(page, page.heightOfString(name, { width: 170 }));
  const top = page.y;
  page.text(name, 260, top, { width: 170, align: 'right' });
  const bottom = page.y;
  page.text(amount, 440, top, { width: RIGHT - 440, align: 'right' });
  page.y = Math.max(bottom, page.y) + 3;
}

function stateOf({ invoiceStatus, paymentStatus, paidAt, paidMinor }: Invoice): { text: string; colour: string } {
  if (invoiceStatus === 'VOIDED') return { text: 'VOID', colour: GREY };
  if (paymentStatus === 'REFUNDED') return { text: 'REFUNDED', colour: GREY };
  if (paymentStatus === 'PARTIALLY_REFUNDED') return { text: 'PARTLY REFUNDED', colour: GREY };
  if (paidAt) return { text: 'PAID', colour: '#1d7a46' };
  return { text: paidMinor > 0 ? 'PARTLY PAID' : 'NOT PAID', colour: '#b3261e' };
}

/** All digits of the currency: 9900 of USD is `99.00`. */
function moneyOf({ currency }: Invoice): (minor: number) => string {
  const digits = minorUnitDigits(currency);
  return (minor) => fromMinorUnits(minor, currency).toFixed(digits);
}

function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
