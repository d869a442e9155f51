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
import { walletRefs } from './top-up-repository.js';
import { TopUpGuard } from './top-up-rule.entity.js';
import { OPEN_STATUSES, TopUp } from './top-up.entity.js';
/** Pauses that are about the card: another card, or a payment that goes through, ends them. */
export const CARD_PAUSES = ['card_declined', 'no_payment_method', 'card_attempts_exhausted', 'authentication_required'];
/** Stops automatic top-ups that can't go well. No time lifts a pause: a person, a payment or another card does. */
let TopUpPauses = class TopUpPauses {
    em;
    clock;
    constructor(em, clock) {
        this.em = em;
        this.clock = clock;
    }
    /** Ends an open top-up as failed and, if it was automatic, pauses its wallet in the same transaction. */
    async fail(topUp, lastError, reason) {
        const now = this.clock.now();
        return this.em.fork().transactional(async (em) => {
            const where = { id: topUp.id, topUpStatus: { $in: [...OPEN_STATUSES] } };
            const ended = await em.nativeUpdate(TopUp, where, { topUpStatus: 'failed', ...lastError, updatedAt: now });
            if (ended === 0)
                return false;
            if (topUp.isAutomatic) {
                const pause = { pausedAt: now, pauseReason: reason };
                await em.nativeUpdate(TopUpGuard, { walletId: topUp.walletId, pausedAt: null }, pause);
            }
            return true;
        });
    }
    /**
     * Resumes wallets that a card had paused and whose customer has put another card on file since; the same card again
     * changes nothing. Top-ups that wait to try the old card again try the new one now.
     * @returns the resumed wallets: their rules are due for a look
     */
    async resumeWithNewCards() {
        const now = this.clock.now().toISOString();
        const em = this.em.fork();
        await em.execute(`update top_up t set next_attempt_at = ?, updated_at = ? from payment_method m
       where t.top_up_status = 'retry_wait' and t.next_attempt_at > ? and m.customer_id = t.customer_id
         and m.status = 'published' and m.fingerprint <> t.card_fingerprint`, [now, now, now]);
        return walletRefs(em, `update top_up_guard g set paused_at = null, pause_reason = '', updated_at = ?
       from wallet w join payment_method m on m.customer_id = w.customer_id and m.status = 'published'
       where w.id = g.wallet_id and g.paused_at is not null and m.created_at >= g.paused_at
         and g.pause_reason in (${CARD_PAUSES.map(() => '?').join(', ')})
         and m.fingerprint is distinct from (
           select a.card_fingerprint from top_up_attempt a where a.wallet_id = g.wallet_id
           order by a.started_at desc limit 1)
       returning g.wallet_id, g.tenant_id, g.environment_id`, [now, ...CARD_PAUSES]);
    }
};
TopUpPauses = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        Clock])
], TopUpPauses);
export { TopUpPauses };
//# sourceMappingURL=top-up-pauses.js.map