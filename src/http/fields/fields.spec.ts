import 'reflect-metadata';
import { IsInt, IsOptional } from 'class-validator';
import type { Decimal } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import { SentBySdk, validated } from '../validation.pipe.js';
import { IsCredits, IsRate } from './is-credits.js';
import { IsMetadata } from './is-metadata.js';
import { IsIdempotencyKey, IsIdentifier, IsText } from './is-text.js';
import { IsTimestamp } from './is-timestamp.js';
import { Nested, NestedList } from './nested.js';

class ItemDto {
  @IsInt()
  count!: number;
}

class FieldsDto {
  @IsOptional()
  @IsCredits()
  credits?: Decimal;

  @IsOptional()
  @IsCredits({ sign: 'any' })
  threshold?: Decimal;

  @IsOptional()
  @IsRate()
  rate?: Decimal;

  @IsOptional()
  @IsTimestamp()
  at?: Date;

  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, string>;

  @IsOptional()
  @IsIdempotencyKey()
  key?: string;

  @IsOptional()
  @IsIdentifier()
  id?: string;

  @IsOptional()
  @IsText({ min: 1, max: 3 })
  text?: string;

  @IsOptional()
  @Nested(() => ItemDto)
  item?: ItemDto | null;

  @IsOptional()
  @NestedList(() => ItemDto, 2)
  items?: ItemDto[];
}

@SentBySdk('more')
class LenientDto {
  @IsInt()
  count!: number;
}

function errorsOf(value: object, dto: new () => object = FieldsDto): unknown {
  try {
    validated(dto, value);
  } catch (error) {
    if (error instanceof DomainError) return error.fields;
  }
  return undefined;
}

describe('fields', () => {
  it.each([
    ['0.000000001', '0.000000001'],
    ['99999999999.999999999', '99999999999.999999999'],
    ['1e3', '1000'],
    ['+1.50', '1.5'],
    [0.1, '0.1'],
    [10, '10'],
    [12345678.12345, '12345678.12345'],
  ])('reads the credits %p exactly', (value, exact) => {
    expect(validated(FieldsDto, { credits: value }).credits?.toFixed()).toBe(exact);
  });

  const plain = 'must be a decimal number, as a string in plain notation or as a number';
  const inexact = 'has more digits than a JSON number carries exactly: send it as a string';
  it.each([
    ['credits', '', plain],
    ['credits', 'ten', plain],
    ['credits', '0x10', plain],
    ['credits', ' 1', plain],
    ['credits', true, plain],
    ['credits', {}, plain],
    ['credits', ['1'], plain],
    ['credits', Number.NaN, plain],
    ['credits', '1'.repeat(65), plain],
    ['credits', '0', 'must be greater than 0'],
    ['credits', -1, 'must be greater than 0'],
    ['credits', '0.0000000001', 'must have at most 9 decimal places'],
    ['credits', '100000000000', 'must be below 100000000000'],
    ['credits', 9007199254740993, inexact],
    ['credits', 0.1 + 0.2, inexact],
    ['rate', '0', 'must be greater than 0'],
    ['rate', '100000', 'must be below 100000'],
    ['rate', '0.000001', 'must have at most 5 decimal places'],
    ['rate', 'x', plain],
    ['at', '2026-02-30T00:00:00Z', 'must be a timestamp like 2030-01-01T00:00:00Z (RFC 3339)'],
    ['at', '2026-01-01', 'must be a timestamp like 2030-01-01T00:00:00Z (RFC 3339)'],
    ['at', 1767225600, 'must be a timestamp like 2030-01-01T00:00:00Z (RFC 3339)'],
    ['metadata', [], 'must be an object of texts'],
    ['metadata', 'x', 'must be an object of texts'],
    ['metadata', { a: 1 }, 'must have text values only: "a" has another'],
    ['metadata', { a: 'x'.repeat(1001) }, 'must have values of at most 1000 characters'],
    ['metadata', { ['k'.repeat(101)]: '' }, 'must have keys of at most 100 characters'],
    ['metadata', Object.fromEntries(Array.from({ length: 51 }, (_, i) => [i, ''])), 'must have at most 50 keys'],
    ['key', '', 'must be 1 to 255 printable characters'],
    ['key', 'a\nb', 'must be 1 to 255 printable characters'],
    ['key', 'x'.repeat(256), 'must be 1 to 255 printable characters'],
    ['id', '', 'must not be empty'],
    ['id', 'x'.repeat(101), 'must have at most 100 characters'],
    ['id', 7, 'must be a string'],
    ['text', 'abcd', 'must have at most 3 characters'],
    ['item', 'x', 'must be an object'],
    ['item', [{ count: 1 }], 'must be an object'],
    ['items', { count: 1 }, 'must be a list'],
    ['items', [{ count: 1 }, { count: 1 }, { count: 1 }], 'must have at most 2 items'],
  ])('refuses %s = %p', (field, value, sentence) => {
    expect(errorsOf({ [field]: value })).toEqual({ [field]: [sentence] });
  });

  it('reads timestamps with any zone, and counts characters, not code units', () => {
    const { at, text } = validated(FieldsDto, { at: '2026-03-01t01:00:00.123456+02:00', text: '😀😀😀' });
    expect(at?.toISOString()).toBe('2026-02-28T23:00:00.123Z');
    expect(text).toBe('😀😀😀');
  });

  it('nests errors like the body', () => {
    expect(errorsOf({ item: {}, items: [{ count: 1 }, { count: 1.5, more: 1 }] })).toEqual({
      item: { count: ['is required'] },
      items: { 1: { count: ['must be an integer number'], more: ['is not a known field; known are count'] } },
    });
  });

  it('refuses unknown fields with the nearest, or drops them where only the SDK knows them', () => {
    expect(errorsOf({ creditz: 1 })).toEqual({ creditz: ['is not a known field; did you mean credits?'] });
    expect(validated(LenientDto, { count: 1, more: 2 })).toEqual({ count: 1 });
    expect(errorsOf({ count: 1, moer: 2 }, LenientDto)).toEqual({ moer: ['is not a known field; known are count'] });
    expect(errorsOf({}, LenientDto)).toEqual({ count: ['is required'] });
    expect(errorsOf({ count: null }, LenientDto)).toEqual({ count: ['must not be null'] });
  });

  it.each([[[[]]], [[[{ count: 1 }]]], [[{ count: 1 }, []]], [[null]], [['a']]])(
    'refuse %j where each item has to be an object',
    (items) => {
      expect(errorsOf({ items })).toEqual({ items: ['each item must be an object'] });
    },
  );
});
