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
import * as openapi_import_1 from "./api-keys.dto.js";
import * as openapi from "@nestjs/swagger";
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { walletsPage } from '../http/wallets-page.js';
import { CreateApiKeyDto, ListApiKeysQuery, renderSecret } from './api-keys.dto.js';
import { ApiKeysService } from './api-keys.service.js';
import { CurrentCaller, RequireScope } from './caller.js';
let ApiKeysController = class ApiKeysController {
    apiKeys;
    constructor(apiKeys) {
        this.apiKeys = apiKeys;
    }
    /** Makes a server key, or with `customer_id` an account key. The key itself is shown once, in this answer. */
    async create(caller, body) {
        const { name, type, expires_at: expiresAt, customer_id: customerId, scopes } = body;
        const { secret, plainKey } = await this.apiKeys.createApiKey(caller, { name, type, expiresAt, customerId, scopes }, caller);
        return { secret: renderSecret(secret), api_key: plainKey };
    }
    /** Keys of this environment that were not revoked. */
    async list(caller, query) {
        const [secrets, total] = await this.apiKeys.listApiKeys(caller, query);
        return walletsPage(secrets.map(renderSecret), total, query);
    }
    /** Revokes a key: refused everywhere within 5 s. */
    async revoke(caller, id) {
        await this.apiKeys.revokeApiKey(caller, id, caller.keyId);
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Makes a server key, or with `customer_id` an account key. The key itself is shown once, in this answer." }),
    Post(),
    ApiWalletsErrors('validation', 'not_found'),
    openapi.ApiResponse({ status: 201, type: openapi_import_1.CreatedApiKeyDto }),
    __param(0, CurrentCaller()),
    __param(1, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, CreateApiKeyDto]),
    __metadata("design:returntype", Promise)
], ApiKeysController.prototype, "create", null);
__decorate([
    openapi.ApiOperation({ summary: "Keys of this environment that were not revoked." }),
    Get(),
    ApiWalletsErrors('validation'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.ApiKeyListDto }),
    __param(0, CurrentCaller()),
    __param(1, Query()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, ListApiKeysQuery]),
    __metadata("design:returntype", Promise)
], ApiKeysController.prototype, "list", null);
__decorate([
    openapi.ApiOperation({ summary: "Revokes a key: refused everywhere within 5 s." }),
    Delete(':id'),
    HttpCode(204),
    ApiWalletsErrors('not_found'),
    openapi.ApiResponse({ status: 204 }),
    __param(0, CurrentCaller()),
    __param(1, Param('id')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String]),
    __metadata("design:returntype", Promise)
], ApiKeysController.prototype, "revoke", null);
ApiKeysController = __decorate([
    ApiTags('API keys'),
    RequireScope('keys:write'),
    Controller('v1/secrets/api/keys'),
    __metadata("design:paramtypes", [ApiKeysService])
], ApiKeysController);
export { ApiKeysController };
//# sourceMappingURL=api-keys.controller.js.map