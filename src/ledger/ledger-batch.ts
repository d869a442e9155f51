import type { Clock } from '../shared/clock.js';
import { newId } from '../shared/ids.js';
import type { Scope } from '../shared/scope.js';
import { DomainError, notFound } from '../shared/errors.js';
import { applyPlan } from './apply-plan.js';
import { BatchAnswers, type Outcome } from './batch-answers.js';
import { type Actor, type LedgerCommand, walletsOf } from './commands.js';
import type { LedgerPolicy } from './ledger-policy.js';
import type { LedgerStore } from './ledger-store.js';
import { type LedgerTransaction, together } from '../shared/ledger-transaction.js';
import { planCommand } from './plan/plan-command.js';
import { creditsInOrder, walletReadWhole } from './plan/lots-needed.js';
import { expiredLots, planForfeiture } from './plan/plan-expiry.js';
import { planRepayment, repayableCredits } from './plan/plan-repay.js';
import { planTransfer } from './plan/plan-transfer.js';
import type { EntryDraft, PlanContext } from './plan/plan.js';
import type { Posting } from './posting.js';
import { type LotRecord, WalletState } from './wallet-state.js';
import type { Decimal } from '../shared/decimal.js';
import { isPastExpiry } from './live-lots.js';

/** Commands after which credits may be free that were not before. */
const FREES_CREDITS: ReadonlySet<LedgerCommand['kind']> = new Set([
  'release',
  'capture',
  'reverse',
  'take_back',
  'give_back',
  'thaw',
]);

/** The commands of one group commit: read and locked together, planned one after the other in memory, written together. */
export class LedgerBatch {
  #states = new Map<string, WalletState>();
  /** Wallets that commands of the batch open, by the id of the wallet that the command names. */
  readonly #unopened = new Map<string, WalletState>();
  readonly #answers = new BatchAnswers();
  readonly #besides: (() => Promise<void>)[] = [];

  constructor(
    private readonly tx: LedgerTransaction,
    private readonly store: LedgerStore,
    private readonly policies: readonly LedgerPolicy[],
    private readonly clock: Clock,
  ) {}

