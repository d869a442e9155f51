import type { Decimal } from '../shared/decimal.js';
import type { DomainError } from '../shared/errors.js';
import type { Scope } from '../shared/scope.js';
import type { CounterAccount, DebitReason, GrantReason, ReferenceType } from './entry.entity.js';
import type { PolicyChange } from './ledger-policy.js';
import type { LedgerTransaction } from '../shared/ledger-transaction.js';
import type { Posting } from './posting.js';
import type { WalletRecord, WalletState } from './wallet-state.js';

/** Who asked: kept on every entry. */
export interface Actor {
  keyId: string;
  requestId: string;
}

export interface Idempotency {
  key: string;
  /** SHA-256 of method, route and canonical body: the same key with another hash is refused. */
  requestHash: string;
}

interface CommandBase<Answer> {
  scope: Scope;
  walletId: string;
  actor: Actor;
  idempotency?: Idempotency;
  /** The answer to the caller, made from the state right after this command; stored with the key and replayed. */
  answer: (posting: Posting) => Answer;
  /** Changes to what policies keep of the wallet, as data: applied in memory once all of them and the plan are accepted. */
  changes?: readonly PolicyChange[];
  /**
   * Reads under the wallet's lock and may refuse, by answer or by a DomainError. Writes nothing: a refusal undoes nothing.
   * It sees the rows beside every command of its tenant before it: their group is committed first.
   */
  guard?: (tx: LedgerTransaction, state: WalletState) => Promise<DomainError | void>;
  /** Rows of the caller's own in the same commit, written after the ledger's. Cannot refuse: whatever could, is asked before. */
  also?: (tx: LedgerTransaction, posting: Posting) => Promise<void>;
}

/** What was paid for credits: for whoever is told of them. It is the payment's amount, not what the wallet's rate makes of them. */
export interface Charge {
  /** Minor units of `currency`, zero or more. */
  amountMinor: number;
  /** Of the payment, ISO 4217 in lower case. */
  currency: string;
  /** Of the amount: the fee without taxes, and all taxes. The rest is for the credits. */
  feeMinor: number;
  taxMinor: number;
  /** Null where there is no invoice. */
  invoiceId: string | null;
}

export interface CreditTerms {
  /** The entry's id, when it was promised before (a pending credit). */
  id?: string;
  credits: Decimal;
  reason: GrantReason;
  priority?: number | null;
  expiresAt?: Date | null;
  referenceType: ReferenceType;
  referenceId: string;
  description?: string;
  metadata?: Record<string, string>;
  idempotencyKey?: string;
  topUpId?: string | null;
  /** Of a purchase: told of with the credit, and stored as the legs of its money where it has an invoice. */
  charged?: Charge;
  /** It was promised before, as a pending credit, and is delivered now. */
  wasPending?: boolean;
  /** When it was promised: its expiry was meant to be so long after it, and is if it has passed meanwhile. */
  promisedAt?: Date;
  /** Credits on top, free, as an entry of their own. */
  bonus?: { credits: Decimal; expiresAt: Date | null };
  /** Moves the expiry of every purchased credit of the wallet, this one included, to this instant, never nearer. */
  purchasedExpireAt?: Date;
}

export interface DebitTerms {
  credits: Decimal;
  reason: DebitReason;
  counterAccount?: CounterAccount;
  /** `wallet`: as far into debt as the wallet allows. `any`: Flexprice's behaviour, no limit. */
  overdraft: 'wallet' | 'any';
  referenceType: ReferenceType;
  /** Empty: the entry's own id. */
  referenceId?: string;
  description?: string;
  metadata?: Record<string, string>;
}

export interface ReverseTerms {
  entryId: string;
  /** Above zero; null: all that can be. */
  credits: Decimal | null;
  /** Whether credits of lots that have expired since come back: not at all, or with this new expiry (null: never). */
  expired: { restoreUntil: Date | null } | 'forfeit';
  description: string;
  metadata: Record<string, string>;
}

