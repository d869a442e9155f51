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
import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { DomainError } from '../shared/errors.js';
import { LedgerService } from './ledger.service.js';
/** How long a first answer is kept for replays. Published in README; the entry keeps its own unique key for ever. */
export const IDEMPOTENCY_WINDOW_MS = 7 * 86_400_000;
const SWEEP_LIMIT = 500;
const SYSTEM_ACTOR = { keyId: '', requestId: 'scheduled' };
/** What time does to wallets. Nothing becomes true through it: expired credits can't be spent anyway; it only books. */
let LedgerSweeps = class LedgerSweeps {
    em;
    ledger;
    clock;
    constructor(em, ledger, clock) {
        this.em = em;
        this.ledger = ledger;
        this.clock = clock;
    }
    /** Books the forfeiture of expired credits. Any number of processes may: the second finds nothing left. */
    async expireCredits() {
        const rows = await this.em.fork().execute(`select distinct wallet_id, tenant_id, environment_id from lot
       where is_open and expires_at <= ? and remaining > held and renewal_id is null limit ${SWEEP_LIMIT}`, [this.clock.now().toISOString()]);
        await Promise.all(rows.map((row) => this.evaluate(row.wallet_id, scopeOf(row))));
        return rows.length;
    }
    /** Ends holds whose time is over and gives their credits back. */
    async expireHolds() {
        const rows = await this.em.fork().execute(`select wallet_id, tenant_id, environment_id, id from hold
       where hold_status = 'open' and expires_at <= ? order by expires_at limit ${SWEEP_LIMIT}`, [this.clock.now().toISOString()]);
        await Promise.all(rows.map((row) => this.#expireHold(row)));
        return rows.length;
    }
    /** Forgets answers that are older than the published window. */
    async forgetAnswers() {
        const before = new Date(this.clock.now().getTime() - IDEMPOTENCY_WINDOW_MS);
        await this.em.fork().execute('delete from idempotency_key where created_at < ?', [before.toISOString()]);
    }
    /** Lets the ledger and its policies look at a wallet again. */
    async evaluate(walletId, scope) {
        await this.ledger.post({ kind: 'evaluate', scope, walletId, actor: SYSTEM_ACTOR, answer: () => null });
    }
    async #expireHold(row) {
        const target = { scope: scopeOf(row), walletId: row.wallet_id, holdId: row.id };
        try {
            await this.ledger.post({
                kind: 'release',
                ...target,
                outcome: 'expired',
                actor: SYSTEM_ACTOR,
                answer: () => null,
            });
        }
        catch (error) {
            // Another process was faster, or the hold was captured meanwhile.
            if (!(error instanceof DomainError))
                throw error;
        }
    }
};
LedgerSweeps = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        LedgerService,
        Clock])
], LedgerSweeps);
export { LedgerSweeps };
function scopeOf(row) {
    return { tenantId: row.tenant_id, environmentId: row.environment_id };
}
//# sourceMappingURL=ledger-sweeps.js.map