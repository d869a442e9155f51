import type { PolicyChange } from '../../ledger/ledger-policy.js';
import type { Decimal } from '../../shared/decimal.js';
import type { AgreedFee } from '../pricing/price-top-up.js';
import type { Cooldown } from './top-up-rule.entity.js';
import type { TopUpRecord } from './top-up-state.js';

export const TOP_UPS = 'top-ups';

/** Fields of `auto_topup` that a request carries; what is undefined stays as it is. */
export interface AutoTopUpChange {
  enabled?: boolean | null | undefined;
  thresholdCredits?: Decimal | undefined;
  amountCredits?: Decimal | undefined;
  invoicing?: boolean | undefined;
  /** Null clears it: the default cool-off applies. */
  cooldown?: Cooldown | null | undefined;
}

/** Bounds on a wallet's automatic top-ups; null lifts a monthly cap, undefined leaves it. */
export interface LimitsChange {
  maxPerHour?: number | undefined;
  maxUnits?: number | undefined;
  monthlyCount?: number | null | undefined;
  /** Minor units of the wallet's currency. */
  monthlyAmountMinor?: number | null | undefined;
}

export interface AgreedPack {
  id: string;
  credits: Decimal;
  priceMinor: number;
  /** Lower case. */
  currency: string;
  /** What is agreed to on top of the price; filled in under the lock. */
  fee?: AgreedFee | null;
  validityMonths: number | null;
}

/** An account's settings; what is undefined stays as it is, a pack that is named is agreed to anew. */
export interface AccountRulesChange {
  onExpiration?: boolean | undefined;
  onInsufficient?: boolean | undefined;
  pack?: AgreedPack | null | undefined;
}

/** An account's settings as its rules have them. */
export interface AccountRules {
  onExpiration: boolean;
  onInsufficient: boolean;
  pack: AgreedPack | null;
}

/** What the provider said, as it changes the row. */
export type ProgressChange = Partial<
  Pick<
    TopUpRecord,
    | 'topUpStatus'
    | 'paymentId'
    | 'keyNumber'
    | 'lookups'
    | 'nextAttemptAt'
    | 'lastErrorCode'
    | 'lastErrorMessage'
    | 'actionUrl'
    | 'actionRequestedAt'
    | 'backup'
    | 'paymentMethodId'
    | 'paymentMethodRef'
    | 'cardFingerprint'
  >
>;

/** The card that an attempt charges, frozen on the row so that a repeat charges the same one. */
export interface FrozenCard {
  paymentMethodId: string;
  paymentMethodRef: string;
  cardFingerprint: string;
}

/** Everything that changes a wallet's rules, its pause or a top-up: as data, applied under the wallet's lock. */
export type TopUpChange =
  | { kind: 'auto_topup'; change: AutoTopUpChange }
  | { kind: 'limits'; change: LimitsChange }
  | { kind: 'account_rules'; change: AccountRulesChange }
  /** The wallet in place of a converted one takes over its own rule, its bounds, and what is under way. */
  | { kind: 'take_over' }
  /** Stops the rules that charge a card; those that write invoices go on. */
  | { kind: 'pause'; reason: string; cardFingerprint: string | null }
  /** Another card is on file, by its fingerprint; or the bank has renewed the same one, which has a later date now. */
  | { kind: 'new_card'; cardFingerprint: string; isRenewed: boolean }
  /** A purchase that somebody asks for, under a key of theirs or without one. */
  | { kind: 'purchase'; topUp: TopUpRecord; hasKey: boolean }
  /** Asks whether the next call may move money, and freezes what it charges. */
  | {
      kind: 'authorize';
      topUpId: string;
      attempt: number;
      provider: string;
      /** Null: the same attempt again. */
      card: FrozenCard | null;
      /** The last digits of that card where it is the customer's backup; null: it is the one on file. */
      backupLast4: string | null;
    }
  /** Null: no payment is under way, whether or not the attempt is known. */
  | { kind: 'progress'; topUpId: string; attempt: number; change: ProgressChange; outcome?: AttemptOutcome }
  | { kind: 'issue'; topUpId: string; transactionId: string; invoiceId: string; dueAt: Date }
  | { kind: 'overdue'; topUpId: string }
  | { kind: 'settle'; topUpId: string; transactionId: string; invoiceId: string | null }
  | { kind: 'adopt'; topUpId: string; provider: string; paymentId: string }
  /** Found paid at the provider, and not known here: it is stored as it was settled. */
  | { kind: 'restore'; topUpId: string; topUp: TopUpRecord }
  | { kind: 'end'; topUpId: string; end: TopUpEnd }
  /** The invoice that it waits for is voided. */
  | { kind: 'void'; topUpId: string }
  /** Somebody takes back what waits. */
  | { kind: 'cancel'; topUpId: string }
  /** Somebody ends the wallet's pause, whatever it was for. */
  | { kind: 'resume' };

export interface AttemptOutcome {
  outcome: string;
  code: string;
  message: string;
}

export interface TopUpEnd {
  status: 'failed' | 'canceled' | 'refund_due' | 'refunded';
  code: string;
  message: string;
  /** Why automatic top-up stops until a person, a payment or another card resumes it; undefined: it does not stop. */
  pause?: string;
}

/** The change as the ledger hands it on. */
export function topUpChange(change: TopUpChange): PolicyChange & TopUpChange {
  return { policy: TOP_UPS, ...change };
}
