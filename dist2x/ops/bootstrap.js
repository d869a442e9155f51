var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable, Logger } from '@nestjs/common';
import { TenantsService } from '../auth/tenants.service.js';
import { Config } from '../config.js';
/** The first start in production: somebody must be able to come in. */
let Bootstrap = class Bootstrap {
    config;
    tenants;
    #logger = new Logger('Bootstrap');
    constructor(config, tenants) {
        this.config = config;
        this.tenants = tenants;
    }
    async onApplicationBootstrap() {
        const { bootstrapApiKey } = this.config;
        if (bootstrapApiKey === undefined || !(await this.tenants.bootstrap(bootstrapApiKey)))
            return;
        this.#logger.log({ msg: 'made the first tenant; its server key is BOOTSTRAP_API_KEY' });
    }
};
Bootstrap = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [Config,
        TenantsService])
], Bootstrap);
export { Bootstrap };
//# sourceMappingURL=bootstrap.js.map