  get states(): WalletState[] {
    return [...this.#states.values()];
  }

  /** Outcomes in the order of the commands. Throws only where the whole transaction must be rolled back. */
  async run(commands: readonly LedgerCommand[]): Promise<Outcome[]> {
    const outcomes = await this.rehearse(commands);
    for (const state of this.states) state.raiseVersion();
    await this.store.save(this.tx, this.states, this.#answers.fresh);
    for (const policy of this.policies) await policy.save(this.tx, this.states);
    for (const write of this.#besides) await write();
    return outcomes;
  }

  /** The same in memory alone: what would come of them, and nothing is written. */
  async rehearse(commands: readonly LedgerCommand[]): Promise<Outcome[]> {
    await this.#read(commands);
    const outcomes: Outcome[] = [];
    for (const command of commands) outcomes.push(await this.#carryOut(command));
    return outcomes;
  }

  async #read(commands: readonly LedgerCommand[]): Promise<void> {
    const keyed = commands.flatMap(({ scope, idempotency }) =>
      idempotency ? [{ ...scope, key: idempotency.key }] : [],
    );
    const walletIds = [...new Set(commands.flatMap(lockedWallets))].sort();
    const [answers, states, now] = await together(
      this.store.findAnswers(this.tx, keyed),
      this.store.lockWallets(this.tx, walletIds),
      // Behind the locks: no entry is dated before one that it waited for.
      this.clock.inTransaction(() => this.store.readClock(this.tx)),
      this.store.planInIndexOrder(this.tx),
    );
    this.#answers.know(answers);
    this.#states = states;
    this.tx.now = now;
    this.#prepareOpenings(commands);
    const holdIds = commands.flatMap((command) =>
      'holdId' in command && command.kind !== 'hold' && command.holdId ? [command.holdId] : [],
    );
    const reversed = commands.flatMap((command) => pastEntries(command));
    const changes = commands.flatMap((command) => command.changes ?? []);
    const known = [...states.values(), ...this.#unopened.values()];
    const whole = new Set(commands.flatMap((command) => walletReadWhole(command) ?? []));
    await together(
      this.store.readLots(this.tx, states, whole),
      this.store.readHolds(this.tx, states, holdIds),
      this.store.readPast(this.tx, states, reversed),
      ...this.policies.map((policy) => policy.load(this.tx, known, changes)),
    );
    await this.store.readNamedLots(this.tx, states, holdIds);
  }

  /** Wallets that do not exist yet, so that policies load them with the others. */
  #prepareOpenings(commands: readonly LedgerCommand[]): void {
    for (const command of commands) {
      const closed = this.#states.get(command.walletId);
      if (command.kind === 'open') this.#unopened.set(command.walletId, new WalletState(command.wallet, [], true));
      if (command.kind === 'convert' && closed) {
        const successor = command.successor(closed.wallet, this.tx.now);
        this.#unopened.set(command.walletId, new WalletState(successor, [], true));
      }
    }
  }

  async #carryOut(command: LedgerCommand): Promise<Outcome> {
    const replay = this.#answers.replay(command);
    if (replay) return replay;
    const state = this.#stateOf(command);
    if (!state)
      return { kind: 'refusal', error: notFound('wallet', { wallet_id: command.walletId }), isReplayed: false };

    await this.#bringUpToDate(state, command);
    for (const entryId of pastEntries(command)) this.#askWhatIsKept(state, entryId);
    await this.#provideLots(state, creditsInOrder(state, command));
    const result = await this.#post(state, command);
    // What had kept expired credits may have ended: a hold, a purchase, a rule.
    const mayFree = FREES_CREDITS.has(command.kind) || command.changes !== undefined;
    if (mayFree) await this.#bringUpToDate(state, command);
    const posting = result instanceof DomainError ? undefined : result;
    const refusal = result instanceof DomainError ? result : undefined;
    for (const policy of this.policies) {
      policy.afterCommand(state, { command, posting, refusal, now: this.tx.now });
      const other = posting?.counterpart ?? posting?.successor;
      if (other) policy.afterCommand(other.state, { command, posting: other, refusal, now: this.tx.now });
    }
    if (refusal) {
      if (command.kind === 'open') this.#states.delete(command.walletId);
      this.#answers.remember(command, refusal, this.tx.now);
      return { kind: 'refusal', error: refusal, isReplayed: false };
    }
    const body = posting ? command.answer(posting) : undefined;
    this.#answers.remember(command, body, this.tx.now);
    if (command.also && posting) this.#besides.push(() => command.also!(this.tx, posting));
    return { kind: 'answer', body, posting, isReplayed: false };
  }

  #stateOf(command: LedgerCommand): WalletState | undefined {
    if (command.kind === 'open') {
      const opened = this.#unopened.get(command.walletId);
      if (opened) this.#states.set(command.walletId, opened);
      return opened;
    }
    const state = this.#states.get(command.walletId);
    return state && isInScope(state, command.scope) ? state : undefined;
  }

  /** Everything that may refuse comes first, then what is done in memory. */
  async #post(state: WalletState, command: LedgerCommand): Promise<Posting | DomainError> {
    const guarded = await this.#guard(state, command);
    if (guarded) return guarded;
    const planned = command.kind === 'transfer' ? this.#planTransfer(state, command) : this.#plan(state, command);
    if (planned instanceof DomainError) return planned;
    const successor = command.kind === 'convert' ? this.#successorOf(state, command) : undefined;
    const changes = this.#checkChanges(state, command, successor);
    if (changes instanceof DomainError) return changes;
    const posting = planned();
    if (successor) posting.successor = this.#openSuccessor(successor, posting.granted, command.actor);
    posting.changed = changes.map((apply) => apply());
    state.isChanged ||= changes.length > 0;
    // Before it is answered: what is told is what is stored.
    state.raiseVersion();
    return posting;
  }

