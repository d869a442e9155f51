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
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ROUTE_ACCESS } from './caller.js';
/** Stops the start when a route declares neither a scope nor that it is public: forgetting is not a way in. */
let RouteAccessCheck = class RouteAccessCheck {
    discovery;
    scanner;
    reflector;
    constructor(discovery, scanner, reflector) {
        this.discovery = discovery;
        this.scanner = scanner;
        this.reflector = reflector;
    }
    onApplicationBootstrap() {
        const undeclared = this.discovery.getControllers().flatMap(({ metatype }) => this.#undeclaredRoutes(metatype));
        if (undeclared.length > 0) {
            throw new Error(`no scope is declared for ${undeclared.join(', ')}: add @RequireScope() or @Public()`);
        }
    }
    #undeclaredRoutes(controller) {
        if (typeof controller !== 'function')
            return [];
        const prototype = controller.prototype;
        return this.scanner
            .getAllMethodNames(prototype)
            .filter((name) => {
            const handler = prototype[name];
            const isRoute = Reflect.hasMetadata(METHOD_METADATA, handler);
            return isRoute && this.reflector.getAllAndOverride(ROUTE_ACCESS, [handler, controller]) === undefined;
        })
            .map((name) => `${controller.name}.${name}`);
    }
};
RouteAccessCheck = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [DiscoveryService,
        MetadataScanner,
        Reflector])
], RouteAccessCheck);
export { RouteAccessCheck };
//# sourceMappingURL=route-access-check.js.map