/** What a rule of a higher room is told of a wallet under its lock, to say how much is taken, given back or frozen. */
export interface GrantFacts {
  /** A closed wallet takes nothing back and owes nothing. */
  isClosed: boolean;
  /** Credits that the grant was for; zero if the wallet has no such grant. */
  grantedOf: (grantId: string) => Decimal;
  /** What of the grant's lot is neither spent nor reserved; for whoever may take them, those that are frozen, too. */
  unspentOf: (grantId: string) => Decimal;
}

/** How much of one grant is taken. */
export interface GrantPart {
  grantId: string;
  /** Zero or more. */
  credits: Decimal;
  /** The part of them that the lot does not have any more: it is owed. */
  debt: Decimal;
}

export interface TakeBackTerms {
  /** The grants that it may take from: they are read before. */
  grantIds: readonly string[];
  /** Decided under the lock, after the guard. */
  decide: (facts: GrantFacts) => GrantPart[] | DomainError;
  /** Of each part the key is this and its place: no commit can take twice under one. */
  key: string;
  description: string;
  metadata: Record<string, string>;
}

export interface GiveBackTerms {
  /** The entries that took: they are read before. */
  entryIds: readonly string[];
  /** The grants that they took from. */
  grantIds: readonly string[];
  /** How much of each comes back, zero or more. Decided under the lock, after the guard. */
  decide: (facts: GrantFacts) => { entryId: string; credits: Decimal }[];
  description: string;
}

export interface FreezeTerms {
  grantIds: readonly string[];
  decide: (facts: GrantFacts) => Pick<GrantPart, 'grantId' | 'credits'>[];
  description: string;
  metadata: Record<string, string>;
}

export interface TransferTerms {
  toWalletId: string;
  credits: Decimal;
  description: string;
  metadata: Record<string, string>;
}

/** What a client may change of an open wallet. */
export type WalletSettings = Partial<
  Pick<WalletRecord, 'name' | 'description' | 'metadata' | 'allowedPriceTypes' | 'overdraftLimit' | 'alertSettings'>
> & {
  /** A frozen wallet takes credits and gives none, and buys none by itself; only `close` closes. */
  walletStatus?: 'active' | 'frozen';
};

export type LedgerCommand<Answer = unknown> = CommandBase<Answer> &
  (
    | { kind: 'open'; wallet: WalletRecord; credit?: CreditTerms }
    | { kind: 'credit'; terms: CreditTerms }
    | { kind: 'debit'; terms: DebitTerms }
    | {
        kind: 'hold';
        holdId: string;
        credits: Decimal;
        /** How far captures may exceed the credits, in all. */
        overage?: Decimal;
        expiresAt: Date | null;
        description: string;
        metadata: Record<string, string>;
      }
    | { kind: 'capture'; holdId: string; credits: Decimal; final: boolean }
    | { kind: 'reverse'; terms: ReverseTerms }
    | { kind: 'transfer'; terms: TransferTerms }
    | { kind: 'release'; holdId: string; outcome: 'released' | 'expired' }
    /**
     * Takes what was paid for back: out of the grants' own lots, and what they do not have any more as debt. With a hold,
     * what that has frozen may be taken, too; `ends`: and the rest of it is free again.
     */
    | { kind: 'take_back'; terms: TakeBackTerms; holdId?: string; ends?: boolean }
    /** Undoes a part of it: the credits go back into the very lots. */
    | { kind: 'give_back'; terms: GiveBackTerms }
    /** Keeps credits of certain grants from being spent, in a hold that only `thaw` ends. */
    | { kind: 'freeze'; holdId: string; terms: FreezeTerms }
    | { kind: 'thaw'; holdId: string }
    /** Books what has expired, applies changes and lets the policies look again; writes no entry of its own. */
    | { kind: 'evaluate' }
    /** Changes settings of the wallet itself. */
    | { kind: 'update'; settings: WalletSettings }
    | { kind: 'close' }
    /** Closes the wallet and opens another in its place, which gets what is left. */
    | { kind: 'convert'; successor: (closed: WalletRecord, now: Date) => WalletRecord }
  );

/** The wallets that a command is about, the one that it opens among them. */
export function walletsOf(command: LedgerCommand): string[] {
  return command.kind === 'transfer' ? [command.walletId, command.terms.toWalletId] : [command.walletId];
}
