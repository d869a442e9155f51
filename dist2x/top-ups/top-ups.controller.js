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
import * as openapi_import_1 from "./top-ups.dto.js";
import * as openapi from "@nestjs/swagger";
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { walletsPage, WalletsPageQuery } from '../http/wallets-page.js';
import { renderDecision, renderTopUp } from './top-ups.dto.js';
import { TopUpViews } from './top-up-views.js';
let TopUpsController = class TopUpsController {
    views;
    constructor(views) {
        this.views = views;
    }
    /** The wallet's top-ups, newest first, each with its state and every attempt to charge for it. */
    async listTopUps(caller, walletId, page) {
        const { topUps, attempts, total } = await this.views.topUps(caller, walletId, page);
        return walletsPage(topUps.map((topUp) => renderTopUp(topUp, attempts)), total, page);
    }
    /** Why top-ups did or did not happen, the most recent first. */
    async listDecisions(caller, walletId, page) {
        const { decisions, total } = await this.views.decisions(caller, walletId, page);
        return walletsPage(decisions.map((decision) => renderDecision(decision)), total, page);
    }
};
__decorate([
    ApiOperation({ summary: 'List top-ups of a wallet' }),
    Get('top-ups'),
    RequireScope('wallets:read'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.TopUpListResponse }),
    __param(0, CurrentCaller()),
    __param(1, Param('id')),
    __param(2, Query()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String, WalletsPageQuery]),
    __metadata("design:returntype", Promise)
], TopUpsController.prototype, "listTopUps", null);
__decorate([
    ApiOperation({ summary: 'List top-up decisions of a wallet' }),
    Get('top-up-decisions'),
    RequireScope('wallets:read'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.TopUpDecisionListResponse }),
    __param(0, CurrentCaller()),
    __param(1, Param('id')),
    __param(2, Query()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String, WalletsPageQuery]),
    __metadata("design:returntype", Promise)
], TopUpsController.prototype, "listDecisions", null);
TopUpsController = __decorate([
    ApiTags('Top-ups'),
    ApiWalletsErrors('validation', 'not_found'),
    Controller('v1/wallets/:id'),
    __metadata("design:paramtypes", [TopUpViews])
], TopUpsController);
export { TopUpsController };
//# sourceMappingURL=top-ups.controller.js.map