import { createRequire } from 'node:module';
import { openSync } from 'fontkit';
import PDFDocument from 'pdfkit';
import type { InvoicePage, PageParty, PageTotal } from './invoice-page.js';

type Page = PDFKit.PDFDocument;

const MARGIN = 50;
/** A4 is 595 points wide. */
const RIGHT = 545;
const MIDDLE = 310;
const GREY = '#5f6673';
const INK = '#171a21';
const TONES = { good: '#1d7a46', bad: '#b3261e', over: GREY };
/**
 * Latin, Greek, Cyrillic and more, embedded: the fonts that every reader has know Western Europe only. No Chinese. Opened
 * once, which is three quarters of the work of a page; pdfkit takes them as they are, though its types do not say so.
 */
const { resolve: fontFile } = createRequire(import.meta.url);
const REGULAR = openSync(fontFile('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')) as unknown as string;
const BOLD = openSync(fontFile('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf')) as unknown as string;

/** Where the columns of the lines begin, and how wide they are. */
const COLUMNS = [
  { x: MARGIN, width: 205, align: 'left' },
  { x: 260, width: 40, align: 'right' },
  { x: 305, width: 75, align: 'right' },
  { x: 385, width: 75, align: 'right' },
  { x: 465, width: 80, align: 'right' },
] as const;

/**
 * An invoice as a page to print or file. The same page is always the same bytes. Runs in a thread of its own, where nothing
 * of the service is loaded: of other files this one takes types only.
 */
export default async function drawInvoice(invoice: InvoicePage): Promise<Uint8Array> {
  const page = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    font: REGULAR,
    info: { Title: invoice.title, CreationDate: new Date(invoice.createdAt) },
  });
  page.registerFont('regular', REGULAR).registerFont('bold', BOLD);
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    page.on('data', (chunk: Buffer) => chunks.push(chunk));
    page.on('end', () => resolve(Buffer.concat(chunks)));
    page.on('error', reject);
  });
  drawHeader(page, invoice);
  drawParties(page, invoice.parties);
  drawLines(page, invoice.rows);
  drawTotals(page, invoice.totals);
  page.end();
  // Alone in its memory: what lies beside it would travel, too.
  return Uint8Array.from(await done);
}

function drawHeader(page: Page, { state, facts }: InvoicePage): void {
  page.font('bold').fontSize(26).fillColor(INK).text('Invoice', MARGIN, MARGIN);
  page
    .fontSize(12)
    .fillColor(TONES[state.tone])
    .text(state.text, MIDDLE, MARGIN + 10, { width: RIGHT - MIDDLE, align: 'right' });
  let y = MARGIN + 42;
  for (const [name, value] of facts) {
    page.font('regular').fontSize(10).fillColor(GREY).text(name, MARGIN, y);
    page.fillColor(INK).text(value, MARGIN + 70, y);
    y += 15;
  }
  page.y = y + 15;
}

function drawParties(page: Page, parties: PageParty[]): void {
  const top = page.y;
  const ends = parties.map((party, index) => drawParty(page, party, index === 0 ? MARGIN : MIDDLE, top));
  page.y = Math.max(top, ...ends) + 25;
}

function drawParty(page: Page, { title, name, lines }: PageParty, x: number, top: number): number {
  const options = { width: RIGHT - MIDDLE };
  page.font('regular').fontSize(9).fillColor(GREY).text(title, x, top, options);
  page.moveDown(0.3).font('bold').fontSize(10).fillColor(INK).text(name, options);
  page.font('regular');
  for (const line of lines) page.text(line, options);
  return page.y;
}

function drawLines(page: Page, [heading = [], ...rows]: string[][]): void {
  page.font('regular').fontSize(9).fillColor(GREY);
  drawRow(page, heading);
  drawRule(page);
  page.fontSize(10).fillColor(INK);
  for (const row of rows) drawRow(page, row);
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

function drawTotals(page: Page, totals: PageTotal[]): void {
  for (const { name, amount, isBold } of totals) {
    page.font(isBold ? 'bold' : 'regular');
    makeRoom(page, page.heightOfString(name, { width: 170 }));
    const top = page.y;
    page.text(name, 260, top, { width: 170, align: 'right' });
    const bottom = page.y;
    page.text(amount, 440, top, { width: RIGHT - 440, align: 'right' });
    page.y = Math.max(bottom, page.y) + 3;
  }
}
