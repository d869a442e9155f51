var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { setTimeout as delay } from 'node:timers/promises';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger } from '@nestjs/common';
import { Config } from '../config.js';
import { Clock } from '../shared/clock.js';
import { DomainError } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { LedgerBatch } from './ledger-batch.js';
import { LedgerStore } from './ledger-store.js';
import { LedgerTransaction } from './ledger-transaction.js';
/** Deadlock, serialization failure, lost race on a unique key: the same batch may well succeed the next time. */
const RETRYABLE_STATES = new Set(['40P01', '40001', '23505', '55P03']);
const MAX_ATTEMPTS = 4;
const RETRY_DELAY_MS = 20;
/**
 * The one writer: every credit that moves, moves through `post`. Concurrent commands are gathered and committed as one
 * group, one group at a time in this process; an answer is given only after the commit. The next group is what arrived
 * while the last one ran, so there is no timer and no added wait.
 */
let LedgerService = class LedgerService {
    em;
    store;
    clock;
    config;
    #logger = new Logger('Ledger');
    #policies = [];
    #queue = [];
    #running;
    constructor(em, store, clock, config) {
        this.em = em;
        this.store = store;
        this.clock = clock;
        this.config = config;
    }
    /** Hands a policy to the ledger, at start. */
    use(policy) {
        this.#policies.push(policy);
    }
    /**
     * Carries a command out, exactly once for its idempotency key.
     * @throws DomainError the refusal; kind `unavailable` when the queue is full or the database gave up: repeat with the same key.
     */
    async post(command) {
        if (this.#queue.length >= this.config.ledgerQueueLimit)
            throw busy();
        const outcome = await new Promise((resolve, reject) => {
            this.#queue.push({ command: this.#withKey(command), resolve, reject });
            this.#running ??= this.#drain();
        });
        if (outcome.kind === 'refusal') {
            outcome.error.isReplayed = outcome.isReplayed;
            throw outcome.error;
        }
        return { body: outcome.body, isReplayed: outcome.isReplayed, posting: outcome.posting };
    }
    async onApplicationShutdown() {
        await this.#running;
    }
    /** A command without a key gets one of its own, so that a commit whose answer was lost can be told from one that failed. */
    #withKey(command) {
        if (command.idempotency || command.kind === 'evaluate')
            return command;
        return { ...command, idempotency: { key: `auto:${newId('req', this.clock.now())}`, requestHash: '' } };
    }
    async #drain() {
        // Lets everything that this turn of the event loop brings join the first group.
        await Promise.resolve();
        while (this.#queue.length > 0) {
            const group = this.#queue.splice(0, this.config.ledgerBatchLimit);
            await this.#settle(group);
        }
        this.#running = undefined;
    }
    /** Commits a group; one that fails as a whole is repeated, then halved, until the poison command stands alone. */
    async #settle(group, attempt = 1) {
        try {
            const outcomes = await this.#commit(group.map(({ command }) => command));
            group.forEach(({ resolve }, index) => resolve(outcomes[index]));
        }
        catch (error) {
            if (isRetryable(error) && attempt < attemptsFor(error)) {
                await delay(RETRY_DELAY_MS * attempt * (0.5 + Math.random()));
                return this.#settle(group, attempt + 1);
            }
            if (group.length > 1) {
                const half = Math.ceil(group.length / 2);
                await this.#settle(group.slice(0, half), attempt);
                await this.#settle(group.slice(half), attempt);
                return;
            }
            group[0]?.reject(this.#toRefusal(error));
        }
    }
    async #commit(commands) {
        const { outcomes, states } = await this.em.fork().transactional(async (em) => {
            const tx = new LedgerTransaction(em, this.clock.now());
            const batch = new LedgerBatch(tx, this.store, this.#policies, () => this.clock.now());
            return { outcomes: await batch.run(commands), states: batch.states };
        });
        for (const policy of this.#policies)
            this.#tell(policy, states);
        return outcomes;
    }
    /** What is committed is committed: a policy that fails to wake somebody changes no answer. */
    #tell(policy, states) {
        try {
            policy.committed(states);
        }
        catch (error) {
            this.#logger.error({ msg: 'a ledger policy failed after the commit', err: error });
        }
    }
    #toRefusal(error) {
        if (error instanceof DomainError)
            return error;
        const constraint = violatedConstraint(error);
        if (constraint) {
            return new DomainError('already_exists', 'this exists already', { details: { constraint } });
        }
        if (isRetryable(error) || isConnectionLoss(error)) {
            this.#logger.warn({ msg: 'a ledger command was given up', err: error });
            return busy();
        }
        return error;
    }
};
LedgerService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        LedgerStore,
        Clock,
        Config])
], LedgerService);
export { LedgerService };
function busy() {
    return new DomainError('unavailable', 'the ledger is busy: repeat the request with the same idempotency key', {
        retryAfterSeconds: 1,
    });
}
function sqlState(error) {
    return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
function isRetryable(error) {
    const state = sqlState(error);
    return (state !== undefined && RETRYABLE_STATES.has(state)) || isConnectionLoss(error);
}
function isConnectionLoss(error) {
    const state = sqlState(error) ?? '';
    if (state.startsWith('08') || state.startsWith('57P') || state.startsWith('ECONN') || state === 'EPIPE')
        return true;
    return error instanceof Error && /Connection terminated|timeout exceeded when trying to connect/.test(error.message);
}
/** A key that another process has just written is found by the second attempt; one that was used long ago never goes away. */
function attemptsFor(error) {
    return sqlState(error) === '23505' ? 2 : MAX_ATTEMPTS;
}
function violatedConstraint(error) {
    if (sqlState(error) !== '23505' && !(error instanceof UniqueConstraintViolationException))
        return undefined;
    const details = error;
    return details.constraint ?? 'unique';
}
//# sourceMappingURL=ledger.service.js.map