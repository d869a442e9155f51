var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
const PING_TIMEOUT_MS = 2000;
/** What the readiness check asks of the database. */
let DatabaseHealth = class DatabaseHealth {
    em;
    orm;
    indicators;
    #isMigrated = false;
    constructor(em, orm, indicators) {
        this.em = em;
        this.orm = orm;
        this.indicators = indicators;
    }
    async answers() {
        const indicator = this.indicators.check('database');
        return (await within(PING_TIMEOUT_MS, this.em.fork().execute('select 1'))) ? indicator.up() : indicator.down();
    }
    /** A schema that was up to date once stays so for as long as this process runs. */
    async isMigrated() {
        const indicator = this.indicators.check('migrations');
        this.#isMigrated ||= (await within(PING_TIMEOUT_MS, this.#pending()))?.length === 0;
        return this.#isMigrated ? indicator.up() : indicator.down();
    }
    #pending() {
        return new Migrator(this.orm.em).getPending();
    }
};
DatabaseHealth = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        MikroORM,
        HealthIndicatorService])
], DatabaseHealth);
export { DatabaseHealth };
/** What the database answered; undefined when it failed or took too long. */
async function within(milliseconds, answer) {
    let timer;
    const timeout = new Promise((resolve) => {
        timer = setTimeout(() => resolve(undefined), milliseconds);
    });
    try {
        return await Promise.race([answer, timeout]);
    }
    catch {
        return undefined;
    }
    finally {
        clearTimeout(timer);
    }
}
//# sourceMappingURL=database-health.js.map