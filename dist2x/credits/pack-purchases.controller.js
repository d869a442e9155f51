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
import * as openapi from "@nestjs/swagger";
import { Body, Controller, HttpCode, HttpStatus, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/caller.js';
import { AcceptsForms } from '../http/body/accepts-forms.js';
import { ApiCreditsErrors } from '../http/errors/api-errors.decorator.js';
import { Idempotency, replayable } from '../http/idempotency.js';
import { AccountInvoiceDto } from '../payments/invoices.dto.js';
import { renderAccountInvoice } from '../payments/render-invoice.js';
import { ApiAccountHeaders, CurrentAccount } from './account.js';
import { BuyPackDto, PendingPurchaseDto } from './pack-purchases.dto.js';
import { PackPurchases } from './pack-purchases.service.js';
let PackPurchasesController = class PackPurchasesController {
    purchases;
    constructor(purchases) {
        this.purchases = purchases;
    }
    /**
     * Buys a pack with the payment method on file. A declined card is a 402 with the reason, and nothing is credited; 202
     * means that the provider has not said yet: repeat with the same `Idempotency-Key` to learn how it ended.
     */
    async buy(account, body, idempotency, response) {
        const purchase = { packId: body.pack_id, couponIds: body.coupon_ids ?? [] };
        return answer(await this.purchases.buy(account, purchase, idempotency), response);
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Buys a pack with the payment method on file. A declined card is a 402 with the reason, and nothing is credited; 202\nmeans that the provider has not said yet: repeat with the same `Idempotency-Key` to learn how it ended." }),
    Post('/'),
    HttpCode(200),
    RequireScope('account:write'),
    AcceptsForms(BuyPackDto),
    ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Repeat with the same key: it is bought once.' }),
    ApiOkResponse({ type: AccountInvoiceDto, description: 'The invoice: paid, and the credits are there.' }),
    ApiAcceptedResponse({ type: PendingPurchaseDto, description: 'The outcome is not known yet.' }),
    ApiCreditsErrors('validation', 'payment_declined', 'not_found', 'conflict', 'unsupported_media_type'),
    __param(0, CurrentAccount()),
    __param(1, Body()),
    __param(2, Idempotency()),
    __param(3, Res({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, BuyPackDto, Object, Object]),
    __metadata("design:returntype", Promise)
], PackPurchasesController.prototype, "buy", null);
PackPurchasesController = __decorate([
    ApiTags('Account credits'),
    ApiAccountHeaders(),
    Controller('account/credits/top-up'),
    __metadata("design:paramtypes", [PackPurchases])
], PackPurchasesController);
export { PackPurchasesController };
function answer(result, response) {
    const { isReplayed } = result;
    if (result.kind === 'bought')
        return replayable({ body: renderAccountInvoice(result.invoice), isReplayed }, response);
    response.status(HttpStatus.ACCEPTED);
    return replayable({ body: renderPending(result.topUp), isReplayed }, response);
}
function renderPending({ id, topUpStatus: status, actionUrl }) {
    const detail = actionUrl
        ? 'The card asks for authentication by its holder. The credits are added when that is done.'
        : 'The payment is not confirmed yet. The credits are added when it is.';
    return { detail, top_up: { id, status, ...(actionUrl ? { action_url: actionUrl } : {}) } };
}
//# sourceMappingURL=pack-purchases.controller.js.map