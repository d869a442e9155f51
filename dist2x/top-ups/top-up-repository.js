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
import { notFound } from '../shared/errors.js';
import { toDate } from '../ledger/sql-table.js';
import { LEASE_MS } from './schedule.js';
import { TopUpDecision } from './top-up-decision.entity.js';
import { OPEN_STATUS_LIST, OPEN_STATUSES, TopUp, TopUpAttempt } from './top-up.entity.js';
/** Rows of top-ups outside the ledger's transaction. Every change is conditional on the top-up still being open. */
let TopUpRepository = class TopUpRepository {
    em;
    clock;
    constructor(em, clock) {
        this.em = em;
        this.clock = clock;
    }
    async get(scope, id) {
        const topUp = await this.em.fork().findOne(TopUp, { id, ...scope });
        if (!topUp)
            throw notFound('top-up', { top_up_id: id });
        return topUp;
    }
    async reread(topUp) {
        return this.em.fork().findOneOrFail(TopUp, { id: topUp.id });
    }
    async findByKey(scope, idempotencyKey) {
        return this.em.fork().findOne(TopUp, { ...scope, idempotencyKey });
    }
    async insert(record) {
        const em = this.em.fork();
        const topUp = em.create(TopUp, record);
        await em.flush();
        return topUp;
    }
    /** Takes up to `limit` due top-ups for this process: no other process has or gets them while the lease lasts. */
    async claimDue(limit, ids) {
        const now = this.clock.now();
        const lease = new Date(now.getTime() + LEASE_MS).toISOString();
        const only = ids ? `and id in (${ids.map(() => '?').join(', ')})` : '';
        const em = this.em.fork();
        const rows = await em.execute(`update top_up set next_attempt_at = ?, updated_at = ? where id in (
         select id from top_up where top_up_status in (${OPEN_STATUS_LIST}) and next_attempt_at <= ? ${only}
         order by next_attempt_at limit ${limit} for update skip locked
       ) returning id`, [lease, now.toISOString(), now.toISOString(), ...(ids ?? [])]);
        return rows.length === 0
            ? []
            : em.find(TopUp, { id: { $in: rows.map(({ id }) => id) } }, { orderBy: { id: 'asc' } });
    }
    /** Changes an open top-up; false when it had ended meanwhile, and nothing was changed. */
    async change(topUp, change) {
        const updatedAt = this.clock.now();
        const where = { id: topUp.id, topUpStatus: { $in: [...OPEN_STATUSES] } };
        const changed = await this.em.fork().nativeUpdate(TopUp, where, { ...change, updatedAt });
        if (changed > 0)
            Object.assign(topUp, change, { updatedAt });
        return changed > 0;
    }
    async startAttempt(topUp) {
        await this.em.fork().execute(`insert into top_up_attempt (top_up_id, attempt, wallet_id, card_fingerprint, outcome, code, message, started_at)
       values (?, ?, ?, ?, 'started', '', '', ?) on conflict do nothing`, [topUp.id, topUp.attempt, topUp.walletId, topUp.cardFingerprint ?? '', this.clock.now().toISOString()]);
    }
    async finishAttempt(topUp, outcome, code = '', message = '') {
        await this.em
            .fork()
            .nativeUpdate(TopUpAttempt, { topUpId: topUp.id, attempt: topUp.attempt }, { outcome, code, message, finishedAt: this.clock.now() });
    }
    /** Declines of one card since an instant, whatever wallets they were for. */
    async countCardDeclines(fingerprint, since) {
        const where = { cardFingerprint: fingerprint, startedAt: { $gte: since }, outcome: 'declined' };
        return this.em.fork().count(TopUpAttempt, where);
    }
    async listOfWallet(scope, walletId, limit, offset) {
        const orderBy = { createdAt: 'desc', id: 'desc' };
        return this.em.fork().findAndCount(TopUp, { ...scope, walletId }, { orderBy, limit, offset });
    }
    async attemptsOf(topUpIds) {
        const orderBy = { topUpId: 'asc', attempt: 'asc' };
        return this.em.fork().find(TopUpAttempt, { topUpId: { $in: [...topUpIds] } }, { orderBy });
    }
    async decisionsOfWallet(scope, walletId, limit, offset) {
        const orderBy = { lastSeenAt: 'desc', id: 'desc' };
        return this.em.fork().findAndCount(TopUpDecision, { ...scope, walletId }, { orderBy, limit, offset });
    }
    /** Wallets whose rules are due for a look; each is handed to one process only. */
    async claimDueEvaluations(limit, next) {
        return walletRefs(this.em.fork(), `update top_up_guard set next_evaluation_at = ? where wallet_id in (
         select wallet_id from top_up_guard where next_evaluation_at <= ?
         order by next_evaluation_at limit ${limit} for update skip locked
       ) returning wallet_id, tenant_id, environment_id`, [next.toISOString(), this.clock.now().toISOString()]);
    }
    /** Wallets with expired credits that were kept for a renewal which has ended since. */
    async endedRenewals(limit) {
        return walletRefs(this.em.fork(), `select distinct l.wallet_id, l.tenant_id, l.environment_id from lot l join top_up t on t.id = l.renewal_id
       where l.is_open and l.expires_at <= ? and t.top_up_status not in (${OPEN_STATUS_LIST}) limit ${limit}`, [this.clock.now().toISOString()]);
    }
    /** The age of the oldest open top-up: what an operator watches. */
    async oldestOpenAt() {
        const rows = await this.em
            .fork()
            .execute(`select min(created_at) as at from top_up where top_up_status in (${OPEN_STATUS_LIST})`);
        return rows[0]?.at ? toDate(rows[0].at) : null;
    }
};
TopUpRepository = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        Clock])
], TopUpRepository);
export { TopUpRepository };
/** Runs a statement that gives wallets with their tenant and environment. */
export async function walletRefs(em, sql, parameters) {
    const rows = await em.execute(sql, parameters);
    return rows.map((row) => ({
        walletId: row.wallet_id,
        scope: { tenantId: row.tenant_id, environmentId: row.environment_id },
    }));
}
//# sourceMappingURL=top-up-repository.js.map