import { Type } from '@mikro-orm/core';
import { decimal, formatDecimal } from './decimal.js';
/** A `numeric` column as an exact decimal. Both database drivers hand `numeric` over as text, so no float is ever in between. */
class NumericType extends Type {
    /** Not a `#private` field: the ORM copies types property by property. */
    columnType;
    constructor(precision, scale) {
        super();
        this.columnType = `numeric(${precision},${scale})`;
    }
    convertToDatabaseValue(value, _platform, _context) {
        return value == null ? value : formatDecimal(decimal(value));
    }
    convertToJSValue(value) {
        return value == null ? value : decimal(value);
    }
    /** Not a scalar: the ORM's own check of assigned values would refuse a decimal where it expects text. */
    get runtimeType() {
        return 'Big';
    }
    compareAsType() {
        return 'string';
    }
    compareValues(a, b) {
        return a === b || (a != null && b != null && decimal(a).eq(decimal(b)));
    }
    getColumnType() {
        return this.columnType;
    }
    ensureComparable() {
        return false;
    }
}
/** Credits and currency amounts: one amount stays below 10^11, sums of them never overflow the column. */
export const AmountColumn = new NumericType(38, 9);
/** Conversion rates: five decimal places, below 100,000. */
export const RateColumn = new NumericType(10, 5);
//# sourceMappingURL=decimal-column.js.map