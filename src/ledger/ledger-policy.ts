import type { DomainError } from '../shared/errors.js';
import type { Actor, LedgerCommand } from './commands.js';
import type { LedgerTransaction } from '../shared/ledger-transaction.js';
import type { Posting } from './posting.js';
import type { LotRecord, WalletState } from './wallet-state.js';

/** What a policy sees after each command: the command, and what it did or why it was refused. */
export interface LedgerStep {
  command: LedgerCommand;
  posting: Posting | undefined;
  refusal: DomainError | undefined;
  now: Date;
}

/** A change to what a policy keeps of a wallet, as data. Each policy has its own kinds, and knows them by its name. */
export interface PolicyChange {
  readonly policy: string;
}

/** What a policy is told beside the change. */
export interface ChangeContext {
  now: Date;
  actor: Actor;
  /** The wallet that is opened in place of this one, for a conversion. */
  successor: WalletState | undefined;
}

/**
 * What else must be decided under a wallet's lock and stored in the same commit: whether a top-up is due, whether an
 * alert changes. Policies live in higher rooms and are handed to the ledger at start; they never move credits themselves.
 */
export interface LedgerPolicy {
  /** What changes name it by. */
  readonly name: string;

  /**
   * Reads what the policy needs to know about the locked wallets, and those about to be opened: once for each in a batch.
   * @param changes all that the batch asks of policies, so that what they name is read too
   */
  load(tx: LedgerTransaction, states: WalletState[], changes: readonly PolicyChange[]): Promise<void>;

  /**
   * Checks a change against the wallet as it is. @returns why not, or what applies it in memory: called once everything
   * else in the command is accepted; its result is found in the posting.
   */
  change?(state: WalletState, change: PolicyChange, context: ChangeContext): DomainError | (() => unknown);

  /** What keeps a lot spendable beyond its date, or undefined. Only asks: it decides and starts nothing. */
  keepsExpired?(state: WalletState, lot: LotRecord, now: Date): string | undefined;

  /** Looks at the wallet after a command. May add to the details of the refusal. In memory only. */
  afterCommand(state: WalletState, step: LedgerStep): void;

  /** Stores what was decided, in a constant number of statements. */
  save(tx: LedgerTransaction, states: WalletState[]): Promise<void>;

  /** The batch is durable: wakes whoever acts on it. Must not throw. */
  committed(states: WalletState[]): void;
}
