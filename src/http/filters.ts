import { formatDecimal, parseDecimal } from '../shared/decimal.js';
import type { DomainError } from '../shared/errors.js';
import { didYouMean } from '../shared/nearest.js';
import { fieldErrorsAt, invalidFields } from './field-errors.js';
import { readTimestamp } from './fields/is-timestamp.js';
import type { FilterDto, Operator, SortDto } from './filters.dto.js';

/** A column that searches may name, and how its values are read. */
export interface FilterField {
  /** The entity's property. */
  property: string;
  type: 'text' | 'decimal' | 'integer' | 'timestamp' | 'boolean';
}

/** What a search may filter and sort by: the API's name of each field, and the column behind it. */
export type FilterFields = Readonly<Record<string, FilterField>>;

type FieldType = FilterField['type'];

const ORDERED: readonly Operator[] = ['eq', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in'];
const OPERATORS_OF: Record<FieldType, readonly Operator[]> = {
  text: ['eq', 'contains', 'not_contains', 'in', 'not_in'],
  decimal: ORDERED,
  integer: ORDERED,
  timestamp: ['eq', 'before', 'after'],
  boolean: ['eq'],
};

/** Texts that are looked for inside of others: each is compared with every row that no index rules out. */
const SUBSTRING: ReadonlySet<Operator> = new Set(['contains', 'not_contains']);
const MAX_SUBSTRING_FILTERS = 5;

type Condition = Record<string, unknown>;

/**
 * The conditions of `filters` for the ORM's `$and`.
 * @throws DomainError `validation` for a field that is not in `fields`, a value that the field can't have, or more than 5
 * filters that look for a part of a text
 */
export function filterConditions(filters: FilterDto[] | null | undefined, fields: FilterFields): Condition[] {
  if (countSubstringFilters(filters ?? []) > MAX_SUBSTRING_FILTERS) {
    const sentence = `must have at most ${MAX_SUBSTRING_FILTERS} with contains or not_contains`;
    throw invalidFields(fieldErrorsAt(['filters'], sentence));
  }
  return (filters ?? []).map((filter, index) => {
    const field = Object.hasOwn(fields, filter.field) ? fields[filter.field] : undefined;
    if (!field) throw refusal(index, 'field', faultOfName(filter.field, fields));
    if (!OPERATORS_OF[field.type].includes(filter.operator)) {
      throw refusal(index, 'operator', `must be one of ${OPERATORS_OF[field.type].join(', ')} for ${filter.field}`);
    }
    return condition(filter, field, index);
  });
}

/** How many of a search's filters look for a part of a text, however wrong they are otherwise. */
export function countSubstringFilters(filters: readonly unknown[]): number {
  return filters.filter((filter) => SUBSTRING.has((filter as FilterDto | null)?.operator as Operator)).length;
}

/**
 * The order that `sort` asks for, then that of creation, for the ORM's `orderBy`.
 * @throws DomainError `validation` for a field that is not in `fields`
 */
export function sortOrder(
  sort: SortDto[] | null | undefined,
  fields: FilterFields,
  order: 'asc' | 'desc',
): Record<string, 'asc' | 'desc'>[] {
  const wanted = (sort ?? []).map(({ field: name, direction }, index) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) throw invalidFields(fieldErrorsAt(['sort', String(index), 'field'], faultOfName(name, fields)));
    return { [field.property]: direction ?? order };
  });
  return [...wanted, { createdAt: order }, { id: order }];
}

function condition({ operator, value }: FilterDto, { property, type }: FilterField, index: number): Condition {
  const read = (raw: unknown): unknown => {
    const converted = raw === undefined || raw === null ? undefined : convert(raw, type);
    if (converted === undefined) throw refusal(index, 'value', `must hold ${WANTED[type]} for ${operator}`);
    return converted;
  };
  const readAll = (): unknown[] => {
    if (!value.array) throw refusal(index, 'value', `must hold an array for ${operator}`);
    return value.array.map(read);
  };
  switch (operator) {
    case 'eq': {
      const raw = value.string ?? value.number ?? value.boolean ?? value.date;
      return raw == null && value.array ? { [property]: { $in: readAll() } } : { [property]: read(raw) };
    }
    case 'contains':
      return { [property]: { $ilike: pattern(read(value.string)) } };
    case 'not_contains':
      return { $or: [{ [property]: null }, { $not: { [property]: { $ilike: pattern(read(value.string)) } } }] };
    case 'in':
      return { [property]: { $in: readAll() } };
    case 'not_in':
      return { $or: [{ [property]: null }, { [property]: { $nin: readAll() } }] };
    case 'before':
      return { [property]: { $lt: read(value.date) } };
    case 'after':
      return { [property]: { $gt: read(value.date) } };
    default:
      return { [property]: { [`$${operator}`]: read(value.number ?? value.string) } };
  }
}

const WANTED: Record<FieldType, string> = {
  text: 'a string',
  decimal: 'a number',
  integer: 'a whole number',
  timestamp: 'a date',
  boolean: 'a boolean',
};

/** The value as the column compares it; undefined when the column can't have it. */
function convert(raw: unknown, type: FieldType): unknown {
  switch (type) {
    case 'text':
      return String(raw);
    case 'decimal': {
      const number = parseDecimal(raw);
      return number && formatDecimal(number);
    }
    case 'integer': {
      const number = parseDecimal(raw);
      return number && number.abs().lt(2 ** 31) && number.round(0, 0).eq(number) ? number.toNumber() : undefined;
    }
    case 'timestamp':
      return readTimestamp(raw);
    case 'boolean':
      return { true: true, false: false }[String(raw)];
  }
}

function pattern(text: unknown): string {
  return `%${String(text).replace(/[\\%_]/g, '\\$&')}%`;
}

function faultOfName(name: string, fields: FilterFields): string {
  const names = Object.keys(fields);
  return `must be one of ${names.join(', ')}${didYouMean(name, names)}`;
}

function refusal(index: number, member: string, sentence: string): DomainError {
  return invalidFields(fieldErrorsAt(['filters', String(index), member], sentence));
}
