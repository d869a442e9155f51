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
import * as openapi_import_1 from "./top-up-settings.dto.js";
import * as openapi from "@nestjs/swagger";
import { Body, Controller, Get, HttpCode, Patch, Put } from '@nestjs/common';
import { ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/caller.js';
import { AcceptsForms } from '../http/body/accepts-forms.js';
import { ApiCreditsErrors } from '../http/errors/api-errors.decorator.js';
import { ApiAccountHeaders, CurrentAccount } from './account.js';
import { ChangeTopUpSettingsDto, TopUpSettingsDto } from './top-up-settings.dto.js';
import { TopUpSettingsService } from './top-up-settings.service.js';
let TopUpSettingsController = class TopUpSettingsController {
    settings;
    constructor(settings) {
        this.settings = settings;
    }
    /** When credits are bought automatically, and which pack at which price. */
    async get(account) {
        return this.settings.get(account);
    }
    /**
     * Update Credits Auto Top-up Settings. Replaces them: an absent flag is false, an absent pack is null. The price of the
     * pack is agreed to as it is now, and stays so whatever the catalogue asks later.
     */
    async replace(account, body) {
        return this.settings.replace(account, toChange(body));
    }
    /** Changes only what is sent. */
    async change(account, body) {
        return this.settings.change(account, toChange(body));
    }
};
__decorate([
    openapi.ApiOperation({ summary: "When credits are bought automatically, and which pack at which price." }),
    Get('/'),
    RequireScope('account:read'),
    ApiCreditsErrors('validation', 'not_found'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.TopUpSettingsDto }),
    __param(0, CurrentAccount()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], TopUpSettingsController.prototype, "get", null);
__decorate([
    openapi.ApiOperation({ summary: "Update Credits Auto Top-up Settings. Replaces them: an absent flag is false, an absent pack is null. The price of the\npack is agreed to as it is now, and stays so whatever the catalogue asks later." }),
    Put('/'),
    HttpCode(201),
    RequireScope('account:write'),
    AcceptsForms(ChangeTopUpSettingsDto),
    ApiCreatedResponse({ type: TopUpSettingsDto }),
    ApiCreditsErrors('validation', 'not_found', 'unsupported_media_type'),
    __param(0, CurrentAccount()),
    __param(1, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, ChangeTopUpSettingsDto]),
    __metadata("design:returntype", Promise)
], TopUpSettingsController.prototype, "replace", null);
__decorate([
    openapi.ApiOperation({ summary: "Changes only what is sent." }),
    Patch('/'),
    RequireScope('account:write'),
    AcceptsForms(ChangeTopUpSettingsDto),
    ApiCreditsErrors('validation', 'not_found', 'unsupported_media_type'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.TopUpSettingsDto }),
    __param(0, CurrentAccount()),
    __param(1, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, ChangeTopUpSettingsDto]),
    __metadata("design:returntype", Promise)
], TopUpSettingsController.prototype, "change", null);
TopUpSettingsController = __decorate([
    ApiTags('Account credits'),
    ApiAccountHeaders(),
    Controller('account/credits/top-up/settings'),
    __metadata("design:paramtypes", [TopUpSettingsService])
], TopUpSettingsController);
export { TopUpSettingsController };
function toChange(body) {
    return {
        onExpiration: body.auto_top_up_on_expiration,
        onInsufficient: body.auto_top_up_on_insufficient,
        pack: body.auto_top_up_credits_pack,
    };
}
//# sourceMappingURL=top-up-settings.controller.js.map