var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { applyDecorators, createParamDecorator, Injectable, } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { CustomersService } from '../customers/customers.service.js';
import { invalidRequest } from '../http/field-errors.js';
import { scopeOf } from '../shared/scope.js';
const CUSTOMER_HEADER = 'X-Customer-ID';
const EXTERNAL_CUSTOMER_HEADER = 'X-External-Customer-ID';
const ReferencedAccount = createParamDecorator((_data, context) => {
    const request = context.switchToHttp().getRequest();
    if (!request.caller)
        throw new Error('a public route has no account');
    return {
        caller: request.caller,
        customerId: request.get(CUSTOMER_HEADER) || undefined,
        externalCustomerId: request.get(EXTERNAL_CUSTOMER_HEADER) || undefined,
    };
});
/** An account key is always its own customer's, whatever the headers say; a server key names the customer. */
let AccountPipe = class AccountPipe {
    customers;
    constructor(customers) {
        this.customers = customers;
    }
    async transform({ caller, customerId, externalCustomerId }) {
        const { keyId, requestId } = caller;
        const reference = caller.customerId
            ? { id: caller.customerId }
            : {
                ...(customerId === undefined ? {} : { id: customerId }),
                ...(externalCustomerId === undefined ? {} : { external_customer_id: externalCustomerId }),
            };
        if (Object.keys(reference).length === 0) {
            throw invalidRequest(`name the account with header ${CUSTOMER_HEADER} or ${EXTERNAL_CUSTOMER_HEADER}`);
        }
        const customer = await this.customers.resolve(caller, reference);
        return { scope: scopeOf(caller), customerId: customer.id, actor: { keyId, requestId } };
    }
};
AccountPipe = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [CustomersService])
], AccountPipe);
export { AccountPipe };
/** The account of a request. */
export const CurrentAccount = () => ReferencedAccount(AccountPipe);
/** Documents how a server key names the account. */
export function ApiAccountHeaders() {
    const forServerKeys = 'With a server key only: ';
    return applyDecorators(ApiHeader({
        name: CUSTOMER_HEADER,
        required: false,
        description: `${forServerKeys}the id of the account's customer. An account key is always its own customer's.`,
    }), ApiHeader({
        name: EXTERNAL_CUSTOMER_HEADER,
        required: false,
        description: `${forServerKeys}your own id of that customer.`,
    }));
}
//# sourceMappingURL=account.js.map