import { decimal, formatDecimal } from '../shared/decimal.js';
/**
 * An entity's table for statements that write many rows at once. Rows travel as one JSON parameter, so that a batch
 * of any size is one statement with one plan. Columns and types come from the entity: they are declared only there.
 */
export class SqlTable {
    columns;
    #name;
    #keys;
    constructor(metadata) {
        this.#name = metadata.tableName;
        this.columns = metadata.props.map((property) => toColumn(property));
        this.#keys = metadata.getPrimaryProps().map((property) => columnName(property));
    }
    /** The columns for a SELECT, prefixed with the table's alias. */
    select(alias) {
        return this.columns.map((column) => `${alias}."${column.name}"`).join(', ');
    }
    /** INSERT of the rows in a parameter. */
    insert(parameter = '$1') {
        const names = this.columns.map((column) => `"${column.name}"`).join(', ');
        return `insert into "${this.#name}" (${names}) select ${names} from ${recordset(this.columns, parameter)}`;
    }
    /** UPDATE of some properties of the rows in a parameter, found by primary key. */
    update(properties, parameter = '$1') {
        const changed = this.columns.filter((column) => properties.includes(column.property));
        const keys = this.columns.filter((column) => this.#keys.includes(column.name));
        const assignments = changed.map((column) => `"${column.name}" = d."${column.name}"`).join(', ');
        const match = keys.map((column) => `t."${column.name}" = d."${column.name}"`).join(' and ');
        return `update "${this.#name}" t set ${assignments} from ${recordset([...keys, ...changed], parameter)} where ${match}`;
    }
    /** Rows as the JSON parameter of `insert` and `update`. */
    toParameter(rows) {
        return JSON.stringify(Array.from(rows, (row) => this.#toJson(row)));
    }
    /** A row of the database as the entity's record. */
    fromRow(row) {
        const record = {};
        for (const { property, name, kind } of this.columns) {
            const value = row[name];
            if (value === null || value === undefined || kind === 'plain')
                record[property] = value ?? null;
            else
                record[property] = kind === 'decimal' ? decimal(value) : toDate(value);
        }
        return record;
    }
    #toJson(row) {
        const json = {};
        for (const { property, name, kind } of this.columns) {
            const value = row[property];
            if (value === null || value === undefined || kind === 'plain')
                json[name] = value ?? null;
            else
                json[name] = kind === 'decimal' ? formatDecimal(value) : value.toISOString();
        }
        return json;
    }
}
function recordset(columns, parameter) {
    const definitions = columns.map((column) => `"${column.name}" ${column.type}`).join(', ');
    return `json_to_recordset(${parameter}::json) as d(${definitions})`;
}
/** The drivers hand timestamps over as PostgreSQL writes them: `2026-11-21 03:25:00.123+00`. */
export function toDate(value) {
    if (value instanceof Date)
        return value;
    const date = new Date(value);
    if (Number.isNaN(date.getTime()))
        throw new Error(`not a timestamp: ${value}`);
    return date;
}
function toColumn(property) {
    const type = property.columnTypes[0] ?? 'text';
    const kind = type.startsWith('numeric') ? 'decimal' : type.startsWith('timestamptz') ? 'timestamp' : 'plain';
    return { property: property.name, name: columnName(property), type, kind };
}
function columnName(property) {
    const name = property.fieldNames[0];
    if (!name)
        throw new Error(`${property.name} has no column`);
    return name;
}
//# sourceMappingURL=sql-table.js.map