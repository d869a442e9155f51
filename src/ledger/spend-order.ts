import type { LotRecord } from './wallet-state.js';

/** What decides a lot's place among the others. */
export type SpendKey = Pick<LotRecord, 'priority' | 'expiresAt' | 'granted' | 'createdAt' | 'id'>;

/** Priority, then expiry, both ascending with nulls last; larger grants first; then the older one. */
export function bySpendOrder(a: SpendKey, b: SpendKey): number {
  return (
    nullsLast(a.priority, b.priority) ||
    nullsLast(a.expiresAt?.getTime(), b.expiresAt?.getTime()) ||
    b.granted.cmp(a.granted) ||
    a.createdAt.getTime() - b.createdAt.getTime() ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

/** The same order in SQL, as `lot_spend_index` has it. Ids are all of one form, which every collation sorts alike. */
export function spendOrderSql(alias: string): string {
  const columns = ['priority', 'expires_at', 'granted desc', 'created_at', 'id'];
  return columns.map((column) => `${alias}.${column}`).join(', ');
}

function nullsLast(a: number | null | undefined, b: number | null | undefined): number {
  if (a == null) return b == null ? 0 : 1;
  return b == null ? -1 : a - b;
}
