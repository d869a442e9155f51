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
import { formatDecimal, fromMinorUnits, multiplyByRate, toMinorUnits } from '../shared/decimal.js';
import { invalidField } from '../shared/errors.js';
import { MAX_CHARGE_MINOR } from './decide-top-up.js';
import { nextSweepAt } from './schedule.js';
import { newGuard } from './top-up-state.js';
import { TopUpGuard, TopUpRule } from './top-up-rule.entity.js';
/** Reads and edits the rules. Edits run inside a ledger command on the wallet, so they are serialised and evaluated at once. */
let TopUpRulesService = class TopUpRulesService {
    em;
    constructor(em) {
        this.em = em;
    }
    /** Rules and guards by wallet id; an entry for every id asked for. */
    async views(walletIds, em = this.em.fork()) {
        const rules = await em.find(TopUpRule, { walletId: { $in: [...walletIds] } });
        const guards = await em.find(TopUpGuard, { walletId: { $in: [...walletIds] } });
        return new Map(walletIds.map((walletId) => {
            const own = rules.filter((rule) => rule.walletId === walletId);
            const guard = guards.find((candidate) => candidate.walletId === walletId);
            return [walletId, { rules: new Map(own.map((rule) => [rule.trigger, rule])), guard }];
        }));
    }
    /** Merges `auto_topup` field by field into the wallet's threshold rule. Resumes paused top-ups when it ends up enabled. */
    async changeAutoTopUp(tx, wallet, change, actor) {
        const known = await this.#lockRule(tx, wallet.id, 'threshold');
        const thresholdCredits = change.thresholdCredits ?? known?.thresholdCredits;
        const unitCredits = change.amountCredits ?? known?.unitCredits;
        const invoicing = change.invoicing ?? known?.invoicing;
        if (thresholdCredits == null)
            return invalidField('auto_topup.threshold', 'is required');
        if (unitCredits == null)
            return invalidField('auto_topup.amount', 'is required');
        if (invoicing == null)
            return invalidField('auto_topup.invoicing', 'is required');
        const priceMinor = toMinorUnits(multiplyByRate(unitCredits, wallet.topupConversionRate), wallet.currency);
        if (priceMinor > MAX_CHARGE_MINOR) {
            const most = formatDecimal(fromMinorUnits(MAX_CHARGE_MINOR, wallet.currency));
            return invalidField('auto_topup.amount', `costs more than ${most} ${wallet.currency.toUpperCase()} at once`);
        }
        const enabled = change.enabled === undefined ? (known?.enabled ?? false) : change.enabled === true;
        await this.#saveRule(tx, wallet, actor, known, {
            trigger: 'threshold',
            enabled,
            thresholdCredits,
            unitCredits,
            unitPriceMinor: null,
            priceCurrency: null,
            packId: null,
            validityMonths: null,
            invoicing,
            cooldown: change.cooldown === undefined ? (known?.cooldown ?? null) : change.cooldown,
        });
        await this.#saveGuard(tx, wallet, {}, enabled);
    }
    async changeLimits(tx, wallet, change) {
        await this.#saveGuard(tx, wallet, change, false);
    }
    /** Replaces both account rules. The pack's price is written into the rule: that is what was agreed to. */
    async changeAccountRules(tx, wallet, settings, actor) {
        const wanted = [
            ['expiration', settings.onExpiration],
            ['insufficient', settings.onInsufficient],
        ];
        for (const [trigger, enabled] of wanted) {
            const known = await this.#lockRule(tx, wallet.id, trigger);
            if (!known && !settings.pack)
                continue;
            await this.#saveRule(tx, wallet, actor, known, {
                trigger,
                enabled,
                thresholdCredits: null,
                // A unit must be something even while no pack is chosen: nothing is bought then, the rule is off.
                unitCredits: settings.pack?.credits ?? known.unitCredits,
                unitPriceMinor: settings.pack?.priceMinor ?? null,
                priceCurrency: settings.pack?.currency ?? null,
                packId: settings.pack?.id ?? null,
                validityMonths: settings.pack?.validityMonths ?? null,
                invoicing: false,
                cooldown: null,
            });
        }
        await this.#saveGuard(tx, wallet, {}, settings.onExpiration || settings.onInsufficient);
    }
    async #lockRule(tx, walletId, trigger) {
        return tx.em.findOne(TopUpRule, { walletId, trigger }, { refresh: true });
    }
    async #saveRule(tx, wallet, actor, known, values) {
        const stamp = { updatedAt: tx.now, updatedBy: actor.keyId };
        if (known)
            tx.em.assign(known, { ...values, ...stamp, version: known.version + 1 });
        else {
            const { id: walletId, tenantId, environmentId, customerId } = wallet;
            const owner = { walletId, tenantId, environmentId, customerId };
            tx.em.create(TopUpRule, { ...owner, ...values, ...stamp, version: 1, createdAt: tx.now });
        }
        await tx.em.flush();
    }
    /** A person edited the rules: whatever had paused them is over, and they are looked at again. */
    async #saveGuard(tx, wallet, change, resumes) {
        const known = await tx.em.findOne(TopUpGuard, { walletId: wallet.id }, { refresh: true });
        const guard = known ?? tx.em.create(TopUpGuard, newGuard(wallet, tx.now));
        for (const [name, value] of Object.entries(change)) {
            if (value !== undefined)
                tx.em.assign(guard, { [name]: value });
        }
        if (resumes)
            tx.em.assign(guard, { pausedAt: null, pauseReason: '' });
        tx.em.assign(guard, { nextEvaluationAt: nextSweepAt(tx.now), updatedAt: tx.now });
        await tx.em.flush();
    }
};
TopUpRulesService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager])
], TopUpRulesService);
export { TopUpRulesService };
/** The wallets API's `auto_topup`: null where it was never set. All four keys of the SDK, and ours. */
export function renderAutoTopUp(view) {
    const rule = view.rules.get('threshold');
    if (!rule)
        return null;
    return {
        enabled: rule.enabled,
        threshold: formatDecimal(rule.thresholdCredits),
        amount: formatDecimal(rule.unitCredits),
        invoicing: rule.invoicing,
        cooldown: rule.cooldown,
        paused_reason: view.guard?.pausedAt ? view.guard.pauseReason : null,
    };
}
/** The bounds on a wallet's automatic top-ups; null where no rule was ever set. */
export function renderTopUpLimits(view, currency) {
    const { guard } = view;
    if (!guard)
        return null;
    const amount = guard.monthlyAmountMinor;
    return {
        max_per_hour: guard.maxPerHour,
        max_units: guard.maxUnits,
        monthly_count: guard.monthlyCount,
        monthly_amount: amount === null ? null : formatDecimal(fromMinorUnits(amount, currency)),
    };
}
//# sourceMappingURL=top-up-rules.service.js.map