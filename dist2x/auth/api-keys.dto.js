var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import * as openapi_import_1 from "../http/wallets-page.js";
import * as openapi from "@nestjs/swagger";
import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsOptional } from 'class-validator';
import { IsIdentifier, IsText } from '../http/fields/is-text.js';
import { IsTimestamp } from '../http/fields/is-timestamp.js';
import { IgnoreUnknownFields } from '../http/validation.pipe.js';
import { Pagination, WalletsPageQuery } from '../http/wallets-page.js';
import { formatTimestamp, formatTimestampOrNull } from '../shared/clock.js';
import { SCOPE_NAMES, scopesOf } from './scopes.js';
const KEY_TYPES = ['private_key', 'publishable_key'];
let CreateApiKeyDto = class CreateApiKeyDto {
    name;
    /** `private_key` for servers and accounts; `publishable_key` only sees what is on sale. */
    type;
    expires_at;
    customer_id;
    /** What the key may do; everything its kind may, if absent. */
    scopes;
    static _OPENAPI_METADATA_FACTORY() {
        return { name: { required: true, type: () => String }, type: { required: false, description: "`private_key` for servers and accounts; `publishable_key` only sees what is on sale.", enum: ["private_key", "publishable_key"], enum: KEY_TYPES }, expires_at: { required: false, type: () => Date, nullable: true }, customer_id: { required: false, type: () => String, nullable: true }, scopes: { required: false, nullable: true, description: "What the key may do; everything its kind may, if absent.", enum: ["customers:read", "customers:write", "wallets:read", "wallets:write", "packs:read", "packs:write", "settings:read", "settings:write", "keys:write", "account:read", "account:write"], isArray: true, enum: SCOPE_NAMES, isArray: true } };
    }
};
__decorate([
    IsText({ min: 1, max: 255, description: 'What the key is for.', example: 'Billing server' }),
    __metadata("design:type", String)
], CreateApiKeyDto.prototype, "name", void 0);
__decorate([
    ApiProperty({ enum: KEY_TYPES, default: 'private_key', required: false }),
    IsOptional(),
    IsIn(KEY_TYPES),
    __metadata("design:type", String)
], CreateApiKeyDto.prototype, "type", void 0);
__decorate([
    IsOptional(),
    IsTimestamp({ description: 'When the key stops working; never, if absent.' }),
    __metadata("design:type", Object)
], CreateApiKeyDto.prototype, "expires_at", void 0);
__decorate([
    IsOptional(),
    IsIdentifier({
        description: 'Binds the key to one customer: an account key.',
        example: 'cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB',
    }),
    __metadata("design:type", Object)
], CreateApiKeyDto.prototype, "customer_id", void 0);
__decorate([
    ApiProperty({ enum: SCOPE_NAMES, isArray: true, required: false, example: ['wallets:read'] }),
    IsOptional(),
    IsIn(SCOPE_NAMES, { each: true }),
    ArrayMaxSize(SCOPE_NAMES.length),
    IsArray(),
    __metadata("design:type", Object)
], CreateApiKeyDto.prototype, "scopes", void 0);
CreateApiKeyDto = __decorate([
    IgnoreUnknownFields()
], CreateApiKeyDto);
export { CreateApiKeyDto };
let ListApiKeysQuery = class ListApiKeysQuery extends WalletsPageQuery {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
};
ListApiKeysQuery = __decorate([
    IgnoreUnknownFields()
], ListApiKeysQuery);
export { ListApiKeysQuery };
export class SecretDto {
    id;
    name;
    type;
    display_id;
    customer_id;
    scopes;
    provider;
    roles;
    user_type;
    expires_at;
    last_used_at;
    status;
    tenant_id;
    environment_id;
    created_at;
    updated_at;
    created_by;
    updated_by;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String }, name: { required: true, type: () => String }, type: { required: true, enum: ["private_key", "publishable_key"] }, display_id: { required: true, type: () => String }, customer_id: { required: true, type: () => String, nullable: true }, scopes: { required: true, type: () => [String] }, provider: { required: true, type: () => String }, roles: { required: true, type: () => [String] }, user_type: { required: true, type: () => String }, expires_at: { required: true, type: () => String, nullable: true }, last_used_at: { required: true, type: () => String, nullable: true }, status: { required: true, type: () => String }, tenant_id: { required: true, type: () => String }, environment_id: { required: true, type: () => String }, created_at: { required: true, type: () => String }, updated_at: { required: true, type: () => String }, created_by: { required: true, type: () => String }, updated_by: { required: true, type: () => String } };
    }
}
__decorate([
    ApiProperty({ type: String, example: 'secret_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' }),
    __metadata("design:type", String)
], SecretDto.prototype, "id", void 0);
__decorate([
    ApiProperty({ type: String, example: 'Billing server' }),
    __metadata("design:type", String)
], SecretDto.prototype, "name", void 0);
__decorate([
    ApiProperty({ enum: KEY_TYPES }),
    __metadata("design:type", String)
], SecretDto.prototype, "type", void 0);
__decorate([
    ApiProperty({ type: String, example: 'sk_Ab3dE9****9xYz', description: 'Enough of the key to recognise it.' }),
    __metadata("design:type", String)
], SecretDto.prototype, "display_id", void 0);
__decorate([
    ApiProperty({ type: String, nullable: true, description: 'The customer of an account key.' }),
    __metadata("design:type", Object)
], SecretDto.prototype, "customer_id", void 0);
__decorate([
    ApiProperty({ enum: SCOPE_NAMES, isArray: true, description: 'What the key may do.' }),
    __metadata("design:type", Array)
], SecretDto.prototype, "scopes", void 0);
__decorate([
    ApiProperty({ type: String, example: 'flexprice', description: 'Always the same, for the SDK.' }),
    __metadata("design:type", String)
], SecretDto.prototype, "provider", void 0);
__decorate([
    ApiProperty({ type: [String], description: 'Always empty: keys have scopes.' }),
    __metadata("design:type", Array)
], SecretDto.prototype, "roles", void 0);
__decorate([
    ApiProperty({ type: String, example: 'user' }),
    __metadata("design:type", String)
], SecretDto.prototype, "user_type", void 0);
__decorate([
    ApiProperty({ type: String, format: 'date-time', nullable: true }),
    __metadata("design:type", Object)
], SecretDto.prototype, "expires_at", void 0);
__decorate([
    ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'To the minute.' }),
    __metadata("design:type", Object)
], SecretDto.prototype, "last_used_at", void 0);
__decorate([
    ApiProperty({ type: String, example: 'published' }),
    __metadata("design:type", String)
], SecretDto.prototype, "status", void 0);
__decorate([
    ApiProperty({ type: String }),
    __metadata("design:type", String)
], SecretDto.prototype, "tenant_id", void 0);
__decorate([
    ApiProperty({ type: String }),
    __metadata("design:type", String)
], SecretDto.prototype, "environment_id", void 0);
__decorate([
    ApiProperty({ type: String, format: 'date-time' }),
    __metadata("design:type", String)
], SecretDto.prototype, "created_at", void 0);
__decorate([
    ApiProperty({ type: String, format: 'date-time' }),
    __metadata("design:type", String)
], SecretDto.prototype, "updated_at", void 0);
__decorate([
    ApiProperty({ type: String, description: 'The key that made it; empty for the operator.' }),
    __metadata("design:type", String)
], SecretDto.prototype, "created_by", void 0);
__decorate([
    ApiProperty({ type: String }),
    __metadata("design:type", String)
], SecretDto.prototype, "updated_by", void 0);
export class CreatedApiKeyDto {
    secret;
    api_key;
    static _OPENAPI_METADATA_FACTORY() {
        return { secret: { required: true, type: () => SecretDto }, api_key: { required: true, type: () => String } };
    }
}
__decorate([
    ApiProperty({ type: SecretDto }),
    __metadata("design:type", SecretDto)
], CreatedApiKeyDto.prototype, "secret", void 0);
__decorate([
    ApiProperty({ type: String, description: 'The key itself. It is shown here and never again.', example: 'sk_...' }),
    __metadata("design:type", String)
], CreatedApiKeyDto.prototype, "api_key", void 0);
export class ApiKeyListDto {
    items;
    pagination;
    static _OPENAPI_METADATA_FACTORY() {
        return { items: { required: true, type: () => [SecretDto] }, pagination: { required: true, type: () => openapi_import_1.Pagination } };
    }
}
__decorate([
    ApiProperty({ type: [SecretDto] }),
    __metadata("design:type", Array)
], ApiKeyListDto.prototype, "items", void 0);
__decorate([
    ApiProperty({ type: Pagination }),
    __metadata("design:type", Pagination)
], ApiKeyListDto.prototype, "pagination", void 0);
export function renderSecret(secret) {
    const { id, name, type, displayId, status, tenantId, environmentId, createdBy, updatedBy } = secret;
    const customerId = secret.customerId ?? null;
    return {
        id,
        name,
        type,
        display_id: displayId,
        customer_id: customerId,
        scopes: [...scopesOf({ type, customerId, scopes: secret.scopes ?? null })],
        provider: 'flexprice',
        roles: [],
        user_type: 'user',
        expires_at: formatTimestampOrNull(secret.expiresAt),
        last_used_at: formatTimestampOrNull(secret.lastUsedAt),
        status,
        tenant_id: tenantId,
        environment_id: environmentId,
        created_at: formatTimestamp(secret.createdAt),
        updated_at: formatTimestamp(secret.updatedAt),
        created_by: createdBy,
        updated_by: updatedBy,
    };
}
//# sourceMappingURL=api-keys.dto.js.map