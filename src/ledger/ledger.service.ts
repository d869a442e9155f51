import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { DriverException, UniqueConstraintViolationException } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config.js';
import { Clock } from '../shared/clock.js';
import { Distribution } from '../shared/distribution.js';
import { DomainError } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { isConnectionLost } from '../shared/is-connection-lost.js';
import { LaneUse } from '../shared/lane-use.js';
import { sqlStateOf } from '../shared/sql-state.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { asOwnWork, inLane } from '../shared/turn.js';
import { CommandQueue, partyOf } from './command-queue.js';
import { type Idempotency, type LedgerCommand, walletsOf } from './commands.js';
import { IdempotencyKey } from './idempotency-key.entity.js';
import { type Outcome, replayOf } from './batch-answers.js';
import { LedgerBatch } from './ledger-batch.js';
import type { LedgerPolicy } from './ledger-policy.js';
import { LedgerStore } from './ledger-store.js';
import { LedgerTransaction } from '../shared/ledger-transaction.js';
import { withinScopes } from '../shared/sight.js';
import { WorkWatch } from '../shared/work-watch.js';
import type { Posting } from './posting.js';
import type { WalletState } from './wallet-state.js';

export interface LedgerAnswer<Answer> {
  body: Answer;
  /** True when this is the stored first answer to the key, and nothing happened now. */
  isReplayed: boolean;
  /** Undefined on a replay. */
  posting: Posting | undefined;
}

interface Queued {
  command: LedgerCommand;
  /** What it was asked for by, for whoever watches. */
  origin: unknown;
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
}

const OF_A_PIECE = /\b([a-z_]+)_\d{6,}\b/;
/** Deadlock, serialization failure, lost race on a unique key: the same batch may well succeed the next time. */
const RETRYABLE_STATES: ReadonlySet<string> = new Set(['40P01', '40001', '23505', '55P03']);
const MAX_ATTEMPTS = 4;
const RETRY_DELAY_MS = 20;

/**
 * The one writer: every credit that moves, moves through `post`. Concurrent commands are gathered and committed as one
 * group; an answer is given only after the commit. The next group is what arrived while the last one ran, so there is no
 * timer and no added wait. Where a second one is worth it, and there is a connection for it, two are under way, of which
 * no wallet is in both. Tenants take turns: who sends more waits longer, and delays nobody else.
 */
@Injectable()
export class LedgerService implements OnApplicationShutdown {
  readonly #logger = new Logger('Ledger');
  readonly #policies: LedgerPolicy[] = [];
  readonly #queue: CommandQueue<Queued>;
  readonly #underWay = new Set<Promise<void>>();
  #isWoken = false;
  #turnedAway = 0;

  constructor(
    private readonly em: EntityManager,
    private readonly store: LedgerStore,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly watch: WorkWatch,
    private readonly distribution: Distribution,
    use: LaneUse,
  ) {
    // As many as there are connections for; the embedded database has one for everything.
    this.#queue = new CommandQueue(config.ledgerBatchLimit, () => use.read().ledger?.places ?? 1, distribution);
  }

  /** Commands that wait for their group. */
  get queueLength(): number {
    return this.#queue.size;
  }

  /** Commands that found their tenant's share of the queue full, since the start. */
  get turnedAway(): number {
    return this.#turnedAway;
  }

  /** Hands a policy to the ledger, at start. */
  use(policy: LedgerPolicy): void {
    this.#policies.push(policy);
  }

