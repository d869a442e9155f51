var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import * as openapi_import_1 from "./health.dto.js";
import * as openapi from "@nestjs/swagger";
import { Controller, Get, HttpCode, Post, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { Public } from '../auth/caller.js';
import { DatabaseHealth } from './database-health.js';
import { HealthStatus } from './health.dto.js';
import { HealthFilter } from './health.filter.js';
let HealthController = class HealthController {
    health;
    database;
    constructor(health, database) {
        this.health = health;
        this.database = database;
    }
    /** Whether the service answers at all. */
    check() {
        return { status: 'ok' };
    }
    /** Whether the service answers at all. */
    checkByPost() {
        return { status: 'ok' };
    }
    /** The process and its event loop only: a database that is away must not restart every process. */
    live() {
        return { status: 'ok' };
    }
    /** Whether requests can be served: the database answers and its schema is up to date. */
    async ready() {
        return this.health.check([() => this.database.answers(), () => this.database.isMigrated()]);
    }
};
__decorate([
    ApiOperation({ summary: 'Health, as Flexprice answers it' }),
    Get(),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.HealthStatus }),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", HealthStatus)
], HealthController.prototype, "check", null);
__decorate([
    ApiOperation({ summary: 'Health, as Flexprice answers it' }),
    Post(),
    HttpCode(200),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.HealthStatus }),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", HealthStatus)
], HealthController.prototype, "checkByPost", null);
__decorate([
    ApiOperation({ summary: 'Liveness' }),
    Get('live'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.HealthStatus }),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", HealthStatus)
], HealthController.prototype, "live", null);
__decorate([
    ApiOperation({ summary: 'Readiness' }),
    Get('ready'),
    HealthCheck(),
    UseFilters(HealthFilter),
    openapi.ApiResponse({ status: 200, type: Object }),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", Promise)
], HealthController.prototype, "ready", null);
HealthController = __decorate([
    ApiTags('Health'),
    Public(),
    Controller('health'),
    __metadata("design:paramtypes", [HealthCheckService,
        DatabaseHealth])
], HealthController);
export { HealthController };
//# sourceMappingURL=health.controller.js.map