import type { EntityMetadata, EntityProperty } from '@mikro-orm/core';
import { fromItsPlace, inItsPlace } from './shard.js';
import { type Decimal, decimal, formatDecimal } from './decimal.js';

/** The columns of an entity, without the ORM's own symbols: what SQL reads and writes. Empty is null, never undefined. */
export type Columns<Entity> = {
  [Key in keyof Entity as Key extends string ? Key : never]-?: Exclude<Entity[Key], undefined>;
};

/** An entity's columns: what a row leaves empty is null when it was read, and nobody writes undefined. */
export function columnsOf<Entity extends object>(entity: Entity): Columns<Entity> {
  return entity as Columns<Entity>;
}

type Kind = 'decimal' | 'timestamp' | 'plain';

interface Column {
  property: string;
  name: string;
  /** Its key in the JSON: short, because it is sent with every row. */
  key: string;
  type: string;
  kind: Kind;
}

/** A parameter that writes nothing. */
export const NO_ROWS = '[]';

/**
 * An entity's table for statements that write many rows at once. Rows travel as one JSON parameter, so that a batch
 * of any size is one statement with one plan. Columns and types come from the entity: they are declared only there.
 */
export class SqlTable<Row extends object> {
  readonly columns: Column[];
  readonly name: string;
  readonly #keys: string[];

  constructor(metadata: EntityMetadata) {
    this.name = metadata.tableName;
    this.columns = metadata.props.map((property, index) => toColumn(property, `c${index}`));
    this.#keys = metadata.getPrimaryProps().map((property) => columnName(property));
  }

  /** The columns for a SELECT, prefixed with the table's alias. */
  select(alias: string): string {
    return this.columns.map((column) => `${alias}."${column.name}"`).join(', ');
  }

  /** INSERT of the rows in a parameter. */
  insert(parameter = '$1'): string {
    const names = this.columns.map((column) => `"${column.name}"`).join(', ');
    const shard = this.columns.find(({ name }) => name === 'shard');
    const place = shard && fromItsPlace(`d."${shard.key}"`);
    const values = this.columns
      .map((column) => (place && column === shard ? place.value : `d."${column.key}"`))
      .join(', ');
    const source = `${recordset(this.columns, parameter)}${place ? ` ${place.join}` : ''}`;
    return `insert into "${this.name}" (${names}) select ${values} from ${source}`;
  }

  /** UPDATE of some properties of the rows in a parameter, found by primary key. */
  update(properties: readonly (keyof Row & string)[], parameter = '$1'): string {
    const changed = this.#columnsOf(properties);
    const assignments = changed.map((column) => `"${column.name}" = d."${column.key}"`).join(', ');
    const match = this.#keyColumns().map((column) => `t."${column.name}" = d."${column.key}"`);
    const records = recordset([...this.#keyColumns(), ...changed], parameter);
    const inPlace = this.#keys.includes('shard') ? ` ${inItsPlace('t."shard"')}` : '';
    return `update "${this.name}" t set ${assignments} from ${records} where ${match.join(' and ')}${inPlace}`;
  }

  /** INSERT of the rows in a parameter, or UPDATE of some properties of those whose key is there. */
  put(key: string, properties: readonly (keyof Row & string)[]): string {
    const changed = this.#columnsOf(properties);
    const assignments = changed.map(({ name }) => `"${name}" = excluded."${name}"`).join(', ');
    return `${this.insert()} on conflict ${key} do update set ${assignments}`;
  }

  /** Rows as the JSON parameter of `insert` or `put`. */
  toParameter(rows: Iterable<Row>): string {
    return toJson(rows, this.columns);
  }

  /** Rows as the JSON parameter of `update` of the same properties. */
  toUpdateParameter(rows: Iterable<Row>, properties: readonly (keyof Row & string)[]): string {
    return toJson(rows, [...this.#keyColumns(), ...this.#columnsOf(properties)]);
  }

  /** A row of the database as the entity's record. */
  fromRow(row: Record<string, unknown>): Row {
    const record: Record<string, unknown> = {};
    for (const { property, name, kind } of this.columns) {
      const value = row[name];
      if (value === null || value === undefined || kind === 'plain') record[property] = value ?? null;
      else record[property] = kind === 'decimal' ? decimal(value as string) : toDate(value as string | Date);
    }
    return record as Row;
  }

  #keyColumns(): Column[] {
    return this.columns.filter((column) => this.#keys.includes(column.name));
  }

  #columnsOf(properties: readonly (keyof Row & string)[]): Column[] {
    return this.columns.filter((column) => properties.includes(column.property as keyof Row & string));
  }
}

/** Written by hand: twice as fast as building objects for `JSON.stringify`, and every debit sends four rows. */
function toJson<Row extends object>(rows: Iterable<Row>, columns: Column[]): string {
  let json = '[';
  for (const row of rows) {
    let fields = '';
    for (const { property, key, kind } of columns) {
      const value = (row as Record<string, unknown>)[property];
      if (value === null || value === undefined) continue;
      fields += `${fields === '' ? '' : ','}"${key}":${toJsonValue(value, kind)}`;
    }
    json += `${json.length === 1 ? '' : ','}{${fields}}`;
  }
  return `${json}]`;
}

function toJsonValue(value: unknown, kind: Kind): string {
  if (kind === 'plain') return JSON.stringify(value);
  return kind === 'decimal' ? formatDecimal(value as Decimal) : `"${(value as Date).toISOString()}"`;
}

function recordset(columns: Column[], parameter: string): string {
  const definitions = columns.map((column) => `"${column.key}" ${column.type}`).join(', ');
  return `json_to_recordset(${parameter}::json) as d(${definitions})`;
}

/** The drivers hand timestamps over as PostgreSQL writes them: `2026-11-21 03:25:00.123+00`. */
export function toDate(value: string | Date): Date {
  if (value instanceof Date) return value;
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) throw new Error(`not a timestamp: ${value}`);
  return date;
}

function toColumn(property: EntityProperty, key: string): Column {
  const type = property.columnTypes[0] ?? 'text';
  const kind: Kind = type.startsWith('numeric') ? 'decimal' : type.startsWith('timestamptz') ? 'timestamp' : 'plain';
  return { property: property.name, name: columnName(property), key, type, kind };
}

function columnName(property: EntityProperty): string {
  const name = property.fieldNames[0];
  if (!name) throw new Error(`${property.name} has no column`);
  return name;
}
