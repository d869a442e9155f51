import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Response } from 'express';
import { neutralised } from '../../http/csv-cell.js';
import { type Decimal, formatDecimal } from '../../shared/decimal.js';

/** Sends rows as they come, no faster than they are read. A report that breaks off ends without its last chunk. */
export async function sendCsv(
  response: Response,
  fileName: string,
  columns: readonly string[],
  rows: AsyncIterable<Record<string, string | Decimal>>,
): Promise<void> {
  response.setHeader('Content-Type', 'text/csv; charset=utf-8');
  response.setHeader('Content-Disposition', `attachment; filename="${fileName}"`);
  const csv = stringify({
    header: true,
    columns: [...columns],
    record_delimiter: '\r\n',
    cast: { string: neutralised, object: (value) => formatDecimal(value as unknown as Decimal) },
  });
  try {
    await pipeline(rows, csv, response);
  } catch (error) {
    // Whoever hung up is owed no answer; for everybody else the connection is cut off, and the reason is logged.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
