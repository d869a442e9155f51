var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { requestIdOf } from '../http/request-id.js';
import { Clock } from '../shared/clock.js';
import { DomainError } from '../shared/errors.js';
import { ROUTE_ACCESS } from './caller.js';
import { KeyRing } from './key-ring.js';
import { KeyUsage } from './key-usage.js';
/** Lets a request in by its API key. Everything is private unless it is declared public. */
let ApiKeyGuard = class ApiKeyGuard {
    reflector;
    keys;
    usage;
    clock;
    constructor(reflector, keys, usage, clock) {
        this.reflector = reflector;
        this.keys = keys;
        this.usage = usage;
        this.clock = clock;
    }
    async canActivate(context) {
        const access = this.reflector.getAllAndOverride(ROUTE_ACCESS, [
            context.getHandler(),
            context.getClass(),
        ]);
        if (access === 'public')
            return true;
        if (access === undefined)
            throw new Error(`${context.getClass().name} has a route without a scope`);
        const request = context.switchToHttp().getRequest();
        const key = await this.#authenticate(request);
        authorize(key, access);
        this.usage.note(key);
        const { keyId, tenantId, environmentId, environmentType, customerId, scopes } = key;
        const requestId = requestIdOf(request);
        request.caller = { keyId, tenantId, environmentId, environmentType, customerId, scopes, requestId };
        return true;
    }
    async #authenticate(request) {
        const plainKey = plainKeyOf(request);
        const key = plainKey === undefined ? undefined : await this.keys.find(plainKey);
        const isExpired = key?.expiresAt && key.expiresAt.getTime() <= this.clock.now().getTime();
        // The same words for every reason: which keys exist is nobody's business.
        if (!key || isExpired)
            throw new DomainError('unauthorized', 'the API key is missing or wrong');
        return key;
    }
};
ApiKeyGuard = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Reflector,
        KeyRing,
        KeyUsage,
        Clock])
], ApiKeyGuard);
export { ApiKeyGuard };
/** `x-api-key`, or `Authorization` with the scheme Bearer or JWT. */
function plainKeyOf(request) {
    const header = request.headers['x-api-key'];
    if (typeof header === 'string')
        return header;
    return /^(?:Bearer|JWT) +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
}
function authorize(key, scope) {
    if (!key.scopes.has(scope)) {
        throw new DomainError('forbidden', `this key lacks the scope ${scope}`, { details: { scope } });
    }
    if (key.isTenantSuspended && scope.endsWith(':write')) {
        throw new DomainError('forbidden', 'the tenant is suspended: it can read, not write');
    }
}
//# sourceMappingURL=api-key.guard.js.map