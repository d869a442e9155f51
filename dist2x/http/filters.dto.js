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
import { IsArray, IsBoolean, IsIn, IsNumber, IsOptional, IsString } from 'class-validator';
import { IsText } from './fields/is-text.js';
import { Nested, NestedList } from './fields/nested.js';
import { WalletsPageQuery } from './wallets-page.js';
const OPERATORS = [
    'eq',
    'contains',
    'not_contains',
    'gt',
    'gte',
    'lt',
    'lte',
    'in',
    'not_in',
    'before',
    'after',
];
export class FilterValueDto {
    string;
    number;
    boolean;
    /** RFC 3339. */
    date;
    array;
    static _OPENAPI_METADATA_FACTORY() {
        return { string: { required: false, type: () => String, nullable: true }, number: { required: false, type: () => Number, nullable: true }, boolean: { required: false, type: () => Boolean, nullable: true }, date: { required: false, type: () => String, nullable: true, description: "RFC 3339." }, array: { required: false, type: () => [String], nullable: true } };
    }
}
__decorate([
    IsOptional(),
    IsString({ message: 'must be a string' }),
    __metadata("design:type", Object)
], FilterValueDto.prototype, "string", void 0);
__decorate([
    IsOptional(),
    IsNumber({ allowNaN: false, allowInfinity: false }, { message: 'must be a number' }),
    __metadata("design:type", Object)
], FilterValueDto.prototype, "number", void 0);
__decorate([
    IsOptional(),
    IsBoolean({ message: 'must be true or false' }),
    __metadata("design:type", Object)
], FilterValueDto.prototype, "boolean", void 0);
__decorate([
    IsOptional(),
    IsString({ message: 'must be a timestamp like 2030-01-01T00:00:00Z (RFC 3339)' }),
    __metadata("design:type", Object)
], FilterValueDto.prototype, "date", void 0);
__decorate([
    IsOptional(),
    IsString({ each: true, message: 'must be a list of strings' }),
    IsArray({ message: 'must be a list of strings' }),
    __metadata("design:type", Object)
], FilterValueDto.prototype, "array", void 0);
/** One condition of a search; all of them must hold. */
export class FilterDto {
    /**
     * A field of the listed object.
     * @example 'created_at'
     */
    field;
    /**
     * `contains` and `not_contains` ignore case; `before` and `after` exclude the instant itself.
     * @example 'after'
     */
    operator;
    /**
     * Says what the value is; the member of `value` that is there decides.
     * @example 'date'
     */
    data_type;
    /** @example { "date": "2026-01-01T00:00:00Z" } */
    value;
    static _OPENAPI_METADATA_FACTORY() {
        return { field: { required: true, type: () => String, description: "A field of the listed object.", example: "created_at" }, operator: { required: true, description: "`contains` and `not_contains` ignore case; `before` and `after` exclude the instant itself.", example: "after", enum: ["gte", "in", "eq", "gt", "lt", "lte", "before", "after", "contains", "not_contains", "not_in"], enum: OPERATORS }, data_type: { required: false, type: () => String, nullable: true, description: "Says what the value is; the member of `value` that is there decides.", example: "date", enum: ['string', 'number', 'date', 'array'] }, value: { required: true, type: () => FilterValueDto, example: { "date": "2026-01-01T00:00:00Z" } } };
    }
}
__decorate([
    IsText({ min: 1, max: 100 }),
    __metadata("design:type", String)
], FilterDto.prototype, "field", void 0);
__decorate([
    ApiProperty({ enum: OPERATORS }),
    IsIn(OPERATORS, { message: `must be one of ${OPERATORS.join(', ')}` }),
    __metadata("design:type", String)
], FilterDto.prototype, "operator", void 0);
__decorate([
    ApiProperty({ enum: ['string', 'number', 'date', 'array'], required: false, nullable: true }),
    IsOptional(),
    IsIn(['string', 'number', 'date', 'array'], { message: 'must be one of string, number, date, array' }),
    __metadata("design:type", Object)
], FilterDto.prototype, "data_type", void 0);
__decorate([
    Nested(() => FilterValueDto),
    __metadata("design:type", FilterValueDto)
], FilterDto.prototype, "value", void 0);
export class SortDto {
    /**
     * A field of the listed object.
     * @example 'created_at'
     */
    field;
    /** @example 'asc' */
    direction;
    static _OPENAPI_METADATA_FACTORY() {
        return { field: { required: true, type: () => String, description: "A field of the listed object.", example: "created_at" }, direction: { required: false, nullable: true, example: "asc", enum: ["asc", "desc"], enum: ['asc', 'desc'] } };
    }
}
__decorate([
    IsText({ min: 1, max: 100 }),
    __metadata("design:type", String)
], SortDto.prototype, "field", void 0);
__decorate([
    ApiProperty({ enum: ['asc', 'desc'], required: false, nullable: true }),
    IsOptional(),
    IsIn(['asc', 'desc'], { message: 'must be asc or desc' }),
    __metadata("design:type", Object)
], SortDto.prototype, "direction", void 0);
/** Paging, filters and order of a search body of the wallets API. Extend it with the filters of a list. */
export class WalletsSearchQuery extends WalletsPageQuery {
    /** Conditions, all of which must hold. */
    filters;
    /** Order of the items, before the order of creation. */
    sort;
    static _OPENAPI_METADATA_FACTORY() {
        return { filters: { required: false, type: () => [FilterDto], nullable: true, description: "Conditions, all of which must hold." }, sort: { required: false, type: () => [SortDto], nullable: true, description: "Order of the items, before the order of creation." } };
    }
}
__decorate([
    IsOptional(),
    NestedList(() => FilterDto),
    __metadata("design:type", Object)
], WalletsSearchQuery.prototype, "filters", void 0);
__decorate([
    IsOptional(),
    NestedList(() => SortDto),
    __metadata("design:type", Object)
], WalletsSearchQuery.prototype, "sort", void 0);
//# sourceMappingURL=filters.dto.js.map