var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Config } from '../config.js';
import { SettingsService } from '../settings/settings.service.js';
import { Clock } from '../shared/clock.js';
import { DomainError } from '../shared/errors.js';
import { BoundedProvider } from './bounded-provider.js';
import { SandboxProvider } from './sandbox-provider.js';
/** Whom an environment takes money through. Every provider handed out here answers in time, if only `unknown`. */
let PaymentProviders = class PaymentProviders {
    #providers = new Map();
    #settings;
    constructor(config, settings, clock) {
        this.#settings = settings;
        if (!config.isSandboxEnabled)
            return;
        const sandbox = new SandboxProvider(join(config.dataDir, 'sandbox-provider'), clock);
        this.#providers.set(sandbox.name, new BoundedProvider(sandbox, config.paymentTimeoutMs));
    }
    /** The provider by the name that was stored with a payment method or a top-up. */
    byName(name) {
        return this.#providers.get(name);
    }
    /**
     * The provider that the environment's `payments` setting names; undefined when it says that nothing is charged.
     * @throws unavailable when that provider is not part of this installation: credits are never given for its absence
     */
    async resolve(scope) {
        const { provider: name } = await this.#settings.get(scope, 'payments');
        if (name === 'none')
            return undefined;
        const provider = this.byName(name);
        if (!provider)
            throw new DomainError('unavailable', `payment provider ${name} is not available here`);
        return provider;
    }
};
PaymentProviders = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Config, SettingsService, Clock])
], PaymentProviders);
export { PaymentProviders };
//# sourceMappingURL=payment-providers.js.map