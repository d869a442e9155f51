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
import { ApiProperty, OmitType, PartialType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsEmail, IsIn, IsISO31661Alpha2, IsOptional, IsString, IsTimeZone, ValidateIf, } from 'class-validator';
import { IsIdentifier, IsText } from '../http/fields/is-text.js';
import { IsMetadata } from '../http/fields/is-metadata.js';
import { IsTimestamp } from '../http/fields/is-timestamp.js';
import { WalletsSearchQuery } from '../http/filters.dto.js';
import { IgnoreUnknownFields } from '../http/validation.pipe.js';
const MAX_EXTERNAL_ID = 255;
const MAX_LISTED_IDS = 1000;
/** Flexprice takes empty text for no value. */
const ifFilled = ValidateIf((_dto, value) => value !== undefined && value !== null && value !== '');
/** A customer to be. Unknown fields are accepted and ignored. */
let CreateCustomerDto = class CreateCustomerDto {
    /** Your own id of the customer, unique among those that are not deleted. */
    external_id;
    name;
    /** @example 'billing@acme.example' */
    email;
    contact;
    address_line1;
    address_line2;
    address_city;
    address_state;
    address_postal_code;
    /**
     * ISO 3166-1 alpha-2.
     * @example 'US'
     */
    address_country;
    tax_id;
    /**
     * IANA name, default UTC.
     * @example 'Europe/Lisbon'
     */
    timezone;
    metadata;
    static _OPENAPI_METADATA_FACTORY() {
        return { external_id: { required: true, type: () => String, description: "Your own id of the customer, unique among those that are not deleted." }, name: { required: true, type: () => String }, email: { required: false, type: () => String, nullable: true, example: "billing@acme.example", format: "email" }, contact: { required: false, type: () => String, nullable: true }, address_line1: { required: false, type: () => String, nullable: true }, address_line2: { required: false, type: () => String, nullable: true }, address_city: { required: false, type: () => String, nullable: true }, address_state: { required: false, type: () => String, nullable: true }, address_postal_code: { required: false, type: () => String, nullable: true }, address_country: { required: false, type: () => String, nullable: true, description: "ISO 3166-1 alpha-2.", example: "US" }, tax_id: { required: false, type: () => String, nullable: true }, timezone: { required: false, type: () => String, nullable: true, description: "IANA name, default UTC.", example: "Europe/Lisbon" }, metadata: { required: false, type: "object", additionalProperties: { type: "string" }, nullable: true } };
    }
};
__decorate([
    IsText({ min: 1, max: MAX_EXTERNAL_ID, example: 'acme-1' }),
    __metadata("design:type", String)
], CreateCustomerDto.prototype, "external_id", void 0);
__decorate([
    IsText({ min: 1, max: 255, example: 'Acme Ltd' }),
    __metadata("design:type", String)
], CreateCustomerDto.prototype, "name", void 0);
__decorate([
    ifFilled,
    IsEmail({}, { message: 'must be an e-mail address' }),
    __metadata("design:type", Object)
], CreateCustomerDto.prototype, "email", void 0);
__decorate([
    IsOptional(),
    IsText({ max: 20, description: 'Telephone number or another short contact.', example: '+1 555 0100' }),
    __metadata("design:type", Object)
], CreateCustomerDto.prototype, "contact", void 0);
__decorate([
    IsOptional(),
    IsText({ max: 255, example: '1 Main Street' }),
    __metadata("design:type", Object)
], CreateCustomerDto.prototype, "address_line1", void 0);
__decorate([
    IsOptional(),
    IsText({ max: 255, example: 'Floor 2' }),
    __metadata("design:type", Object)
], CreateCustomerDto.prototype, "address_line2", void 0);
__decorate([
    IsOptional(),
    IsText({ max: 100, example: 'Springfield' }),
    __metadata("design:type", Object)
], CreateCustomerDto.prototype, "address_city", void 0);
__decorate([
    IsOptional(),
    IsText({ max: 100, example: 'IL' }),
    __metadata("design:type", Object)
], CreateCustomerDto.prototype, "address_state", void 0);
__decorate([
    IsOptional(),
    IsText({ max: 20, example: '62701' }),
    __metadata("design:type", Object)
], CreateCustomerDto.prototype, "address_postal_code", void 0);
__decorate([
    ifFilled,
    IsISO31661Alpha2({ message: 'must be a country code of two letters (ISO 3166-1 alpha-2)' }),
    __metadata("design:type", Object)
], CreateCustomerDto.prototype, "address_country", void 0);
__decorate([
    IsOptional(),
    IsText({ max: 50, description: 'Tax number, as invoices show it.', example: 'US-12-3456789' }),
    __metadata("design:type", Object)
], CreateCustomerDto.prototype, "tax_id", void 0);
__decorate([
    ifFilled,
    IsTimeZone({ message: 'must be a time zone like Europe/Lisbon (IANA)' }),
    __metadata("design:type", Object)
], CreateCustomerDto.prototype, "timezone", void 0);
__decorate([
    IsOptional(),
    IsMetadata(),
    __metadata("design:type", Object)
], CreateCustomerDto.prototype, "metadata", void 0);
CreateCustomerDto = __decorate([
    IgnoreUnknownFields()
], CreateCustomerDto);
export { CreateCustomerDto };
/** What changes. Absent or null: stays as it is. Empty text: is removed. `metadata` is replaced whole. */
let UpdateCustomerDto = class UpdateCustomerDto extends PartialType(CreateCustomerDto) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
};
UpdateCustomerDto = __decorate([
    IgnoreUnknownFields()
], UpdateCustomerDto);
export { UpdateCustomerDto };
/** Names the customer, by one id or both. */
let CustomerReferenceQuery = class CustomerReferenceQuery {
    id;
    external_customer_id;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: false, type: () => String }, external_customer_id: { required: false, type: () => String } };
    }
};
__decorate([
    IsOptional(),
    IsIdentifier({ description: 'Our id of the customer.', example: 'cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' }),
    __metadata("design:type", String)
], CustomerReferenceQuery.prototype, "id", void 0);
__decorate([
    IsOptional(),
    IsText({ min: 1, max: MAX_EXTERNAL_ID, description: 'Your own id of the customer.', example: 'acme-1' }),
    __metadata("design:type", String)
], CustomerReferenceQuery.prototype, "external_customer_id", void 0);
CustomerReferenceQuery = __decorate([
    IgnoreUnknownFields()
], CustomerReferenceQuery);
export { CustomerReferenceQuery };
/** Filters of customers; all that are given must hold. */
let CustomerSearchDto = class CustomerSearchDto extends WalletsSearchQuery {
    customer_ids;
    external_ids;
    external_id;
    email;
    metadata;
    status;
    start_time;
    end_time;
    static _OPENAPI_METADATA_FACTORY() {
        return { customer_ids: { required: false, type: () => [String], nullable: true }, external_ids: { required: false, type: () => [String], nullable: true }, external_id: { required: false, type: () => String, nullable: true }, email: { required: false, type: () => String, nullable: true }, metadata: { required: false, type: "object", additionalProperties: { type: "string" }, nullable: true }, status: { required: false, nullable: true, enum: ["deleted", "published", "archived"], enum: ['published', 'archived', 'deleted'] }, start_time: { required: false, type: () => Date, nullable: true }, end_time: { required: false, type: () => Date, nullable: true } };
    }
};
__decorate([
    IsOptional(),
    Transform(({ value }) => toList(value)),
    ArrayMaxSize(MAX_LISTED_IDS, { message: `must have at most ${MAX_LISTED_IDS} items` }),
    IsString({ each: true, message: 'must be a list of strings' }),
    __metadata("design:type", Object)
], CustomerSearchDto.prototype, "customer_ids", void 0);
__decorate([
    IsOptional(),
    Transform(({ value }) => toList(value)),
    ArrayMaxSize(MAX_LISTED_IDS, { message: `must have at most ${MAX_LISTED_IDS} items` }),
    IsString({ each: true, message: 'must be a list of strings' }),
    __metadata("design:type", Object)
], CustomerSearchDto.prototype, "external_ids", void 0);
__decorate([
    IsOptional(),
    IsText({ max: MAX_EXTERNAL_ID }),
    __metadata("design:type", Object)
], CustomerSearchDto.prototype, "external_id", void 0);
__decorate([
    IsOptional(),
    IsText({ max: 320 }),
    __metadata("design:type", Object)
], CustomerSearchDto.prototype, "email", void 0);
__decorate([
    IsOptional(),
    IsMetadata(),
    __metadata("design:type", Object)
], CustomerSearchDto.prototype, "metadata", void 0);
__decorate([
    ApiProperty({ enum: ['published', 'archived', 'deleted'], required: false, nullable: true }),
    IsOptional(),
    IsIn(['published', 'archived', 'deleted'], { message: 'must be one of published, archived, deleted' }),
    __metadata("design:type", Object)
], CustomerSearchDto.prototype, "status", void 0);
__decorate([
    IsOptional(),
    IsTimestamp({ description: 'Created at or after this instant.' }),
    __metadata("design:type", Object)
], CustomerSearchDto.prototype, "start_time", void 0);
__decorate([
    IsOptional(),
    IsTimestamp({ description: 'Created at or before this instant.' }),
    __metadata("design:type", Object)
], CustomerSearchDto.prototype, "end_time", void 0);
CustomerSearchDto = __decorate([
    IgnoreUnknownFields()
], CustomerSearchDto);
export { CustomerSearchDto };
/** The same in a query, lists separated by commas, without what only a body can say. */
let CustomerListQuery = class CustomerListQuery extends OmitType(CustomerSearchDto, ['filters', 'sort', 'metadata']) {
    static _OPENAPI_METADATA_FACTORY() {
        return {};
    }
};
CustomerListQuery = __decorate([
    IgnoreUnknownFields()
], CustomerListQuery);
export { CustomerListQuery };
/** A customer. Every key is always there, null where there is no value. */
export class CustomerDto {
    /** @example 'cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
    id;
    /** @example 'acme-1' */
    external_id;
    /** @example 'Acme Ltd' */
    name;
    /** @example 'billing@acme.example' */
    email;
    contact;
    address_line1;
    address_line2;
    address_city;
    address_state;
    address_postal_code;
    /** @example 'US' */
    address_country;
    tax_id;
    /** @example 'UTC' */
    timezone;
    metadata;
    /** Not used, always null. */
    parent_customer;
    /** Not used, always null. */
    parent_customer_id;
    tenant_id;
    environment_id;
    /** @example 'published' */
    status;
    /** @example '2026-01-01T00:00:00.123000Z' */
    created_at;
    updated_at;
    /** The key that created it. */
    created_by;
    updated_by;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, example: "cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB" }, external_id: { required: true, type: () => String, example: "acme-1" }, name: { required: true, type: () => String, example: "Acme Ltd" }, email: { required: true, type: () => String, nullable: true, example: "billing@acme.example" }, contact: { required: true, type: () => String, nullable: true }, address_line1: { required: true, type: () => String, nullable: true }, address_line2: { required: true, type: () => String, nullable: true }, address_city: { required: true, type: () => String, nullable: true }, address_state: { required: true, type: () => String, nullable: true }, address_postal_code: { required: true, type: () => String, nullable: true }, address_country: { required: true, type: () => String, nullable: true, example: "US" }, tax_id: { required: true, type: () => String, nullable: true }, timezone: { required: true, type: () => String, example: "UTC" }, metadata: { required: true, type: "object", additionalProperties: { type: "string" } }, parent_customer: { required: true, type: "object", additionalProperties: true, nullable: true, description: "Not used, always null." }, parent_customer_id: { required: true, type: () => String, nullable: true, description: "Not used, always null." }, tenant_id: { required: true, type: () => String }, environment_id: { required: true, type: () => String }, status: { required: true, type: () => String, example: "published" }, created_at: { required: true, type: () => String, example: "2026-01-01T00:00:00.123000Z" }, updated_at: { required: true, type: () => String }, created_by: { required: true, type: () => String, description: "The key that created it." }, updated_by: { required: true, type: () => String } };
    }
}
export class CustomerListDto {
    items;
    pagination;
    static _OPENAPI_METADATA_FACTORY() {
        return { items: { required: true, type: () => [CustomerDto] }, pagination: { required: true, type: () => openapi_import_1.Pagination } };
    }
}
/** `a,b` in a query is a list; so is a name that is given twice. */
function toList(value) {
    return typeof value === 'string' ? value.split(',').filter((id) => id !== '') : value;
}
//# sourceMappingURL=customers.dto.js.map