  /**
   * Carries a command out, exactly once for its idempotency key.
   * @throws DomainError the refusal; kind `unavailable` when the tenant's share of the queue is full or the database gave
   * up: repeat with the same key.
   */
  async post<Answer>(command: LedgerCommand<Answer>): Promise<LedgerAnswer<Answer>> {
    const party = partyOf(command);
    if (this.#isFullFor(party)) {
      this.#turnedAway += 1;
      throw busy('your requests fill their share of its queue');
    }
    const origin = this.watch.origin();
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      this.#queue.push({ command: this.#withKey(command), origin, resolve, reject });
      this.#wake();
    });
    return answerOf(outcome);
  }

  /** What a key was answered with, for who must not look at anything else first; undefined for a key that is new. */
  async recall<Answer>(scope: Scope, idempotency: Idempotency): Promise<LedgerAnswer<Answer> | undefined> {
    const where = { ...scopeOf(scope), key: idempotency.key };
    const stored = await this.em.fork().findOne(IdempotencyKey, where);
    return stored ? answerOf(replayOf(stored, idempotency)) : undefined;
  }

  /**
   * Carries commands out inside the caller's own transaction, for changes that must be one with what they mean for
   * wallets (a card that is removed). Locks the wallets in id order, as a group does; a refusal changes nothing.
   * @returns what tells the policies, to be called after the commit
   */
  async join(em: EntityManager, commands: LedgerCommand[]): Promise<() => void> {
    if (commands.length === 0) return () => {};
    const tx = this.#transaction(em, commands.flatMap(walletsOf));
    const batch = new LedgerBatch(tx, this.store, this.#policies, this.clock);
    await batch.run(commands);
    return () => this.#committed(batch.states);
  }

  /**
   * Locks wallets inside the caller's own transaction, in the order in which groups lock theirs: until it ends nothing is
   * decided about them.
   */
  async lock(em: EntityManager, walletIds: readonly string[]): Promise<void> {
    await this.store.holdWallets(this.#transaction(em, walletIds), walletIds);
  }

  /**
   * Carries commands out in one commit of their own: all of them, or none.
   * @throws DomainError the first refusal
   */
  async postTogether(commands: readonly LedgerCommand[], attempt = 1): Promise<LedgerAnswer<unknown>[]> {
    try {
      return await this.#watched(commands, [this.watch.origin()], async () => {
        const { outcomes, states } = await this.#inTransaction(commands, async (batch) => {
          const carriedOut = await batch.run(commands);
          return { outcomes: carriedOut.map((outcome) => answerOf(outcome)), states: batch.states };
        });
        this.#committed(states);
        return outcomes;
      });
    } catch (error) {
      if (!isRetryable(error) || attempt >= attemptsFor(error)) throw this.#toRefusal(error);
      await delay(RETRY_DELAY_MS * attempt * (0.5 + Math.random()));
      return this.postTogether(commands, attempt + 1);
    }
  }

  /**
   * What a command would be answered now, under the wallet's lock and by its rules: nothing is written, whatever it says.
   * @throws DomainError its refusal
   */
  async rehearse<Answer>(command: LedgerCommand<Answer>): Promise<Answer> {
    const [outcome] = await this.#inTransaction([command], (batch) => batch.rehearse([command]));
    return answerOf<Answer>(outcome as Outcome).body;
  }

  async onApplicationShutdown(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** A command without a key gets one of its own, so that a commit whose answer was lost can be told from one that failed. */
  #withKey(command: LedgerCommand): LedgerCommand {
    if (command.idempotency || command.kind === 'evaluate') return command;
    return { ...command, idempotency: { key: `auto:${newId('req', this.clock.now())}`, requestHash: '' } };
  }

  /** Lets everything that this turn of the event loop brings join the group that it begins. */
  #wake(): void {
    if (this.#isWoken || !this.#queue.isDue) return;
    this.#isWoken = true;
    asOwnWork(() =>
      queueMicrotask(() => {
        this.#isWoken = false;
        this.#begin();
      }),
    );
  }

  #begin(): void {
    for (let group = this.#queue.next(); group; group = this.#queue.next()) {
      const carriedOut = this.#carryOut(group).finally(() => this.#underWay.delete(carriedOut));
      this.#underWay.add(carriedOut);
    }
  }

  async #carryOut(group: readonly Queued[]): Promise<void> {
    await this.#settle(group);
    // The embedded database answers within one turn of the event loop: the others need theirs, too.
    await nextTurn();
    this.#queue.ended(group);
    this.#begin();
  }

  /** Each may fill as much of the queue as it leaves free, so there is always room for who comes next. */
  #isFullFor(party: string): boolean {
    return this.#queue.sizeOf(party) >= this.config.ledgerQueueLimit - this.#queue.size;
  }

  /** Commits a group; one that fails as a whole is repeated, then halved, until the poison command stands alone. */
  async #settle(group: readonly Queued[], attempt = 1): Promise<void> {
    try {
      const outcomes = await this.#commit(group);
      group.forEach(({ resolve }, index) => resolve(outcomes[index] as Outcome));
    } catch (error) {
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

  #commit(group: readonly Queued[]): Promise<Outcome[]> {
    const commands = group.map(({ command }) => command);
    const origins = group.map(({ origin }) => origin);
    return this.#watched(commands, origins, async () => {
      const { outcomes, states } = await inLane('ledger', () =>
        this.#inTransaction(commands, async (batch) => ({ outcomes: await batch.run(commands), states: batch.states })),
      );
      this.#committed(states);
      return outcomes;
    });
  }

  /** An attempt to commit, under the eyes of whoever watches. */
  #watched<Result>(
    { length: size }: readonly LedgerCommand[],
    origins: readonly unknown[],
    commit: () => Promise<Result>,
  ): Promise<Result> {
    return this.watch.around({ kind: 'ledger_group', size, origins }, commit, () => 'committed');
  }

  /** One that sees what its commands are about, whoever has asked for them and whoever else is in the group. */
  #inTransaction<Result>(
    commands: readonly LedgerCommand[],
    work: (batch: LedgerBatch) => Promise<Result>,
  ): Promise<Result> {
    const scopes = commands.map(({ scope }) => scope);
    return withinScopes(scopes, () =>
      this.em.fork().transactional((em) => {
        const tx = this.#transaction(em, commands.flatMap(walletsOf));
        return work(new LedgerBatch(tx, this.store, this.#policies, this.clock));
      }),
    );
  }

  #committed(states: WalletState[]): void {
    this.store.keep(states);
    for (const policy of this.#policies) this.#tell(policy, states);
  }

  #transaction(em: EntityManager, walletIds: readonly string[]): LedgerTransaction {
    return new LedgerTransaction(em, this.clock.now(), this.distribution.placesOf(walletIds));
  }

  /** What is committed is committed: a policy that fails to wake somebody changes no answer. */
  #tell(policy: LedgerPolicy, states: WalletState[]): void {
    try {
      policy.committed(states);
    } catch (error) {
      this.#logger.error({ msg: 'a ledger policy failed after the commit', err: error });
    }
  }

  #toRefusal(error: unknown): unknown {
    if (error instanceof DomainError) return error;
    const constraint = violatedConstraint(error);
    if (constraint) {
      return new DomainError('already_exists', 'this exists already', { details: { constraint } });
    }
    if (isRetryable(error)) {
      this.#logger.warn({ msg: 'a ledger command was given up', err: error });
      return busy('the database gave up', error);
    }
    return error;
  }
}

