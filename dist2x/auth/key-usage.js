var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { ApiKey } from './api-key.entity.js';
const INTERVAL_MS = 60_000;
/** Keeps `last_used_at` of the keys, to the minute, beside the requests and never in front of one. */
let KeyUsage = class KeyUsage {
    em;
    clock;
    #logger = new Logger('KeyUsage');
    #writes = new Set();
    constructor(em, clock) {
        this.em = em;
        this.clock = clock;
    }
    note(key) {
        const now = this.clock.now();
        if (key.lastUsedAt && now.getTime() - key.lastUsedAt.getTime() < INTERVAL_MS)
            return;
        key.lastUsedAt = now;
        const write = this.#write(key.keyId, now);
        this.#writes.add(write);
        void write.finally(() => this.#writes.delete(write));
    }
    async onModuleDestroy() {
        await Promise.all(this.#writes);
    }
    async #write(keyId, now) {
        const stale = new Date(now.getTime() - INTERVAL_MS);
        try {
            await this.em
                .fork()
                .nativeUpdate(ApiKey, { id: keyId, $or: [{ lastUsedAt: null }, { lastUsedAt: { $lte: stale } }] }, { lastUsedAt: now });
        }
        catch (error) {
            this.#logger.warn({ msg: 'last use of a key was not written', keyId, err: error });
        }
    }
};
KeyUsage = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        Clock])
], KeyUsage);
export { KeyUsage };
//# sourceMappingURL=key-usage.js.map