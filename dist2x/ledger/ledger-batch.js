import { newId } from '../shared/ids.js';
import { DomainError, notFound } from '../shared/errors.js';
import { applyPlan } from './apply-plan.js';
import { planCommand } from './plan/plan-command.js';
import { expiredLots, planForfeiture } from './plan/plan-expiry.js';
import { WalletState } from './wallet-state.js';
/** Refusals that the same key gets again. Nothing else about a refused request is remembered: it may be corrected and repeated. */
const STICKY_REFUSALS = new Set(['insufficient_credits', 'invalid_operation', 'conflict']);
/** The commands of one group commit: read and locked together, planned one after the other in memory, written together. */
export class LedgerBatch {
    tx;
    store;
    policies;
    readClock;
    #states = new Map();
    #answers = new Map();
    #newAnswers = [];
    constructor(tx, store, policies, readClock) {
        this.tx = tx;
        this.store = store;
        this.policies = policies;
        this.readClock = readClock;
    }
    get states() {
        return [...this.#states.values()];
    }
    /** Outcomes in the order of the commands. Throws only where the whole transaction must be rolled back. */
    async run(commands) {
        await this.#read(commands);
        const outcomes = [];
        for (const command of commands)
            outcomes.push(await this.#carryOut(command));
        await this.store.save(this.tx, this.states, this.#newAnswers);
        for (const policy of this.policies)
            await policy.save(this.tx, this.states);
        return outcomes;
    }
    async #read(commands) {
        const keyed = commands.flatMap(({ scope, idempotency }) => idempotency ? [{ ...scope, key: idempotency.key }] : []);
        for (const answer of await this.store.findAnswers(this.tx, keyed))
            this.#answers.set(answerId(answer, answer.key), answer);
        const open = commands.filter(({ scope, idempotency }) => !idempotency || !this.#answers.has(answerId(scope, idempotency.key)));
        const walletIds = [...new Set(open.filter(({ kind }) => kind !== 'open').map(({ walletId }) => walletId))].sort();
        this.#states = await this.store.lockWallets(this.tx, walletIds);
        this.tx.now = this.readClock();
        const holdIds = open.flatMap((command) => ('holdId' in command && command.kind !== 'hold' ? [command.holdId] : []));
        await this.store.readHolds(this.tx, this.#states, holdIds);
        for (const policy of this.policies)
            await policy.load(this.tx, this.states);
    }
    async #carryOut(command) {
        const replay = this.#replay(command);
        if (replay)
            return replay;
        const state = await this.#stateOf(command);
        if (!state)
            return { kind: 'refusal', error: notFound('wallet', { wallet_id: command.walletId }), isReplayed: false };
        this.#forfeitExpired(state, command);
        const result = await this.#post(state, command);
        if (command.kind === 'release' || command.kind === 'capture')
            this.#forfeitExpired(state, command);
        const posting = result instanceof DomainError ? undefined : result;
        const refusal = result instanceof DomainError ? result : undefined;
        for (const policy of this.policies)
            policy.afterCommand(state, { command, posting, refusal, now: this.tx.now });
        if (refusal) {
            if (command.kind === 'open')
                this.#states.delete(command.walletId);
            this.#remember(command, refusal);
            return { kind: 'refusal', error: refusal, isReplayed: false };
        }
        const body = posting ? command.answer(posting) : undefined;
        this.#remember(command, body);
        return { kind: 'answer', body, posting, isReplayed: false };
    }
    async #stateOf(command) {
        if (command.kind === 'open') {
            const opened = new WalletState(command.wallet, [], true);
            this.#states.set(command.walletId, opened);
            for (const policy of this.policies)
                await policy.load(this.tx, [opened]);
            return opened;
        }
        const state = this.#states.get(command.walletId);
        const isOwn = state?.wallet.tenantId === command.scope.tenantId && state.wallet.environmentId === command.scope.environmentId;
        return isOwn ? state : undefined;
    }
    async #post(state, command) {
        const plan = planCommand(state, command, this.#context());
        if (plan instanceof DomainError)
            return plan;
        if (command.within) {
            const refusal = await command.within(this.tx, state.wallet);
            if (refusal)
                return refusal;
            for (const policy of this.policies)
                await policy.load(this.tx, [state]);
        }
        return applyPlan(state, plan, command.actor, this.tx.now);
    }
    /** Expired credits are booked off before anything else happens to the wallet, so they can never be spent. */
    #forfeitExpired(state, command) {
        const system = { keyId: '', requestId: command.actor.requestId };
        for (const lot of expiredLots(state, this.tx.now)) {
            const renewalId = this.#renewalOf(state, lot);
            if (lot.renewalId !== renewalId) {
                lot.renewalId = renewalId;
                state.changedLots.add(lot);
            }
            if (renewalId)
                continue;
            applyPlan(state, { entries: [planForfeiture(lot, this.#context())] }, system, this.tx.now);
        }
    }
    #renewalOf(state, lot) {
        for (const policy of this.policies) {
            const renewalId = policy.deferExpiry?.(state, lot, this.tx.now);
            if (renewalId)
                return renewalId;
        }
        return null;
    }
    #context() {
        return { now: this.tx.now, newEntryId: () => newId('wtxn', this.tx.now) };
    }
    #replay(command) {
        if (!command.idempotency)
            return undefined;
        const stored = this.#answers.get(answerId(command.scope, command.idempotency.key));
        if (!stored)
            return undefined;
        if (stored.requestHash !== command.idempotency.requestHash) {
            const message = 'this idempotency key was used with another request';
            const error = new DomainError('idempotency_key_reused', message, {
                details: { idempotency_key: command.idempotency.key },
            });
            return { kind: 'refusal', error, isReplayed: false };
        }
        const body = JSON.parse(stored.body);
        if (stored.outcome === 'answer')
            return { kind: 'answer', body, posting: undefined, isReplayed: true };
        return { kind: 'refusal', error: toError(body), isReplayed: true };
    }
    #remember(command, result) {
        if (!command.idempotency)
            return;
        if (result instanceof DomainError && !STICKY_REFUSALS.has(result.kind))
            return;
        const stored = {
            ...command.scope,
            key: command.idempotency.key,
            requestHash: command.idempotency.requestHash,
            outcome: result instanceof DomainError ? 'refusal' : 'answer',
            body: JSON.stringify(result instanceof DomainError ? toStored(result) : (result ?? null)),
            createdAt: this.tx.now,
        };
        this.#answers.set(answerId(stored, stored.key), stored);
        this.#newAnswers.push(stored);
    }
}
function toStored({ kind, code, message, details }) {
    return { kind, code, message, details };
}
function toError({ kind, code, message, details }) {
    return new DomainError(kind, message, { code, details });
}
function answerId(scope, key) {
    return `${scope.tenantId} ${scope.environmentId} ${key}`;
}
//# sourceMappingURL=ledger-batch.js.map