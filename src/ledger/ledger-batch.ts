import { newId } from '../shared/ids.js';
import type { Scope } from '../shared/scope.js';
import { DomainError, notFound } from '../shared/errors.js';
import { applyPlan } from './apply-plan.js';
import type { Actor, LedgerCommand } from './commands.js';
import type { LedgerPolicy } from './ledger-policy.js';
import type { LedgerStore, StoredAnswer } from './ledger-store.js';
import { type LedgerTransaction, together } from './ledger-transaction.js';
import { planCommand } from './plan/plan-command.js';
import { creditsInOrder, walletReadWhole } from './plan/lots-needed.js';
import { expiredLots, planForfeiture } from './plan/plan-expiry.js';
import { planRepayment, repayableCredits } from './plan/plan-repay.js';
import { planTransfer } from './plan/plan-transfer.js';
import type { Plan, PlanContext } from './plan/plan.js';
import type { Decimal } from '../shared/decimal.js';
import type { Posting } from './posting.js';
import { isPastExpiry } from './live-lots.js';
import { type LotRecord, type WalletRecord, WalletState } from './wallet-state.js';

/** How a command ended. `body` is the answer, ready for JSON. */
export type Outcome =
  | { kind: 'answer'; body: unknown; posting: Posting | undefined; isReplayed: boolean }
  | { kind: 'refusal'; error: DomainError; isReplayed: boolean };

/** Refusals that the same key gets again. Nothing else about a refused request is remembered: it may be corrected and repeated. */
const STICKY_REFUSALS: ReadonlySet<string> = new Set(['insufficient_credits', 'invalid_operation', 'conflict']);

/** Commands after which credits may be free that were not before. */
const FREES_CREDITS: ReadonlySet<LedgerCommand['kind']> = new Set(['release', 'capture', 'reverse']);

/** The commands of one group commit: read and locked together, planned one after the other in memory, written together. */
export class LedgerBatch {
  #states = new Map<string, WalletState>();
  readonly #answers = new Map<string, StoredAnswer>();
  readonly #newAnswers: StoredAnswer[] = [];

  constructor(
    private readonly tx: LedgerTransaction,
    private readonly store: LedgerStore,
    private readonly policies: readonly LedgerPolicy[],
    private readonly readClock: () => Date,
  ) {}

