import { stringify } from 'csv-stringify/sync';
import { type Decimal, formatDecimal } from '../shared/decimal.js';

/** Cells that a spreadsheet would run: also with the full-width signs, which Excel takes for the plain ones. */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** Text, or a number, whose minus sign is its own. */
export type CsvCell = string | Decimal;

/**
 * Rows of a report (RFC 4180), each with its line end. Text that looks like a formula gets an apostrophe in front, so that
 * a spreadsheet shows it and does not run it; text with a line break is quoted, so that none of it begins a row.
 */
export function csvRows(rows: readonly (readonly CsvCell[])[]): string {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'string' ? neutralised(cell) : formatDecimal(cell))),
  );
  // Left to itself it quotes what holds the delimiter CRLF, but not a CR or LF alone.
  return stringify(cells, { record_delimiter: 'windows', quoted_match: /[\r\n]/ });
}

function neutralised(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}
