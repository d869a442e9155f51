import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { type CsvCell, csvRows } from '../../http/csv.js';
import type { EntryRecord } from '../../ledger/wallet-state.js';
import { REPORT_COLUMNS, toReportRow } from './usage.dto.js';

/** The movements of an account's credits, as a file. */
export async function sendUsageReport(response: Response, pages: AsyncIterable<EntryRecord[]>): Promise<void> {
  await sendCsv(response, 'credits-usage.csv', REPORT_COLUMNS, rowsOf(pages));
}

async function* rowsOf(pages: AsyncIterable<EntryRecord[]>) {
  for await (const entries of pages) yield entries.map(toReportRow);
}

/** Sends rows as they come, no faster than they are read. A report that breaks off ends without its last chunk. */
async function sendCsv(
  response: Response,
  fileName: string,
  columns: readonly string[],
  pages: AsyncIterable<CsvCell[][]>,
): Promise<void> {
  response.setHeader('Content-Type', 'text/csv; charset=utf-8');
  response.setHeader('Content-Disposition', `attachment; filename="${fileName}"`);
  async function* chunks(): AsyncGenerator<string> {
    yield csvRows([columns]);
    for await (const rows of pages) yield csvRows(rows);
  }
  try {
    await pipeline(Readable.from(chunks(), { highWaterMark: 1 }), response);
  } catch (error) {
    // Whoever hung up is owed no answer; for everybody else the connection is cut off, and the reason is logged.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