  get states(): WalletState[] {
    return [...this.#states.values()];
  }

  /** Outcomes in the order of the commands. Throws only where the whole transaction must be rolled back. */
  async run(commands: readonly LedgerCommand[]): Promise<Outcome[]> {
    await this.#read(commands);
    const outcomes: Outcome[] = [];
    for (const command of commands) outcomes.push(await this.#carryOut(command));
    await this.store.save(this.tx, this.states, this.#newAnswers);
    for (const policy of this.policies) await policy.save(this.tx, this.states);
    return outcomes;
  }

  async #read(commands: readonly LedgerCommand[]): Promise<void> {
    const keyed = commands.flatMap(({ scope, idempotency }) =>
      idempotency ? [{ ...scope, key: idempotency.key }] : [],
    );
    const walletIds = [...new Set(commands.flatMap(lockedWallets))].sort();
    const [answers, states] = await together(
      this.store.findAnswers(this.tx, keyed),
      this.store.lockWallets(this.tx, walletIds),
    );
    for (const answer of answers) this.#answers.set(answerId(answer, answer.key), answer);
    this.#states = states;
    this.tx.now = this.readClock();
    const holdIds = commands.flatMap((command) =>
      'holdId' in command && command.kind !== 'hold' ? [command.holdId] : [],
    );
    const reversed = commands.flatMap((command) => (command.kind === 'reverse' ? [command.terms.entryId] : []));
    const whole = new Set(commands.flatMap((command) => walletReadWhole(command) ?? []));
    await together(
      this.store.readLots(this.tx, states, whole),
      this.store.readHolds(this.tx, states, holdIds),
      this.store.readPast(this.tx, states, reversed),
      ...this.policies.map((policy) => policy.load(this.tx, this.states)),
    );
    await this.store.readNamedLots(this.tx, states, holdIds);
  }

  async #carryOut(command: LedgerCommand): Promise<Outcome> {
    const replay = this.#replay(command);
    if (replay) return replay;
    const state = await this.#stateOf(command);
    if (!state)
      return { kind: 'refusal', error: notFound('wallet', { wallet_id: command.walletId }), isReplayed: false };

    await this.#bringUpToDate(state, command);
    if (command.kind === 'reverse') this.#askWhatIsKept(state, command.terms.entryId);
    await this.#provideLots(state, creditsInOrder(state, command));
    const result = await this.#post(state, command);
    if (FREES_CREDITS.has(command.kind)) await this.#bringUpToDate(state, command);
    const posting = result instanceof DomainError ? undefined : result;
    const refusal = result instanceof DomainError ? result : undefined;
    for (const policy of this.policies) {
      policy.afterCommand(state, { command, posting, refusal, now: this.tx.now });
      const other = posting?.counterpart;
      if (other) policy.afterCommand(other.state, { command, posting: other, refusal, now: this.tx.now });
    }
    if (refusal) {
      if (command.kind === 'open') this.#states.delete(command.walletId);
      this.#remember(command, refusal);
      return { kind: 'refusal', error: refusal, isReplayed: false };
    }
    const body = posting ? command.answer(posting) : undefined;
    this.#remember(command, body);
    return { kind: 'answer', body, posting, isReplayed: false };
  }

  #transfer(from: WalletState, command: LedgerCommand & { kind: 'transfer' }): Posting | DomainError {
    const { terms, idempotency } = command;
    const to = this.#states.get(terms.toWalletId);
    if (!to || !isInScope(to, command.scope)) return notFound('wallet', { wallet_id: terms.toWalletId });
    this.#forfeitExpired(to, command);
    const plan = planTransfer(from, to, terms, this.#context(), idempotency?.key ?? '');
    if (plan instanceof DomainError) return plan;
    const posting = applyPlan(from, plan.from, command.actor, this.tx.now);
    return { ...posting, counterpart: applyPlan(to, plan.to, command.actor, this.tx.now) };
  }

  async #stateOf(command: LedgerCommand): Promise<WalletState | undefined> {
    if (command.kind === 'open') return this.#open(command.wallet);
    const state = this.#states.get(command.walletId);
    return state && isInScope(state, command.scope) ? state : undefined;
  }

