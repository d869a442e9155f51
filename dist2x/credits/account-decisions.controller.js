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
import * as openapi_import_1 from "./account-decisions.dto.js";
import * as openapi from "@nestjs/swagger";
import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/caller.js';
import { CreditsPageQuery } from '../http/credits-page.js';
import { ApiCreditsErrors } from '../http/errors/api-errors.decorator.js';
import { ApiAccountHeaders, CurrentAccount } from './account.js';
import { AccountDecisionsService } from './account-decisions.service.js';
let AccountDecisionsController = class AccountDecisionsController {
    decisions;
    constructor(decisions) {
        this.decisions = decisions;
    }
    /** Why credits were, or were not, bought automatically; the latest first. `ordering`: `first_seen_at`, `last_seen_at`. */
    async list(account, query) {
        return this.decisions.list(account, query);
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Why credits were, or were not, bought automatically; the latest first. `ordering`: `first_seen_at`, `last_seen_at`." }),
    Get('/'),
    RequireScope('account:read'),
    ApiCreditsErrors('validation', 'not_found'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.AccountDecisionPageDto }),
    __param(0, CurrentAccount()),
    __param(1, Query()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, CreditsPageQuery]),
    __metadata("design:returntype", Promise)
], AccountDecisionsController.prototype, "list", null);
AccountDecisionsController = __decorate([
    ApiTags('Account credits'),
    ApiAccountHeaders(),
    Controller('account/credits/top-up/decisions'),
    __metadata("design:paramtypes", [AccountDecisionsService])
], AccountDecisionsController);
export { AccountDecisionsController };
//# sourceMappingURL=account-decisions.controller.js.map