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
import * as openapi_import_1 from "./settings.dto.js";
import * as openapi from "@nestjs/swagger";
import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { SettingKeyPipe } from './setting-key.pipe.js';
import { SETTINGS } from './setting-keys.js';
import { PutSettingDto, renderSetting } from './settings.dto.js';
import { SettingsService } from './settings.service.js';
let SettingsController = class SettingsController {
    settings;
    constructor(settings) {
        this.settings = settings;
    }
    /** A setting of this environment, or its default. */
    async get(caller, key) {
        const { value, row } = await this.settings.read(caller, key);
        return renderSetting(caller, key, value, row);
    }
    /** Replaces a setting; effective within 5 s everywhere. */
    async put(caller, key, body) {
        const row = await this.settings.put(caller, key, body.value, caller.keyId);
        return renderSetting(caller, key, row.value, row);
    }
    /** Back to the default. */
    async delete(caller, key) {
        await this.settings.delete(caller, key);
    }
};
__decorate([
    openapi.ApiOperation({ summary: "A setting of this environment, or its default." }),
    openapi.ApiParam({ name: "key", enum: ["wallets", "payments", "wallet_balance_alert_config", "bonus_credits_topup_config", "invoice_config", "credits"] }),
    Get(),
    RequireScope('settings:read'),
    ApiWalletsErrors('not_found'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.SettingDto }),
    __param(0, CurrentCaller()),
    __param(1, Param('key', SettingKeyPipe)),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String]),
    __metadata("design:returntype", Promise)
], SettingsController.prototype, "get", null);
__decorate([
    openapi.ApiOperation({ summary: "Replaces a setting; effective within 5 s everywhere." }),
    openapi.ApiParam({ name: "key", enum: ["wallets", "payments", "wallet_balance_alert_config", "bonus_credits_topup_config", "invoice_config", "credits"] }),
    Put(),
    RequireScope('settings:write'),
    ApiWalletsErrors('validation', 'not_found'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.SettingDto }),
    __param(0, CurrentCaller()),
    __param(1, Param('key', SettingKeyPipe)),
    __param(2, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String, PutSettingDto]),
    __metadata("design:returntype", Promise)
], SettingsController.prototype, "put", null);
__decorate([
    openapi.ApiOperation({ summary: "Back to the default." }),
    openapi.ApiParam({ name: "key", enum: ["wallets", "payments", "wallet_balance_alert_config", "bonus_credits_topup_config", "invoice_config", "credits"] }),
    Delete(),
    HttpCode(204),
    RequireScope('settings:write'),
    ApiWalletsErrors('not_found'),
    openapi.ApiResponse({ status: 204 }),
    __param(0, CurrentCaller()),
    __param(1, Param('key', SettingKeyPipe)),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String]),
    __metadata("design:returntype", Promise)
], SettingsController.prototype, "delete", null);
SettingsController = __decorate([
    ApiTags('Settings'),
    ApiParam({ name: 'key', enum: Object.keys(SETTINGS) }),
    Controller('v1/settings/:key'),
    __metadata("design:paramtypes", [SettingsService])
], SettingsController);
export { SettingsController };
//# sourceMappingURL=settings.controller.js.map