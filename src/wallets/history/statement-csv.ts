import { Readable } from 'node:stream';
import { type CsvCell, csvRows } from '../../http/csv.js';
import { formatTimestamp } from '../../shared/clock.js';
import { type Decimal, decimal } from '../../shared/decimal.js';
import type { StatementLineDto } from './statement.dto.js';
import type { Statement } from './statement.service.js';

const COLUMNS = [
  'number',
  'at',
  'transaction_id',
  'type',
  'reason',
  'description',
  'reference_type',
  'reference_id',
  'credits',
  'balance',
] as const satisfies (keyof StatementLineDto)[];

/**
 * A statement as CSV (RFC 4180): a header, the opening balance, the lines, the closing balance. One chunk for each
 * page of lines, which is read only when the one before has been taken.
 */
export function statementCsv(statement: Statement, pages: AsyncIterable<StatementLineDto[]>): Readable {
  async function* chunks(): AsyncGenerator<string> {
    const { from, to, opening, closing } = statement;
    const start = from ? formatTimestamp(from) : '';
    yield csvRows([COLUMNS, balanceRow('opening_balance', start, opening)]);
    for await (const lines of pages) yield csvRows(lines.map(lineRow));
    yield csvRows([balanceRow('closing_balance', formatTimestamp(to), closing)]);
  }
  return Readable.from(chunks(), { highWaterMark: 1 });
}

function lineRow(line: StatementLineDto): CsvCell[] {
  return [
    String(line.number),
    line.at,
    line.transaction_id,
    line.type,
    line.reason,
    line.description,
    line.reference_type,
    line.reference_id,
    decimal(line.credits),
    decimal(line.balance),
  ];
}

function balanceRow(type: string, at: string, balance: Decimal): CsvCell[] {
  return COLUMNS.map((column) => ({ type, at, balance })[column as 'type' | 'at' | 'balance'] ?? '');
}
