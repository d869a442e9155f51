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
import * as openapi_import_1 from "./account-credits.dto.js";
import * as openapi from "@nestjs/swagger";
import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/caller.js';
import { ApiCreditsErrors } from '../http/errors/api-errors.decorator.js';
import { ApiAccountHeaders, CurrentAccount } from './account.js';
import { AccountCreditsService } from './account-credits.service.js';
let AccountCreditsController = class AccountCreditsController {
    credits;
    constructor(credits) {
        this.credits = credits;
    }
    /** What the account has, what is reserved, and when it expires. */
    async get(account) {
        return this.credits.get(account);
    }
};
__decorate([
    openapi.ApiOperation({ summary: "What the account has, what is reserved, and when it expires." }),
    Get('/'),
    RequireScope('account:read'),
    ApiCreditsErrors('validation', 'not_found'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.AccountCreditsDto }),
    __param(0, CurrentAccount()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], AccountCreditsController.prototype, "get", null);
AccountCreditsController = __decorate([
    ApiTags('Account credits'),
    ApiAccountHeaders(),
    Controller('account/credits'),
    __metadata("design:paramtypes", [AccountCreditsService])
], AccountCreditsController);
export { AccountCreditsController };
//# sourceMappingURL=account-credits.controller.js.map