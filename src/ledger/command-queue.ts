import { performance } from 'node:perf_hooks';
import type { Distribution } from '../shared/distribution.js';
import { type Choice, FairQueue } from '../shared/fair-queue.js';
import { OWN_WORK } from '../shared/turn.js';
import { type LedgerCommand, walletsOf } from './commands.js';

/** A second group is worth its own transaction if it has so many commands; fewer go on waiting for a larger one. */
const FEWEST_BESIDE = 24;
/** Where several come, groups are so much smaller: whoever comes next waits for a short one, and is in the one after it. */
const SHARED_GROUP_PART = 8;
/** Who has come will come again. */
const SHARED_FOR_MS = 1000;

/** What a group that is being committed keeps others from. */
interface Claims {
  walletIds: ReadonlySet<string>;
  /** Tenants with rows beside a command of it. */
  withRowsBeside: ReadonlySet<string>;
  /** What part of a distributed database all of it is about. */
  piece: string | undefined;
}

/**
 * The commands that wait for the writer, and which of them are its next group. A group that is begun while another is
 * under way is about other wallets: what waits for one of its wallets stays in its place, and nothing overtakes it there.
 * Where the database is distributed a group is about one piece of it, so that one worker commits it, and each piece has a
 * group of its own under way.
 */
export class CommandQueue<Item extends { command: LedgerCommand }> {
  readonly #waiting = new FairQueue<Item>();
  readonly #underWay = new Map<readonly Item[], Claims>();
  /** When several waited for the last time. */
  #sharedAt = Number.NEGATIVE_INFINITY;
  /** How long the queue is before it is looked through again for a group beside the one under way. */
  #lookAgainAt = 0;

  /**
   * @param groupLimit commands of a group at most
   * @param groupsAtOnce how many groups may be under way; asked each time
   */
  constructor(
    private readonly groupLimit: number,
    private readonly groupsAtOnce: () => number,
    private readonly distribution: Distribution,
  ) {}

  get size(): number {
    return this.#waiting.size;
  }

  sizeOf(party: string): number {
    return this.#waiting.sizeOf(party);
  }

  push(item: Item): void {
    this.#waiting.push(partyOf(item.command), item);
  }

  /** Whether a group may be begun now; `next` says for certain. */
  get isDue(): boolean {
    if (this.#underWay.size === 0) return this.size > 0;
    return this.size >= Math.max(this.#lookAgainAt, this.#fewestBeside) && this.#underWay.size < this.groupsAtOnce();
  }

  get #fewestBeside(): number {
    return this.distribution.isDistributed ? 1 : FEWEST_BESIDE;
  }

  /** The next group, which is under way until it `ended`; undefined where none may be begun. */
  next(): readonly Item[] | undefined {
    if (!this.isDue) return undefined;
    const choice = new GroupChoice([...this.#underWay.values()], this.distribution);
    const fewest = this.#underWay.size === 0 ? 1 : this.#fewestBeside;
    const group = this.#waiting.take(this.#limit(), ({ command }) => choice.of(command), fewest);
    if (group.length === 0) {
      this.#lookAgainAt = this.size + this.#fewestBeside;
      return undefined;
    }
    this.#underWay.set(group, choice.claims);
    return group;
  }

  ended(group: readonly Item[]): void {
    this.#underWay.delete(group);
    this.#lookAgainAt = 0;
  }

  #limit(): number {
    const now = performance.now();
    if (this.#waiting.parties > 1) this.#sharedAt = now;
    return now - this.#sharedAt < SHARED_FOR_MS ? Math.ceil(this.groupLimit / SHARED_GROUP_PART) : this.groupLimit;
  }
}

/** Which commands go into one group, asked in their order. */
class GroupChoice {
  readonly #walletIds = new Set<string>();
  readonly #withRowsBeside = new Set<string>();
  /** Wallets of other groups, and of what was passed by. */
  readonly #blocked: Set<string>;
  /** Tenants with rows beside commands of other groups, or of what was passed by. */
  readonly #awaited: Set<string>;

  /** Pieces that others are about, where there are several. */
  readonly #taken: ReadonlySet<string>;
  #piece: string | undefined;

  constructor(
    others: readonly Claims[],
    private readonly distribution: Distribution,
  ) {
    this.#blocked = new Set(others.flatMap(({ walletIds }) => [...walletIds]));
    this.#awaited = new Set(others.flatMap(({ withRowsBeside }) => [...withRowsBeside]));
    this.#taken = new Set(distribution.isDistributed ? others.flatMap(({ piece }) => piece ?? []) : []);
  }

  get claims(): Claims {
    return { walletIds: this.#walletIds, withRowsBeside: this.#withRowsBeside, piece: this.#piece };
  }

  /**
   * Rows beside a command are written when the whole group has been planned, so whoever asks the tables before (a guard)
   * waits for those of a command of its tenant before it: what a coupon allows is counted.
   */
  of(command: LedgerCommand): Choice {
    const { tenantId } = command.scope;
    if (command.guard && (this.#withRowsBeside.has(tenantId) || this.#awaited.has(tenantId))) return false;
    const walletIds = walletsOf(command);
    const isFree = !walletIds.some((id) => this.#blocked.has(id)) && this.#isInPiece(walletIds);
    for (const id of walletIds) (isFree ? this.#walletIds : this.#blocked).add(id);
    if (command.also) (isFree ? this.#withRowsBeside : this.#awaited).add(tenantId);
    return isFree || 'pass';
  }

  /** The first that may go says which piece the group is about. */
  #isInPiece(walletIds: string[]): boolean {
    const piece = this.distribution.pieceOf(walletIds);
    if (this.#piece === undefined && !this.#taken.has(piece)) this.#piece = piece;
    return this.#piece === piece;
  }
}

/** Whose turn a command is: its tenant's, or that of what nobody has sent. */
export function partyOf({ actor, scope }: LedgerCommand): string {
  return actor.keyId === '' ? OWN_WORK : scope.tenantId;
}
