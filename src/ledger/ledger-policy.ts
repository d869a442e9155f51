import type { DomainError } from '../shared/errors.js';
import type { LedgerCommand } from './commands.js';
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

/**
 * What else must be decided under a wallet's lock and stored in the same commit: whether a top-up is due, whether an
 * alert changes. Policies live in higher rooms and are handed to the ledger at start; they never move credits themselves.
 */
export interface LedgerPolicy {
  /** Reads what the policy needs to know about the locked wallets. Called again for a wallet whose rows a command changed. */
  load(tx: LedgerTransaction, states: WalletState[]): Promise<void>;

  /** The id of whatever keeps an expired lot from being forfeited yet, or undefined. May decide to start it. */
  deferExpiry?(state: WalletState, lot: LotRecord, now: Date): string | undefined;

  /** Looks at the wallet after a command. May add to the details of the refusal. In memory only. */
  afterCommand(state: WalletState, step: LedgerStep): void;

  /** Stores what was decided, in a constant number of statements. */
  save(tx: LedgerTransaction, states: WalletState[]): Promise<void>;

  /** The batch is durable: wakes whoever acts on it. Must not throw. */
  committed(states: WalletState[]): void;
}
