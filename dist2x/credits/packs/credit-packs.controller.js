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
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage, WalletsPageQuery } from '../../http/wallets-page.js';
import { CreateCreditPackDto, CreditPackDto, renderCreditPack, UpdateCreditPackDto, } from './credit-packs.dto.js';
import { PacksService } from './packs.service.js';
/** The tenant's side of the catalogue. */
let CreditPacksController = class CreditPacksController {
    packs;
    constructor(packs) {
        this.packs = packs;
    }
    /** Puts a pack on sale. */
    async create(caller, body) {
        const { id, name, price_minor: priceMinor, currency, pack_amount: packAmount } = body;
        const pack = await this.packs.create(caller, { id, name, priceMinor, currency, packAmount });
        return renderCreditPack(pack, await this.packs.unitPrices(caller));
    }
    /** All packs, those that were withdrawn too, newest first. */
    async list(caller, query) {
        const { limit, offset, order } = query;
        const [packs, total] = await this.packs.list(caller, { limit, offset }, order);
        const unitPrices = await this.packs.unitPrices(caller);
        return walletsPage(packs.map((pack) => renderCreditPack(pack, unitPrices)), total, query);
    }
    /** A pack, also one that was withdrawn. */
    async get(caller, id) {
        return renderCreditPack(await this.packs.get(caller, id), await this.packs.unitPrices(caller));
    }
    /** Changes a pack for whoever buys it from now on: accounts that agreed to it keep what they agreed to. */
    async update(caller, id, body) {
        const { name, price_minor: priceMinor, currency, pack_amount: packAmount, is_on_sale: isOnSale } = body;
        const pack = await this.packs.change(caller, id, { name, priceMinor, currency, packAmount, isOnSale });
        return renderCreditPack(pack, await this.packs.unitPrices(caller));
    }
    /** Takes a pack off sale. Nothing that was bought or agreed to changes. */
    async withdraw(caller, id) {
        await this.packs.change(caller, id, { isOnSale: false });
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Puts a pack on sale." }),
    Post(),
    ApiCreatedResponse({ type: CreditPackDto }),
    ApiWalletsErrors('validation', 'already_exists'),
    __param(0, CurrentCaller()),
    __param(1, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, CreateCreditPackDto]),
    __metadata("design:returntype", Promise)
], CreditPacksController.prototype, "create", null);
__decorate([
    openapi.ApiOperation({ summary: "All packs, those that were withdrawn too, newest first." }),
    Get(),
    ApiWalletsErrors('validation'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.CreditPackListDto }),
    __param(0, CurrentCaller()),
    __param(1, Query()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, WalletsPageQuery]),
    __metadata("design:returntype", Promise)
], CreditPacksController.prototype, "list", null);
__decorate([
    openapi.ApiOperation({ summary: "A pack, also one that was withdrawn." }),
    Get(':id'),
    ApiWalletsErrors('not_found'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.CreditPackDto }),
    __param(0, CurrentCaller()),
    __param(1, Param('id')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String]),
    __metadata("design:returntype", Promise)
], CreditPacksController.prototype, "get", null);
__decorate([
    openapi.ApiOperation({ summary: "Changes a pack for whoever buys it from now on: accounts that agreed to it keep what they agreed to." }),
    Put(':id'),
    ApiWalletsErrors('validation', 'not_found'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.CreditPackDto }),
    __param(0, CurrentCaller()),
    __param(1, Param('id')),
    __param(2, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String, UpdateCreditPackDto]),
    __metadata("design:returntype", Promise)
], CreditPacksController.prototype, "update", null);
__decorate([
    openapi.ApiOperation({ summary: "Takes a pack off sale. Nothing that was bought or agreed to changes." }),
    Delete(':id'),
    HttpCode(204),
    ApiWalletsErrors('not_found'),
    openapi.ApiResponse({ status: 204 }),
    __param(0, CurrentCaller()),
    __param(1, Param('id')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String]),
    __metadata("design:returntype", Promise)
], CreditPacksController.prototype, "withdraw", null);
CreditPacksController = __decorate([
    ApiTags('Credit packs'),
    RequireScope('packs:write'),
    Controller('v1/credit-packs'),
    __metadata("design:paramtypes", [PacksService])
], CreditPacksController);
export { CreditPacksController };
//# sourceMappingURL=credit-packs.controller.js.map