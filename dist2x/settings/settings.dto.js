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
import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { IsDefined } from 'class-validator';
import { Transform, Type } from 'class-transformer';
import { formatTimestampOrNull } from '../shared/clock.js';
import { AlertsSettingDto, BonusSettingDto, CreditsSettingDto, InvoicesSettingDto, PaymentsSettingDto, WalletsSettingDto, } from './setting-values.dto.js';
const VALUE_MODELS = [
    WalletsSettingDto,
    PaymentsSettingDto,
    AlertsSettingDto,
    BonusSettingDto,
    InvoicesSettingDto,
    CreditsSettingDto,
];
const ONE_OF = { oneOf: VALUE_MODELS.map((model) => ({ $ref: getSchemaPath(model) })) };
let PutSettingDto = class PutSettingDto {
    /** The whole value; fields that are left out get their default. */
    value;
    static _OPENAPI_METADATA_FACTORY() {
        return { value: { required: true, type: () => Object, description: "The whole value; fields that are left out get their default." } };
    }
};
__decorate([
    ApiProperty({ ...ONE_OF, example: { manual_debit_overdraft: true } })
    // As it was sent: what is right depends on the key, and is checked in the service.
    ,
    Transform(({ obj, key }) => obj[key]),
    Type(() => Object),
    IsDefined({ message: 'is required' }),
    __metadata("design:type", Object)
], PutSettingDto.prototype, "value", void 0);
PutSettingDto = __decorate([
    ApiExtraModels(...VALUE_MODELS)
], PutSettingDto);
export { PutSettingDto };
export class SettingDto {
    id;
    key;
    value;
    tenant_id;
    environment_id;
    status;
    created_at;
    updated_at;
    created_by;
    updated_by;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, nullable: true }, key: { required: true, type: () => String }, value: { required: true, type: () => Object }, tenant_id: { required: true, type: () => String }, environment_id: { required: true, type: () => String }, status: { required: true, type: () => String }, created_at: { required: true, type: () => String, nullable: true }, updated_at: { required: true, type: () => String, nullable: true }, created_by: { required: true, type: () => String }, updated_by: { required: true, type: () => String } };
    }
}
__decorate([
    ApiProperty({ type: String, nullable: true, description: 'Null while the default is in force.' }),
    __metadata("design:type", Object)
], SettingDto.prototype, "id", void 0);
__decorate([
    ApiProperty({ type: String, example: 'wallets' }),
    __metadata("design:type", String)
], SettingDto.prototype, "key", void 0);
__decorate([
    ApiProperty({ ...ONE_OF, example: { manual_debit_overdraft: false } }),
    __metadata("design:type", Object)
], SettingDto.prototype, "value", void 0);
__decorate([
    ApiProperty({ type: String }),
    __metadata("design:type", String)
], SettingDto.prototype, "tenant_id", void 0);
__decorate([
    ApiProperty({ type: String }),
    __metadata("design:type", String)
], SettingDto.prototype, "environment_id", void 0);
__decorate([
    ApiProperty({ type: String, example: 'published' }),
    __metadata("design:type", String)
], SettingDto.prototype, "status", void 0);
__decorate([
    ApiProperty({ type: String, format: 'date-time', nullable: true }),
    __metadata("design:type", Object)
], SettingDto.prototype, "created_at", void 0);
__decorate([
    ApiProperty({ type: String, format: 'date-time', nullable: true }),
    __metadata("design:type", Object)
], SettingDto.prototype, "updated_at", void 0);
__decorate([
    ApiProperty({ type: String }),
    __metadata("design:type", String)
], SettingDto.prototype, "created_by", void 0);
__decorate([
    ApiProperty({ type: String }),
    __metadata("design:type", String)
], SettingDto.prototype, "updated_by", void 0);
export function renderSetting({ tenantId, environmentId }, key, value, row) {
    return {
        id: row?.id ?? null,
        key,
        value,
        tenant_id: tenantId,
        environment_id: environmentId,
        status: row?.status ?? 'published',
        created_at: formatTimestampOrNull(row?.createdAt),
        updated_at: formatTimestampOrNull(row?.updatedAt),
        created_by: row?.createdBy ?? '',
        updated_by: row?.updatedBy ?? '',
    };
}
//# sourceMappingURL=settings.dto.js.map