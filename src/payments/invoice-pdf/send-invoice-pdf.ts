import { StreamableFile } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Invoice } from '../invoice.entity.js';
import type { InvoicePdfs } from './invoice-pdfs.js';

/**
 * Answers the PDF of an invoice, or 304 to whoever has it as it is now: then none is made.
 * @throws too_many_requests; unavailable
 */
export async function sendInvoicePdf(
  invoice: Invoice,
  pdfs: InvoicePdfs,
  { request, response }: { request: Request; response: Response },
): Promise<StreamableFile | undefined> {
  const paper = pdfs.paperOf(invoice);
  response.set({ ETag: `"${paper.version}"`, 'Cache-Control': 'private, no-cache' });
  if (request.fresh) {
    response.status(304);
    return undefined;
  }
  const disposition = `attachment; filename="${invoice.invoiceNumber}.pdf"`;
  return new StreamableFile(await pdfs.get(invoice, paper), { type: 'application/pdf', disposition });
}
