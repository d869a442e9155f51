import { type Platform, Type, type TransformContext } from '@mikro-orm/core';
import { type Decimal, decimal, formatDecimal } from './decimal.js';

/** A `numeric` column as an exact decimal. Both database drivers hand `numeric` over as text, so no float is ever in between. */
class NumericType extends Type<Decimal, string> {
  /** Not a `#private` field: the ORM copies types property by property. */
  private readonly columnType: string;

  constructor(precision: number, scale: number) {
    super();
    this.columnType = `numeric(${precision},${scale})`;
  }

  override convertToDatabaseValue(value: Decimal, _platform: Platform, _context?: TransformContext): string {
    return value == null ? value : formatDecimal(decimal(value));
  }

  override convertToJSValue(value: string): Decimal {
    return value == null ? value : decimal(value);
  }

  /** Not a scalar: the ORM's own check of assigned values would refuse a decimal where it expects text. */
  override get runtimeType(): string {
    return 'Big';
  }

  override compareAsType(): string {
    return 'string';
  }

  override compareValues(a: string, b: string): boolean {
    return a === b || (a != null && b != null && decimal(a).eq(decimal(b)));
  }

  override getColumnType(): string {
    return this.columnType;
  }

  override ensureComparable(): boolean {
    return false;
  }
}

/** Credits and currency amounts: one amount stays below 10^11, sums of them never overflow the column. */
export const AmountColumn = new NumericType(38, 9);
/** Conversion rates: five decimal places, below 100,000. */
export const RateColumn = new NumericType(10, 5);
