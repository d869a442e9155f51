import type { WalletRecord } from '../../ledger/wallet-state.js';
import type { EventReason, ExpiringEventFacts, LimitEventFacts } from '../../events/build-events.js';
import type { Columns } from '../../shared/sql-table.js';
import type { TopUp, TopUpAttempt } from '../purchases/top-up.entity.js';
import { type BonusSetting, NO_BONUS } from '../pricing/bonus-of-slabs.js';
import { type FeeSetting, NO_FEE } from '../pricing/price-top-up.js';
import type { TopUpDecision } from './top-up-decision.entity.js';
import type { TopUpGuard, TopUpRule, Trigger } from './top-up-rule.entity.js';

export type RuleRecord = Columns<TopUpRule>;
export type GuardRecord = Columns<TopUpGuard>;
export type TopUpRecord = Columns<TopUp>;
export type AttemptRecord = Columns<TopUpAttempt>;
export type DecisionRecord = Columns<TopUpDecision>;

/** The columns of a purchase of before that limits look at. */
export type PastTopUp = Pick<TopUpRecord, 'id' | 'priceMinor' | 'currency' | 'createdAt' | 'settledAt' | 'chargedAt'>;

/** What is shown of a rule, and says why it buys nothing. */
export type ShownRule = Pick<
  RuleRecord,
  'enabled' | 'thresholdCredits' | 'unitCredits' | 'invoicing' | 'cooldown' | 'fee' | 'pauseReason' | 'priceCurrency'
>;
/** The same of the bounds. */
export type ShownGuard = Pick<
  GuardRecord,
  | 'pausedAt'
  | 'pauseReason'
  | 'maxPerHour'
  | 'maxUnits'
  | 'monthlyCount'
  | 'monthlyAmountMinor'
  | 'monthlyAmountCurrency'
>;

/** A wallet's rules and what bounds them, as both APIs show them. */
export interface ShownRules {
  rules: ReadonlyMap<Trigger, ShownRule>;
  guard: ShownGuard | undefined;
  /** In force in the wallet's environment. */
  fee: FeeSetting;
  /** Of the wallet: what rules without a currency of their own buy in. */
  currency: string;
}

/** The same with all that is stored. */
export interface WalletRules extends ShownRules {
  rules: ReadonlyMap<Trigger, RuleRecord>;
  guard: GuardRecord | undefined;
}

/** What is to be told of a top-up or a pause, in the commit that makes it true. */
export type Told =
  | { kind: 'top_up'; event: TopUpEvent; topUp: TopUpRecord; reason: EventReason }
  | { kind: 'auto_topup'; event: 'paused' | 'resumed'; reason: string; at: Date }
  | {
      kind: 'limit';
      topUp: TopUpRecord;
      cap: Pick<LimitEventFacts, 'cap' | 'usedBefore' | 'usedAfter' | 'limit' | 'currency' | 'resetsAt'>;
    }
  | { kind: 'expiring'; notice: Pick<ExpiringEventFacts, 'credits' | 'expiresAt' | 'daysBefore' | 'renewal'> };
export type TopUpEvent = 'created' | 'succeeded' | 'failed' | 'requires_action' | 'canceled';

/** What the top-up policy knows of a wallet under its lock, and what the commands of the batch have made of it. */
export class TopUpState implements WalletRules {
  readonly newTopUps = new Set<TopUpRecord>();
  readonly changedTopUps = new Set<TopUpRecord>();
  /** Those of the above that are to be taken up at another time than before. */
  readonly rescheduled = new Set<TopUpRecord>();
  readonly newAttempts: AttemptRecord[] = [];
  readonly finishedAttempts: AttemptRecord[] = [];
  readonly newDecisions = new Map<string, DecisionRecord>();
  readonly changedRules = new Set<RuleRecord>();
  readonly told: Told[] = [];
  /** Whom the environment takes money through, `none` for nobody: what is decided now is charged there or not at all. */
  provider: string | null = null;
  fee: FeeSetting = NO_FEE;
  bonus: BonusSetting = NO_BONUS;
  currency = '';
  /** Read where a batch is about to ask somebody for money. */
  isTenantSuspended = false;
  isGuardChanged = false;
  /** What was bought by hand with a card a moment ago, where the batch buys. */
  justBought: readonly TopUpRecord[] = [];

  constructor(
    readonly rules: Map<Trigger, RuleRecord>,
    /** Whoever has rules or top-ups has one. */
    public guard: GuardRecord | undefined,
    /** Open ones, and those that a command of the batch names. */
    readonly topUps: TopUpRecord[],
    /** Automatic ones that have succeeded, as far back as limits look; oldest first. */
    readonly past: readonly PastTopUp[],
  ) {}
}

export const DEFAULT_MAX_PER_HOUR = 3;
export const DEFAULT_MAX_UNITS = 20;
export const DEFAULT_COOL_OFF_SECONDS = 60;
/** A day: how far back purchases are looked for where no cool-off is longer. */
export const DEFAULT_HISTORY_SECONDS = 86_400;

/** The guard of a wallet that has none yet: the default limits. */
export function newGuard(
  wallet: Pick<WalletRecord, 'shard' | 'id' | 'tenantId' | 'environmentId'>,
  now: Date,
): GuardRecord {
  return {
    shard: wallet.shard,
    walletId: wallet.id,
    tenantId: wallet.tenantId,
    environmentId: wallet.environmentId,
    maxPerHour: DEFAULT_MAX_PER_HOUR,
    maxUnits: DEFAULT_MAX_UNITS,
    monthlyCount: null,
    monthlyAmountMinor: null,
    monthlyAmountCurrency: null,
    pausedAt: null,
    pauseReason: '',
    pausedCard: null,
    resumedAt: null,
    resumedBy: '',
    historySeconds: DEFAULT_HISTORY_SECONDS,
    nextEvaluationAt: null,
    noticed: '',
    updatedAt: now,
  };
}

/** The wallet's guard, made if it has none. */
export function guardOf(topUps: TopUpState, wallet: WalletRecord, now: Date): GuardRecord {
  if (!topUps.guard) {
    topUps.guard = newGuard(wallet, now);
    topUps.isGuardChanged = true;
  }
  return topUps.guard;
}
