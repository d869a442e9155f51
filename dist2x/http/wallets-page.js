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
import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1000;
const MAX_OFFSET = 2_147_483_647;
/** Paging of the wallets API, in a query or a search body. Extend it with the filters of a list. */
export class WalletsPageQuery {
    limit = DEFAULT_LIMIT;
    offset = 0;
    order = 'desc';
    static _OPENAPI_METADATA_FACTORY() {
        return { limit: { required: true, type: () => Number, default: DEFAULT_LIMIT, minimum: 1, maximum: MAX_LIMIT }, offset: { required: true, type: () => Number, default: 0, minimum: 0, maximum: MAX_OFFSET }, order: { required: true, default: "desc", enum: ["asc", "desc"], enum: ['asc', 'desc'] } };
    }
}
__decorate([
    ApiProperty({
        type: 'integer',
        minimum: 0,
        maximum: MAX_LIMIT,
        default: DEFAULT_LIMIT,
        required: false,
        description: 'Items on the page, 1 to 1,000; 0 means the default.',
    }),
    IsOptional(),
    Transform(({ value }) => (value === 0 || value === null ? DEFAULT_LIMIT : value)),
    Type(() => Number),
    Max(MAX_LIMIT),
    Min(1),
    IsInt(),
    __metadata("design:type", Number)
], WalletsPageQuery.prototype, "limit", void 0);
__decorate([
    ApiProperty({
        type: 'integer',
        minimum: 0,
        maximum: MAX_OFFSET,
        default: 0,
        required: false,
        description: 'Items to skip: `pagination.offset` of an answer is the offset of its next page.',
    }),
    IsOptional(),
    Transform(({ value }) => value ?? 0),
    Type(() => Number),
    Max(MAX_OFFSET),
    Min(0),
    IsInt(),
    __metadata("design:type", Number)
], WalletsPageQuery.prototype, "offset", void 0);
__decorate([
    ApiProperty({ enum: ['asc', 'desc'], default: 'desc', required: false, description: 'Order of creation.' }),
    IsOptional(),
    Transform(({ value }) => value ?? 'desc'),
    IsIn(['asc', 'desc']),
    __metadata("design:type", String)
], WalletsPageQuery.prototype, "order", void 0);
export class Pagination {
    total;
    limit;
    offset;
    static _OPENAPI_METADATA_FACTORY() {
        return { total: { required: true, type: () => Number }, limit: { required: true, type: () => Number }, offset: { required: true, type: () => Number } };
    }
}
__decorate([
    ApiProperty({ type: 'integer', example: 120, description: 'Items on all pages.' }),
    __metadata("design:type", Number)
], Pagination.prototype, "total", void 0);
__decorate([
    ApiProperty({ type: 'integer', example: 50, description: 'The limit that was used.' }),
    __metadata("design:type", Number)
], Pagination.prototype, "limit", void 0);
__decorate([
    ApiProperty({
        type: 'integer',
        example: 50,
        description: 'Where the next page begins: requested offset plus limit.',
    }),
    __metadata("design:type", Number)
], Pagination.prototype, "offset", void 0);
/** The list envelope of the wallets API. */
export function walletsPage(items, total, { limit, offset }) {
    return { items, pagination: { total, limit, offset: offset + limit } };
}
//# sourceMappingURL=wallets-page.js.map