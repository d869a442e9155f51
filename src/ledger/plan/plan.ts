import type { Decimal } from '../../shared/decimal.js';
import type { Charge, WalletSettings } from '../commands.js';
import type { CounterAccount, EntryLotKind, EntryReason, ReferenceType } from '../entry.entity.js';
import type { HoldPurpose, HoldStatus } from '../hold.entity.js';
import type { LotRecord } from '../wallet-state.js';
import type { LotSource } from '../lot.entity.js';

/** What an entry gives to (+) or takes from (-) a lot. */
export interface LinkDraft {
  lot: LotRecord;
  kind: EntryLotKind;
  credits: Decimal;
}

/** A lot that the entry brings into being; it gets the entry's id. */
export interface GrantDraft {
  /** Size of the lot, debt included. */
  credits: Decimal;
  source: LotSource;
  priority: number | null;
  expiresAt: Date | null;
  /** The part that repays debt at once and never becomes spendable. */
  repaid: Decimal;
}

export interface EntryDraft {
  id: string;
  /** Signed. */
  credits: Decimal;
  debtChange: Decimal;
  reason: EntryReason;
  counterAccount: CounterAccount;
  referenceType: ReferenceType;
  referenceId: string;
  description: string;
  metadata: Record<string, string>;
  idempotencyKey: string;
  parentId: string | null;
  topUpId: string | null;
  grant: GrantDraft | null;
  links: LinkDraft[];
  /** What was paid for it. */
  charged?: Charge;
  /** When it became true, if that was before now (an expiry). */
  effectiveAt?: Date;
}

/** A change of what a hold has reserved of a lot: + reserves, - gives back or consumes. */
export interface HoldLotDraft {
  lot: LotRecord;
  held: Decimal;
}

export interface HoldDraft {
  id: string;
  opens?: {
    credits: Decimal;
    overage: Decimal;
    expiresAt: Date | null;
    description: string;
    metadata: Record<string, string>;
    purpose: HoldPurpose;
  };
  lots: HoldLotDraft[];
  captured: Decimal;
  status: HoldStatus;
}

/** An expired lot that lives again. */
export interface LotRenewal {
  lot: LotRecord;
  expiresAt: Date | null;
}

/** Everything a command would do, decided without doing any of it. */
export interface Plan {
  entries: EntryDraft[];
  hold?: HoldDraft;
  /** New expiry of every purchased lot. */
  purchasedExpireAt?: Date;
  /** Lots that get a new expiry. */
  renewals?: LotRenewal[];
  /** Credits that were to be given back and are not, because they have expired. */
  forfeited?: Decimal;
  closes?: boolean;
  /** New settings of the wallet itself. */
  settings?: WalletSettings;
  /** What the wallet that takes this one's place is granted. */
  granted?: EntryDraft[];
}

/** The facts that every planning rule gets beside the wallet and the command. */
export interface PlanContext {
  now: Date;
  newEntryId: () => string;
}
