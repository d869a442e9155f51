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
import { HttpAdapterHost } from '@nestjs/core';
const IDLE_CHECK_MS = 50;
/**
 * Lets the server end without cutting anybody off: requests under way are answered, clients are told to go elsewhere,
 * and kept-alive connections are closed as soon as nothing is under way on them. Costs nothing before the shutdown.
 */
let ConnectionDraining = class ConnectionDraining {
    host;
    #timer;
    constructor(host) {
        this.host = host;
    }
    beforeApplicationShutdown() {
        const server = this.host.httpAdapter.getHttpServer();
        server.prependListener('request', (_request, response) => {
            response.setHeader('Connection', 'close');
        });
        // Node closes the connections that are idle now, not those that become idle later.
        this.#timer = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    }
    onApplicationShutdown() {
        clearInterval(this.#timer);
    }
};
ConnectionDraining = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [HttpAdapterHost])
], ConnectionDraining);
export { ConnectionDraining };
//# sourceMappingURL=connection-draining.js.map