import { type RawBuilder, sql } from 'kysely';

/** A column of a statement that searches: how it is written there, and the type that its values are compared as. */
interface SearchColumn {
  column: string;
  type: 'text' | 'decimal' | 'integer' | 'smallint' | 'timestamp' | 'boolean';
}

/** By the properties that `filterConditions` and `sortOrder` name. */
export type SearchColumns = Readonly<Record<string, SearchColumn>>;

type Condition = Readonly<Record<string, unknown>>;

const TYPES: Record<SearchColumn['type'], string> = {
  text: 'text',
  decimal: 'numeric',
  integer: 'int',
  smallint: 'smallint',
  timestamp: 'timestamptz',
  boolean: 'boolean',
};

const COMPARISONS: Record<string, string> = {
  $eq: '=',
  $ne: '<>',
  $gt: '>',
  $gte: '>=',
  $lt: '<',
  $lte: '<=',
  $ilike: 'ilike',
};

/** Conditions as the ORM takes them (`filterConditions`), all of which must hold, as SQL with its values as parameters. */
export function conditionSql(condition: Condition, columns: SearchColumns): RawBuilder<unknown> {
  const parts = Object.entries(condition).map(([name, wanted]) => partSql(name, wanted, columns));
  return parts.length === 0 ? sql`true` : sql.join(parts, sql` and `);
}

/** An order as the ORM takes it (`sortOrder`). */
export function orderSql(
  order: readonly Record<string, 'asc' | 'desc'>[],
  columns: SearchColumns,
): RawBuilder<unknown> {
  const parts = order.flatMap((part) => Object.entries(part));
  return sql.join(parts.map(([name, direction]) => sql.raw(`${columnOf(name, columns).column} ${direction}`)));
}

/** Which properties a condition, or an order, is about. */
export function propertiesOf(condition: object): string[] {
  return Object.entries(condition).flatMap(([name, wanted]) => {
    if (!name.startsWith('$')) return [name];
    return (Array.isArray(wanted) ? wanted : [wanted]).flatMap((part) => propertiesOf(part as object));
  });
}

function partSql(name: string, wanted: unknown, columns: SearchColumns): RawBuilder<unknown> {
  if (name === '$and' || name === '$or') {
    const parts = (wanted as Condition[]).map((part) => sql`(${conditionSql(part, columns)})`);
    if (parts.length === 0) return sql`true`;
    return sql`(${sql.join(parts, name === '$and' ? sql` and ` : sql` or `)})`;
  }
  if (name === '$not') return sql`not (${conditionSql(wanted as Condition, columns)})`;
  const column = columnOf(name, columns);
  const isPlain = wanted === null || wanted instanceof Date || typeof wanted !== 'object';
  const comparisons = isPlain ? [['$eq', wanted] as const] : Object.entries(wanted);
  if (comparisons.length === 0) return sql`true`;
  return sql.join(
    comparisons.map(([operator, value]) => comparisonSql(column, operator, value)),
    sql` and `,
  );
}

function comparisonSql({ column, type }: SearchColumn, operator: string, value: unknown): RawBuilder<unknown> {
  const name = sql.raw(column);
  if (operator === '$in' || operator === '$nin') {
    const values = sql`${(value as unknown[]).map(toParameter)}::${sql.raw(TYPES[type])}[]`;
    return operator === '$in' ? sql`${name} = any(${values})` : sql`${name} <> all(${values})`;
  }
  const comparison = COMPARISONS[operator];
  if (!comparison) throw new Error(`${operator} is no comparison`);
  if (value === null) return sql`${name} is ${sql.raw(operator === '$ne' ? 'not null' : 'null')}`;
  return sql`${name} ${sql.raw(comparison)} ${toParameter(value)}::${sql.raw(TYPES[type])}`;
}

/** Both drivers write instants in ways of their own. */
function toParameter(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}

function columnOf(name: string, columns: SearchColumns): SearchColumn {
  const column = columns[name];
  if (!column) throw new Error(`${name} is no column of this search`);
  return column;
}