  async #open(wallet: WalletRecord): Promise<WalletState> {
    const opened = new WalletState(wallet, [], true);
    this.#states.set(wallet.id, opened);
    for (const policy of this.policies) await policy.load(this.tx, [opened]);
    return opened;
  }

  async #post(state: WalletState, command: LedgerCommand): Promise<Posting | DomainError> {
    if (command.kind === 'transfer') return this.#transfer(state, command);
    const plan = planCommand(state, command, this.#context());
    if (plan instanceof DomainError) return plan;
    if (command.kind === 'convert') return this.#convert(state, command, plan);
    if (command.within) {
      const refusal = await command.within(this.tx, state.wallet);
      if (refusal) return refusal;
      for (const policy of this.policies) await policy.load(this.tx, [state]);
    }
    return applyPlan(state, plan, command.actor, this.tx.now);
  }

  async #convert(state: WalletState, command: LedgerCommand & { kind: 'convert' }, plan: Plan) {
    const successor = await this.#open(command.successor(state.wallet, this.tx.now));
    const refusal = await command.within?.(this.tx, successor.wallet);
    if (refusal) {
      this.#states.delete(successor.wallet.id);
      return refusal;
    }
    for (const policy of this.policies) await policy.load(this.tx, [successor]);
    const posting = applyPlan(state, plan, command.actor, this.tx.now);
    const opened = applyPlan(successor, { entries: plan.granted ?? [] }, command.actor, this.tx.now);
    const step = { command, posting: opened, refusal: undefined, now: this.tx.now };
    for (const policy of this.policies) policy.afterCommand(successor, step);
    return { ...posting, successor };
  }

  /** Before a command, and after one that has made credits free: what has expired goes, and what is owed is repaid. */
  async #bringUpToDate(state: WalletState, command: LedgerCommand): Promise<void> {
    this.#forfeitExpired(state, command);
    await this.#provideLots(state, repayableCredits(state));
    const repayment = planRepayment(state, this.#context());
    if (repayment) applyPlan(state, { entries: [repayment] }, systemActor(command), this.tx.now);
  }

  /** Reads on until the lots that come first have so many credits. */
  async #provideLots(state: WalletState, credits: Decimal): Promise<void> {
    while (!state.lots.covers(credits)) await this.store.readMoreLots(this.tx, state);
  }

  /** What a lot that a reversal opens again was kept by in the past says nothing about today. */
  #askWhatIsKept(state: WalletState, entryId: string): void {
    for (const { lotId } of state.past.get(entryId)?.consumed ?? []) {
      const lot = state.lots.get(lotId);
      if (lot) lot.renewalId = isPastExpiry(lot, this.tx.now) ? this.#renewalOf(state, lot) : null;
    }
  }

  /** Expired credits are booked off before anything else happens to the wallet, so they can never be spent. */
  #forfeitExpired(state: WalletState, command: LedgerCommand): void {
    for (const lot of expiredLots(state, this.tx.now)) {
      const renewalId = this.#renewalOf(state, lot);
      if (lot.renewalId !== renewalId) {
        lot.renewalId = renewalId;
        state.changedLots.add(lot);
      }
      if (renewalId) continue;
      applyPlan(state, { entries: [planForfeiture(lot, this.#context())] }, systemActor(command), this.tx.now);
    }
  }

  #renewalOf(state: WalletState, lot: LotRecord): string | null {
    for (const policy of this.policies) {
      const renewalId = policy.deferExpiry?.(state, lot, this.tx.now);
      if (renewalId) return renewalId;
    }
    return null;
  }

  #context(): PlanContext {
    return { now: this.tx.now, newEntryId: () => newId('wtxn', this.tx.now) };
  }

  #replay(command: LedgerCommand): Outcome | undefined {
    if (!command.idempotency) return undefined;
    const stored = this.#answers.get(answerId(command.scope, command.idempotency.key));
    if (!stored) return undefined;
    if (stored.requestHash !== command.idempotency.requestHash) {
      const message = 'this idempotency key was used with another request';
      const error = new DomainError('idempotency_key_reused', message, {
        details: { idempotency_key: command.idempotency.key },
      });
      return { kind: 'refusal', error, isReplayed: false };
    }
    const body: unknown = JSON.parse(stored.body);
    if (stored.outcome === 'answer') return { kind: 'answer', body, posting: undefined, isReplayed: true };
    return { kind: 'refusal', error: toError(body as StoredRefusal), isReplayed: true };
  }

  #remember(command: LedgerCommand, result: unknown): void {
    if (!command.idempotency) return;
    if (result instanceof DomainError && !STICKY_REFUSALS.has(result.kind)) return;
    const stored: StoredAnswer = {
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

/** Nobody asked for what time brings: only the request during which it was booked is known. */
function systemActor({ actor }: LedgerCommand): Actor {
  return { keyId: '', requestId: actor.requestId };
}

function lockedWallets(command: LedgerCommand): string[] {
  if (command.kind === 'open') return [];
  return command.kind === 'transfer' ? [command.walletId, command.terms.toWalletId] : [command.walletId];
}

function isInScope({ wallet }: WalletState, scope: Scope): boolean {
  return wallet.tenantId === scope.tenantId && wallet.environmentId === scope.environmentId;
}

type StoredRefusal = Pick<DomainError, 'kind' | 'code' | 'message' | 'details'>;

function toStored({ kind, code, message, details }: DomainError): StoredRefusal {
  return { kind, code, message, details };
}

function toError({ kind, code, message, details }: StoredRefusal): DomainError {
  return new DomainError(kind, message, { code, details });
}

function answerId(scope: { tenantId: string; environmentId: string }, key: string): string {
  return `${scope.tenantId} ${scope.environmentId} ${key}`;
}
