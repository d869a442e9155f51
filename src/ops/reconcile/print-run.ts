import type { DifferenceDto, ReconciliationRunDto } from '../../top-ups/reconciliation/reconciliation.dto.js';

/** The provider's side of a column is left of ours. */
const COLUMNS = [
  'charged',
  'paid',
  'credited',
  'returned',
  'refunded',
  'refunds_booked',
  'disputed',
  'disputes_booked',
] as const;

/** What a run came to: a line for it, and a table of its sums, in minor units. */
export function runText(environmentId: string, run: ReconciliationRunDto): string {
  const { from, to, status, payments_read: payments, in_flight: inFlight, error } = run;
  const head = `${environmentId}  ${from.slice(0, 19)}Z to ${to.slice(0, 19)}Z  ${status}  ${payments} payments, ${inFlight} in flight`;
  const rows = run.sums.map((sum) => [
    sum.provider,
    sum.currency,
    ...COLUMNS.map((side) => `${sum[`${side}_count`]} (${sum[`${side}_minor`]})`),
  ]);
  const titles = ['provider', 'currency', ...COLUMNS.map((side) => side.replace('_', ' '))];
  const table = tableOf([titles, ...rows]);
  return [head, ...(error ? [`  failed: ${error}`] : []), ...(rows.length > 0 ? [table] : []), ''].join('\n');
}

export function differencesText(differences: readonly DifferenceDto[]): string {
  const rows = differences.map((difference) => [
    difference.id,
    difference.kind,
    difference.repair,
    difference.payment_id ?? '-',
    difference.top_up_id ?? '-',
    money(difference.there),
    money(difference.here),
    difference.note,
  ]);
  return `${tableOf([['difference', 'kind', 'repair', 'payment', 'top-up', 'there', 'here', 'note'], ...rows])}\n`;
}

function money(side: { status: string; amount_minor: number | null; currency: string | null } | null): string {
  return side ? `${side.status} ${side.amount_minor ?? '?'} ${side.currency ?? ''}`.trim() : '-';
}

function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