function answerOf<Answer>(outcome: Outcome): LedgerAnswer<Answer> {
  if (outcome.kind === 'answer') {
    return { body: outcome.body as Answer, isReplayed: outcome.isReplayed, posting: outcome.posting };
  }
  outcome.error.isReplayed = outcome.isReplayed;
  throw outcome.error;
}

function busy(reason: string, cause?: unknown): DomainError {
  const sentence = `the ledger is busy (${reason}): repeat the request with the same idempotency key`;
  return new DomainError('unavailable', sentence, { retryAfterSeconds: 1, cause });
}

function isRetryable(error: unknown): boolean {
  return RETRYABLE_STATES.has(sqlStateOf(error)) || isConnectionLost(error);
}

/** A key that another process has just written is found by the second attempt; one that was used long ago never goes away. */
function attemptsFor(error: unknown): number {
  return sqlStateOf(error) === '23505' ? 2 : MAX_ATTEMPTS;
}

function violatedConstraint(error: unknown): string | undefined {
  if (sqlStateOf(error) !== '23505' && !(error instanceof UniqueConstraintViolationException)) return undefined;
  const { constraint, message } = error as DriverException & { constraint?: string };
  // Of what a worker of a cluster refuses only its words come through, with the number of the piece behind the name.
  return constraint ?? OF_A_PIECE.exec(message)?.[1] ?? 'unique';
}
