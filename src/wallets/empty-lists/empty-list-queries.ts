import type { Type as Class } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';
import { IsIdentifierList } from '../../http/fields/is-identifier-list.js';
import { IsIdentifier, IsText } from '../../http/fields/is-text.js';
import { IsTimestamp } from '../../http/fields/is-timestamp.js';
import { ToFlag } from '../../http/fields/to-flag.js';
import { ToList } from '../../http/fields/to-list.js';
import { WalletsSearchQuery } from '../../http/filters.dto.js';
import { WalletsPageQuery } from '../../http/wallets-page.js';
import { type EmptyList, type FilterKind, FILTERS } from './empty-lists.js';

const MAX_TEXT = 255;
const OPTIONAL = { required: false, nullable: true } as const;

/** Checked and described like any other filter, although nothing is found with it or without it. */
const RULES: Record<FilterKind, readonly PropertyDecorator[]> = {
  id: [IsIdentifier(), ApiProperty(OPTIONAL)],
  text: [IsText({ max: MAX_TEXT }), ApiProperty(OPTIONAL)],
  list: [ToList(), IsIdentifierList(), ApiProperty({ ...OPTIONAL, type: [String] })],
  timestamp: [IsTimestamp(), ApiProperty(OPTIONAL)],
  flag: [ToFlag(), IsBoolean({ message: 'must be true or false' }), ApiProperty({ ...OPTIONAL, type: Boolean })],
};

/** The DTO of a list's query. */
export function listQueryOf(list: EmptyList): Class<WalletsPageQuery> {
  const dto = { [`${list.name}ListQuery`]: class extends WalletsPageQuery {} };
  return filteredBy(Object.values(dto)[0] as Class<WalletsPageQuery>, { ...FILTERS, ...list.filters, sort: 'text' });
}

/** The DTO of a search's body. */
export function searchBodyOf(list: EmptyList): Class<WalletsSearchQuery> {
  const dto = { [`${list.name}SearchDto`]: class extends WalletsSearchQuery {} };
  return filteredBy(Object.values(dto)[0] as Class<WalletsSearchQuery>, { ...FILTERS, ...list.filters });
}

function filteredBy<Dto extends Class<object>>(dto: Dto, filters: EmptyList['filters']): Dto {
  for (const [name, kind] of Object.entries(filters)) {
    for (const decorate of [IsOptional(), ...RULES[kind]]) decorate(dto.prototype as object, name);
  }
  return dto;
}
