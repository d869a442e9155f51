import { Readable } from 'node:stream';
import { neutralised } from '../../http/csv-cell.js';
import { stringify } from 'csv-stringify/sync';
import { formatTimestamp } from '../../shared/clock.js';
import { formatDecimal } from '../../shared/decimal.js';
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
    yield csv([[...COLUMNS], balanceRow('opening_balance', start, formatDecimal(opening))]);
    for await (const lines of pages) yield csv(lines.map(lineRow));
    yield csv([balanceRow('closing_balance', formatTimestamp(to), formatDecimal(closing))]);
  }
  return Readable.from(chunks(), { highWaterMark: 1 });
}

function csv(rows: string[][]): string {
  // Left to itself it quotes what holds the delimiter CRLF, but not a CR or LF alone.
  return stringify(rows, { record_delimiter: 'windows', quoted_match: /[\r\n]/ });
}

function lineRow(line: StatementLineDto): string[] {
  return [
    String(line.number),
    line.at,
    line.transaction_id,
    line.type,
    line.reason,
    neutralised(line.description),
    line.reference_type,
    neutralised(line.reference_id),
    // Numbers: a minus sign is theirs.
    line.credits,
    line.balance,
  ];
}

function balanceRow(type: string, at: string, balance: string): string[] {
  return COLUMNS.map((column) => ({ type, at, balance })[column as 'type' | 'at' | 'balance'] ?? '');
}
