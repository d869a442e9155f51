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
import { SchedulerRegistry } from '@nestjs/schedule';
import { Config } from '../config.js';
import { Clock } from '../shared/clock.js';
import { PaymentMethodsService } from '../customers/payment-methods.service.js';
import { LedgerSweeps } from '../ledger/ledger-sweeps.js';
import { nextSweepAt } from './schedule.js';
import { TopUpEngine } from './top-up-engine.js';
import { TopUpPauses } from './top-up-pauses.js';
import { TopUpRepository } from './top-up-repository.js';
const INTERVAL_NAME = 'scheduled-task';
const EVALUATIONS_LIMIT = 500;
const FORGET_EVERY_MS = 3_600_000;
/**
 * The scheduled task: expirations and top-ups that a crash, the clock or a deaf provider left behind. It holds no rule:
 * it finds what is due and hands it to the same services the controllers use. Any number of processes may run it.
 */
let ScheduledTask = class ScheduledTask {
    scheduler;
    sweeps;
    engine;
    topUps;
    pauses;
    paymentMethods;
    clock;
    config;
    #logger = new Logger('ScheduledTask');
    #running;
    #forgetAt = 0;
    constructor(scheduler, sweeps, engine, topUps, pauses, paymentMethods, clock, config) {
        this.scheduler = scheduler;
        this.sweeps = sweeps;
        this.engine = engine;
        this.topUps = topUps;
        this.pauses = pauses;
        this.paymentMethods = paymentMethods;
        this.clock = clock;
        this.config = config;
    }
    onApplicationBootstrap() {
        // Another card is on file: who waited for one need not wait for the next round.
        this.paymentMethods.onReplaced = () => void this.tick();
        if (this.config.sweepIntervalMs === 0)
            return;
        const timer = setInterval(() => void this.tick(), this.config.sweepIntervalMs);
        this.scheduler.addInterval(INTERVAL_NAME, timer);
    }
    async beforeApplicationShutdown() {
        if (this.scheduler.doesExist('interval', INTERVAL_NAME))
            this.scheduler.deleteInterval(INTERVAL_NAME);
        await this.#running;
    }
    /** One round; a round that is still running is not started a second time in this process. */
    async tick() {
        this.#running ??= this.run()
            .catch((error) => this.#logger.error({ msg: 'the scheduled task failed; it runs again', err: error }))
            .finally(() => {
            this.#running = undefined;
        });
        await this.#running;
    }
    /** All that is due now. Top-ups that evaluations start are nudged at once and do not wait for the next round. */
    async run() {
        await this.#resumeWithNewCards();
        await this.#evaluateRules();
        await this.sweeps.expireCredits();
        await this.sweeps.expireHolds();
        await this.#endRenewals();
        await this.engine.sweep();
        await this.#forget();
    }
    async #resumeWithNewCards() {
        const resumed = await this.pauses.resumeWithNewCards();
        await Promise.all(resumed.map(({ walletId, scope }) => this.sweeps.evaluate(walletId, scope)));
    }
    async #evaluateRules() {
        const due = await this.topUps.claimDueEvaluations(EVALUATIONS_LIMIT, nextSweepAt(this.clock.now()));
        await Promise.all(due.map(({ walletId, scope }) => this.sweeps.evaluate(walletId, scope)));
    }
    async #endRenewals() {
        const ended = await this.topUps.endedRenewals(EVALUATIONS_LIMIT);
        await Promise.all(ended.map(({ walletId, scope }) => this.sweeps.evaluate(walletId, scope)));
    }
    async #forget() {
        const now = this.clock.now().getTime();
        if (now < this.#forgetAt)
            return;
        this.#forgetAt = now + FORGET_EVERY_MS;
        await this.sweeps.forgetAnswers();
    }
};
ScheduledTask = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [SchedulerRegistry,
        LedgerSweeps,
        TopUpEngine,
        TopUpRepository,
        TopUpPauses,
        PaymentMethodsService,
        Clock,
        Config])
], ScheduledTask);
export { ScheduledTask };
//# sourceMappingURL=scheduled-task.js.map