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
import * as openapi_import_1 from "./invoices.dto.js";
import * as openapi from "@nestjs/swagger";
import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { InvoicesService } from './invoices.service.js';
import { renderInvoice } from './render-invoice.js';
let InvoicesController = class InvoicesController {
    invoices;
    constructor(invoices) {
        this.invoices = invoices;
    }
    /** One invoice, with its lines and taxes. */
    async get(caller, id) {
        return renderInvoice(await this.invoices.get(caller, id));
    }
};
__decorate([
    openapi.ApiOperation({ summary: "One invoice, with its lines and taxes." }),
    Get(':id'),
    RequireScope('wallets:read'),
    ApiWalletsErrors('not_found'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.InvoiceDto }),
    __param(0, CurrentCaller()),
    __param(1, Param('id')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String]),
    __metadata("design:returntype", Promise)
], InvoicesController.prototype, "get", null);
InvoicesController = __decorate([
    ApiTags('Invoices'),
    Controller('v1/invoices'),
    __metadata("design:paramtypes", [InvoicesService])
], InvoicesController);
export { InvoicesController };
//# sourceMappingURL=invoices.controller.js.map