var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var __param = (this && this.__param) || function (paramIndex, decorator) {
    return function (target, key) { decorator(target, key, paramIndex); }
};
import * as openapi_import_1 from "./credit-packs.dto.js";
import * as openapi from "@nestjs/swagger";
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireScope } from '../../auth/caller.js';
import { creditsPage, CreditsPageQuery, offsetOf, orderingOf } from '../../http/credits-page.js';
import { ApiCreditsErrors } from '../../http/errors/api-errors.decorator.js';
import { renderPack } from './credit-packs.dto.js';
import { PacksService } from './packs.service.js';
const ORDERINGS = { name: 'name', price: 'priceMinor', pack_amount: 'packAmount', created_at: 'createdAt' };
const BY_AMOUNT = { property: 'packAmount', direction: 'asc' };
/** What can be bought. */
let PacksOnSaleController = class PacksOnSaleController {
    packs;
    constructor(packs) {
        this.packs = packs;
    }
    /** Packs on sale, the smallest first; `ordering` takes `name`, `price`, `pack_amount`, `created_at`. */
    async list(caller, query) {
        const page = { limit: query.length, offset: offsetOf(query) };
        const [packs, count] = await this.packs.listOnSale(caller, page, orderingOf(query, ORDERINGS, BY_AMOUNT));
        const unitPrices = await this.packs.unitPrices(caller);
        return creditsPage(packs.map((pack) => renderPack(pack, unitPrices)), count, query);
    }
    /** A pack on sale. */
    async get(caller, id) {
        return renderPack(await this.packs.getOnSale(caller, id), await this.packs.unitPrices(caller));
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Packs on sale, the smallest first; `ordering` takes `name`, `price`, `pack_amount`, `created_at`." }),
    Get('/'),
    ApiCreditsErrors('validation'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.PackPageDto }),
    __param(0, CurrentCaller()),
    __param(1, Query()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, CreditsPageQuery]),
    __metadata("design:returntype", Promise)
], PacksOnSaleController.prototype, "list", null);
__decorate([
    openapi.ApiOperation({ summary: "A pack on sale." }),
    Get(':id/'),
    ApiParam({ name: 'id', example: 'pack_100' }),
    ApiCreditsErrors('not_found'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.PackDto }),
    __param(0, CurrentCaller()),
    __param(1, Param('id')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String]),
    __metadata("design:returntype", Promise)
], PacksOnSaleController.prototype, "get", null);
PacksOnSaleController = __decorate([
    ApiTags('Account credits'),
    RequireScope('packs:read'),
    Controller('credits-packs'),
    __metadata("design:paramtypes", [PacksService])
], PacksOnSaleController);
export { PacksOnSaleController };
//# sourceMappingURL=packs-on-sale.controller.js.map