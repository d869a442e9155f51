var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import * as openapi from "@nestjs/swagger";
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { invalidField } from '../shared/errors.js';
const DEFAULT_LENGTH = 10;
const MAX_LENGTH = 100;
const MAX_PAGE = 1_000_000;
/** Paging of the credits API. Extend it with the filters of a list. */
export class CreditsPageQuery {
    page = 1;
    length = DEFAULT_LENGTH;
    ordering;
    static _OPENAPI_METADATA_FACTORY() {
        return { page: { required: true, type: () => Number, default: 1, minimum: 1, maximum: MAX_PAGE }, length: { required: true, type: () => Number, default: DEFAULT_LENGTH, minimum: 1, maximum: MAX_LENGTH }, ordering: { required: false, type: () => String, pattern: "^-?[a-z_]{1,50}$" } };
    }
}
__decorate([
    ApiProperty({ type: 'integer', minimum: 1, default: 1, required: false, description: 'Page, from 1.' }),
    IsOptional(),
    Type(() => Number),
    Max(MAX_PAGE),
    Min(1),
    IsInt(),
    __metadata("design:type", Number)
], CreditsPageQuery.prototype, "page", void 0);
__decorate([
    ApiProperty({
        type: 'integer',
        minimum: 1,
        maximum: MAX_LENGTH,
        default: DEFAULT_LENGTH,
        required: false,
        description: 'Results on a page.',
    }),
    IsOptional(),
    Type(() => Number),
    Max(MAX_LENGTH),
    Min(1),
    IsInt(),
    __metadata("design:type", Number)
], CreditsPageQuery.prototype, "length", void 0);
__decorate([
    ApiProperty({
        type: String,
        required: false,
        example: '-created_at',
        description: 'Field to order by, with `-` in front of it for descending order.',
    }),
    IsOptional(),
    Matches(/^-?[a-z_]{1,50}$/, { message: 'must be a field name, with - in front of it for descending order' }),
    __metadata("design:type", String)
], CreditsPageQuery.prototype, "ordering", void 0);
/** Everything of a page but its results. Extend it with `results`. */
export class CreditsPageDto {
    count;
    page_total;
    page;
    length;
    static _OPENAPI_METADATA_FACTORY() {
        return { count: { required: true, type: () => Number }, page_total: { required: true, type: () => Number }, page: { required: true, type: () => Number }, length: { required: true, type: () => Number } };
    }
}
__decorate([
    ApiProperty({ type: 'integer', example: 42, description: 'Results on all pages.' }),
    __metadata("design:type", Number)
], CreditsPageDto.prototype, "count", void 0);
__decorate([
    ApiProperty({ type: 'integer', example: 5, description: 'How many pages there are.' }),
    __metadata("design:type", Number)
], CreditsPageDto.prototype, "page_total", void 0);
__decorate([
    ApiProperty({ type: 'integer', example: 1 }),
    __metadata("design:type", Number)
], CreditsPageDto.prototype, "page", void 0);
__decorate([
    ApiProperty({ type: 'integer', example: 10, description: 'Results on a page, as asked for.' }),
    __metadata("design:type", Number)
], CreditsPageDto.prototype, "length", void 0);
/** The list envelope of the credits API. */
export function creditsPage(results, count, { page, length }) {
    return { count, page_total: Math.ceil(count / length), page, length, results };
}
export function offsetOf({ page, length }) {
    return (page - 1) * length;
}
/**
 * The column and direction that `ordering` asks for.
 * @param columns the property for each field that a list can be ordered by
 * @throws DomainError `validation` on `ordering` for any other field
 */
export function orderingOf(query, columns, fallback) {
    if (query.ordering === undefined)
        return fallback;
    const isDescending = query.ordering.startsWith('-');
    const name = isDescending ? query.ordering.slice(1) : query.ordering;
    const property = Object.hasOwn(columns, name) ? columns[name] : undefined;
    if (property === undefined)
        throw invalidField('ordering', `must be one of ${Object.keys(columns).join(', ')}`);
    return { property, direction: isDescending ? 'desc' : 'asc' };
}
//# sourceMappingURL=credits-page.js.map