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
import * as openapi_import_1 from "./customers.dto.js";
import * as openapi from "@nestjs/swagger";
import { Body, Controller, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { walletsPage } from '../http/wallets-page.js';
import { CreateCustomerDto, CustomerListQuery, CustomerReferenceQuery, CustomerSearchDto, UpdateCustomerDto, } from './customers.dto.js';
import { CustomersService } from './customers.service.js';
import { renderCustomer } from './render-customer.js';
/** Customers by anything but their id: see `CustomerController`. */
let CustomersController = class CustomersController {
    customers;
    constructor(customers) {
        this.customers = customers;
    }
    /** Creates a customer. On the sandbox of a development environment it gets an approving card. */
    async create(caller, body) {
        return renderCustomer(await this.customers.create(caller, body));
    }
    /** Customers, newest first. */
    async list(caller, query) {
        const { items, total } = await this.customers.list(caller, query);
        return walletsPage(items.map(renderCustomer), total, query);
    }
    /** Customers by filters, in any order. */
    async search(caller, body) {
        const { items, total } = await this.customers.list(caller, body);
        return walletsPage(items.map(renderCustomer), total, body);
    }
    /** A customer by your own id. */
    async getByExternalId(caller, externalId) {
        return renderCustomer(await this.customers.getByExternalId(caller, externalId));
    }
    /** Changes a customer, named by its id or your own. */
    async updateByReference(caller, reference, body) {
        const { id } = await this.customers.resolve(caller, reference);
        return renderCustomer(await this.customers.update(caller, id, body));
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Creates a customer. On the sandbox of a development environment it gets an approving card." }),
    Post(),
    RequireScope('customers:write'),
    ApiWalletsErrors('validation', 'already_exists'),
    openapi.ApiResponse({ status: 201, type: openapi_import_1.CustomerDto }),
    __param(0, CurrentCaller()),
    __param(1, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, CreateCustomerDto]),
    __metadata("design:returntype", Promise)
], CustomersController.prototype, "create", null);
__decorate([
    openapi.ApiOperation({ summary: "Customers, newest first." }),
    Get(),
    RequireScope('customers:read'),
    ApiWalletsErrors('validation'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.CustomerListDto }),
    __param(0, CurrentCaller()),
    __param(1, Query()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, CustomerListQuery]),
    __metadata("design:returntype", Promise)
], CustomersController.prototype, "list", null);
__decorate([
    openapi.ApiOperation({ summary: "Customers by filters, in any order." }),
    Post('search'),
    HttpCode(200),
    RequireScope('customers:read'),
    ApiWalletsErrors('validation'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.CustomerListDto }),
    __param(0, CurrentCaller()),
    __param(1, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, CustomerSearchDto]),
    __metadata("design:returntype", Promise)
], CustomersController.prototype, "search", null);
__decorate([
    openapi.ApiOperation({ summary: "A customer by your own id." }),
    Get(['external/:external_id', 'lookup/:external_id']),
    RequireScope('customers:read'),
    ApiWalletsErrors('not_found'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.CustomerDto }),
    __param(0, CurrentCaller()),
    __param(1, Param('external_id')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String]),
    __metadata("design:returntype", Promise)
], CustomersController.prototype, "getByExternalId", null);
__decorate([
    openapi.ApiOperation({ summary: "Changes a customer, named by its id or your own." }),
    Put(),
    RequireScope('customers:write'),
    ApiWalletsErrors('validation', 'not_found', 'already_exists'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.CustomerDto }),
    __param(0, CurrentCaller()),
    __param(1, Query()),
    __param(2, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, CustomerReferenceQuery,
        UpdateCustomerDto]),
    __metadata("design:returntype", Promise)
], CustomersController.prototype, "updateByReference", null);
CustomersController = __decorate([
    ApiTags('Customers'),
    Controller('v1/customers'),
    __metadata("design:paramtypes", [CustomersService])
], CustomersController);
export { CustomersController };
//# sourceMappingURL=customers.controller.js.map