import type { FilterDto } from './filters.dto.js';
import { filterConditions, type FilterFields, sortOrder } from './filters.js';

const FIELDS: FilterFields = {
  name: { property: 'name', type: 'text' },
  credit_balance: { property: 'creditBalance', type: 'decimal' },
  priority: { property: 'priority', type: 'integer' },
  created_at: { property: 'createdAt', type: 'timestamp' },
  is_open: { property: 'isOpen', type: 'boolean' },
};
const INSTANT = '2026-01-01T00:00:00Z';

function filter(field: string, operator: string, value: object): FilterDto {
  return { field, operator, value } as FilterDto;
}

describe('the conditions of filters', () => {
  it.each([
    ['eq text', filter('name', 'eq', { string: 'a' }), { name: 'a' }],
    ['eq a text that was sent as a number', filter('name', 'eq', { number: 7 }), { name: '7' }],
    ['eq takes the first value present', filter('name', 'eq', { number: 7, date: INSTANT }), { name: '7' }],
    ['eq a list', filter('name', 'eq', { array: ['a', 'b'] }), { name: { $in: ['a', 'b'] } }],
    ['eq a boolean', filter('is_open', 'eq', { boolean: false }), { isOpen: false }],
    ['eq an instant', filter('created_at', 'eq', { date: INSTANT }), { createdAt: new Date(INSTANT) }],
    [
      'contains, with its wildcards taken as text',
      filter('name', 'contains', { string: '5%_\\' }),
      { name: { $ilike: '%5\\%\\_\\\\%' } },
    ],
    ['in', filter('name', 'in', { array: ['a'] }), { name: { $in: ['a'] } }],
    ['in numbers', filter('priority', 'in', { array: ['1', '2'] }), { priority: { $in: [1, 2] } }],
    ['gt', filter('credit_balance', 'gt', { number: 0.1 }), { creditBalance: { $gt: '0.1' } }],
    ['gte', filter('credit_balance', 'gte', { string: '10' }), { creditBalance: { $gte: '10' } }],
    ['lt', filter('priority', 'lt', { number: 3 }), { priority: { $lt: 3 } }],
    ['before', filter('created_at', 'before', { date: INSTANT }), { createdAt: { $lt: new Date(INSTANT) } }],
    ['after', filter('created_at', 'after', { date: INSTANT }), { createdAt: { $gt: new Date(INSTANT) } }],
  ])('%s', (_name, given, expected) => {
    expect(filterConditions([given], FIELDS)).toEqual([expected]);
  });

  it('count rows without a value among those that do not contain or equal one', () => {
    expect(filterConditions([filter('name', 'not_in', { array: ['a'] })], FIELDS)).toEqual([
      { $or: [{ name: null }, { name: { $nin: ['a'] } }] },
    ]);
    expect(filterConditions([filter('name', 'not_contains', { string: 'a' })], FIELDS)).toEqual([
      { $or: [{ name: null }, { $not: { name: { $ilike: '%a%' } } }] },
    ]);
  });

  it.each([
    ['an unknown field', filter('secret', 'eq', { string: 'a' }), 'field'],
    ['a name that every object has', filter('constructor', 'eq', { string: 'a' }), 'field'],
    ['an operator that does not fit the field', filter('name', 'gt', { number: 1 }), 'operator'],
    ['no value', filter('name', 'eq', {}), 'value'],
    ['a list that is not there', filter('name', 'in', { string: 'a' }), 'value'],
    ['a number that is none', filter('credit_balance', 'gt', { string: 'ten' }), 'value'],
    ['half a priority', filter('priority', 'eq', { number: 1.5 }), 'value'],
    ['a priority beyond the column', filter('priority', 'gt', { number: 2 ** 31 }), 'value'],
    ['a day that is none', filter('created_at', 'after', { date: '2026-02-30T00:00:00Z' }), 'value'],
    ['a text for a boolean', filter('is_open', 'eq', { string: 'maybe' }), 'value'],
  ])('refuse %s', (_name, given, member) => {
    const read = () => filterConditions([filter('name', 'eq', { string: 'a' }), given], FIELDS);
    expect(read).toThrow(
      expect.objectContaining({ kind: 'validation', details: { [`filters.1.${member}`]: expect.any(String) } }),
    );
  });
});

describe('the filters of a search', () => {
  it('look inside of texts five times at most', () => {
    const inside = (count: number) =>
      Array.from({ length: count }, () => filter('name', 'not_contains', { string: 'a' }));
    expect(filterConditions(inside(5), FIELDS)).toHaveLength(5);
    const sentence = 'must have at most 5 with contains or not_contains';
    expect(() => filterConditions([...inside(5), filter('name', 'contains', { string: 'b' })], FIELDS)).toThrow(
      expect.objectContaining({ kind: 'validation', fields: { filters: [sentence] } }),
    );
  });
});

describe('the order of a search', () => {
  it('is that of creation, last', () => {
    expect(sortOrder(undefined, FIELDS, 'desc')).toEqual([{ createdAt: 'desc' }, { id: 'desc' }]);
    expect(sortOrder([{ field: 'name', direction: 'asc' }, { field: 'priority' }], FIELDS, 'desc')).toEqual([
      { name: 'asc' },
      { priority: 'desc' },
      { createdAt: 'desc' },
      { id: 'desc' },
    ]);
  });

  it('refuses unknown fields', () => {
    expect(() => sortOrder([{ field: 'secret' }], FIELDS, 'desc')).toThrow(
      expect.objectContaining({ kind: 'validation' }),
    );
  });
});