  /** What a guard throws has written nothing, so it need not cost the others of the group their commit. */
  async #guard(state: WalletState, command: LedgerCommand): Promise<DomainError | void> {
    try {
      return await command.guard?.(this.tx, state);
    } catch (error) {
      if (error instanceof DomainError) return error;
      throw error;
    }
  }

  #plan(state: WalletState, command: LedgerCommand): DomainError | (() => Posting) {
    const plan = planCommand(state, command, this.#context());
    return plan instanceof DomainError ? plan : () => applyPlan(state, plan, command.actor, this.tx.now);
  }

  #planTransfer(from: WalletState, command: LedgerCommand & { kind: 'transfer' }): DomainError | (() => Posting) {
    const { terms, idempotency, actor } = command;
    const to = this.#states.get(terms.toWalletId);
    if (!to || !isInScope(to, command.scope)) return notFound('wallet', { wallet_id: terms.toWalletId });
    this.#forfeitExpired(to, command);
    const plan = planTransfer(from, to, terms, this.#context(), idempotency?.key ?? '');
    if (plan instanceof DomainError) return plan;
    return () => ({
      ...applyPlan(from, plan.from, actor, this.tx.now),
      counterpart: applyPlan(to, plan.to, actor, this.tx.now),
    });
  }

  #checkChanges(
    state: WalletState,
    command: LedgerCommand,
    successor: WalletState | undefined,
  ): DomainError | (() => unknown)[] {
    const context = { now: this.tx.now, actor: command.actor, successor };
    const accepted: (() => unknown)[] = [];
    for (const change of command.changes ?? []) {
      const policy = this.policies.find(({ name }) => name === change.policy);
      if (!policy?.change) throw new Error(`no policy takes changes for ${change.policy}`);
      const checked = policy.change(state, change, context);
      if (checked instanceof DomainError) return checked;
      accepted.push(checked);
    }
    return accepted;
  }

  /** An earlier command of the batch may have changed the wallet since its successor was prepared. */
  #successorOf(state: WalletState, command: LedgerCommand & { kind: 'convert' }): WalletState | undefined {
    const successor = this.#unopened.get(command.walletId);
    if (!successor) throw new Error(`the successor of ${command.walletId} was not prepared`);
    const { id } = successor.wallet;
    Object.assign(successor.wallet, command.successor(state.wallet, this.tx.now), { id });
    return successor;
  }

  #openSuccessor(successor: WalletState, granted: EntryDraft[], actor: Actor): Posting {
    this.#states.set(successor.wallet.id, successor);
    return applyPlan(successor, { entries: granted }, actor, this.tx.now);
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
      const renewalId = policy.keepsExpired?.(state, lot, this.tx.now);
      if (renewalId) return renewalId;
    }
    return null;
  }

  #context(): PlanContext {
    return { now: this.tx.now, newEntryId: () => newId('wtxn', this.tx.now) };
  }
}

/** Nobody asked for what time brings: only the request during which it was booked is known. */
function systemActor({ actor }: LedgerCommand): Actor {
  return { keyId: '', requestId: actor.requestId };
}

function lockedWallets(command: LedgerCommand): string[] {
  return command.kind === 'open' ? [] : walletsOf(command);
}

function isInScope({ wallet }: WalletState, scope: Scope): boolean {
  return wallet.tenantId === scope.tenantId && wallet.environmentId === scope.environmentId;
}

/** Entries of before that a command takes from or undoes, and so has to know. */
function pastEntries(command: LedgerCommand): readonly string[] {
  switch (command.kind) {
    case 'reverse':
      return [command.terms.entryId];
    case 'take_back':
    case 'freeze':
      return command.terms.grantIds;
    case 'give_back':
      return [...command.terms.entryIds, ...command.terms.grantIds];
    default:
      return [];
  }
}
