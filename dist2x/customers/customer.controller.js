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
import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { UpdateCustomerDto } from './customers.dto.js';
import { CustomersService } from './customers.service.js';
import { renderCustomer } from './render-customer.js';
/**
 * One customer by id. Its path would also match `/v1/customers/wallets`, which is a route of a higher room, so these
 * routes are registered after all others: see `CustomerByIdModule`.
 */
let CustomerController = class CustomerController {
    customers;
    constructor(customers) {
        this.customers = customers;
    }
    /** A customer. */
    async get(caller, id) {
        return renderCustomer(await this.customers.get(caller, id));
    }
    /** Changes a customer: only what is sent. */
    async update(caller, id, body) {
        return renderCustomer(await this.customers.update(caller, id, body));
    }
};
__decorate([
    openapi.ApiOperation({ summary: "A customer." }),
    Get(':id'),
    RequireScope('customers:read'),
    ApiWalletsErrors('not_found'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.CustomerDto }),
    __param(0, CurrentCaller()),
    __param(1, Param('id')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String]),
    __metadata("design:returntype", Promise)
], CustomerController.prototype, "get", null);
__decorate([
    openapi.ApiOperation({ summary: "Changes a customer: only what is sent." }),
    Put(':id'),
    RequireScope('customers:write'),
    ApiWalletsErrors('validation', 'not_found', 'already_exists'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.CustomerDto }),
    __param(0, CurrentCaller()),
    __param(1, Param('id')),
    __param(2, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String, UpdateCustomerDto]),
    __metadata("design:returntype", Promise)
], CustomerController.prototype, "update", null);
CustomerController = __decorate([
    ApiTags('Customers'),
    Controller('v1/customers'),
    __metadata("design:paramtypes", [CustomersService])
], CustomerController);
export { CustomerController };
//# sourceMappingURL=customer.controller.js.map