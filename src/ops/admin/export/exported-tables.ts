/** Tables without a tenant whose rows belong to a row that has one: which, and how they name it. */
const PARENTS: Readonly<Record<string, { table: string; column: string }>> = {
  entry_lot: { table: 'wallet', column: 'wallet_id' },
  hold_lot: { table: 'wallet', column: 'wallet_id' },
  top_up_attempt: { table: 'top_up', column: 'top_up_id' },
  webhook_delivery: { table: 'webhook_event', column: 'event_id' },
  reconciliation_payment: { table: 'reconciliation_run', column: 'run_id' },
};

/**
 * No tenant's, or no more than a copy of the rest: what clients were answered in the last days, and what a
 * distributed database has beside its tables.
 */
const NOT_EXPORTED: ReadonlySet<string> = new Set([
  'ledger_check',
  'mikro_orm_migrations',
  'idempotency_key',
  'active_wallet',
  'top_up_payment',
  'shard',
]);

/** Hashes of what lets somebody in, sealed secrets, and links that are good for whoever has them. */
export const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  api_key: ['key_hash'],
  app_user: ['password_hash'],
  console_session: ['token_hash', 'key_hash'],
  user_invitation: ['token_hash'],
  portal_session: ['token_hash'],
  webhook_endpoint: ['secret'],
  stripe_connection: ['sealed_keys'],
  billing_connection: ['sealed_secret'],
  top_up: ['action_url'],
};

/** All tables with their columns, as the database has them. */
export const READ_TABLES = `
  select c.relname as name, json_agg(json_build_object('name', a.attname, 'type', a.atttypid::regtype) order by a.attnum) as columns
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace
  group by c.relname order by c.relname`;

export interface TableColumns {
  name: string;
  columns: { name: string; type: string }[];
}

/**
 * SQL for the rows of a tenant, its one parameter (`?`), in a table, each as one line of JSON. Exact numbers are texts
 * there: whoever reads JSON would round them.
 * @returns undefined for a table that is not exported
 * @throws Error for a table of which nobody has said here whose its rows are
 */
export function rowsOfTenant({ name, columns }: TableColumns): string | undefined {
  if (NOT_EXPORTED.has(name)) return undefined;
  const shown = columns.filter((column) => !LEFT_OUT[name]?.includes(column.name));
  // As `row_to_json` would say it, but that workers of a cluster do not know the names of a row's columns.
  const fields = shown.map(({ name: column, type }) => {
    const value = type === 'numeric' ? `trim_scale("${column}")::text` : `"${column}"`;
    return `'"${column}":' || coalesce(to_json(${value})::text, 'null')`;
  });
  return `select '{' || ${fields.join(` || ',' || `)} || '}' as line from "${name}" where ${conditionOf(name, columns)}`;
}

function conditionOf(name: string, columns: TableColumns['columns']): string {
  if (name === 'tenant') return 'id = ?';
  if (columns.some((column) => column.name === 'tenant_id')) return 'tenant_id = ?';
  const parent = PARENTS[name];
  if (!parent) throw new Error(`nobody has said whose the rows of the table ${name} are`);
  return `${parent.column} in (select id from "${parent.table}" where tenant_id = ?)`;
}
