import type { WalletRecord } from '../../ledger/wallet-state.js';
import type { Columns } from '../../shared/sql-table.js';
import type { TopUpDecision } from './top-up-decision.entity.js';
import type { TopUpGuard, TopUpRule, Trigger } from './top-up-rule.entity.js';
import type { TopUp } from '../purchases/top-up.entity.js';

export type RuleRecord = Columns<TopUpRule>;
export type GuardRecord = Columns<TopUpGuard>;
export type TopUpRecord = Columns<TopUp>;
export type DecisionRecord = Columns<TopUpDecision>;

/** The columns of a top-up that a decision looks at. */
export type PastTopUp = Pick<
  TopUpRecord,
  'id' | 'trigger' | 'isAutomatic' | 'topUpStatus' | 'priceMinor' | 'currency' | 'createdAt' | 'settledAt'
>;

/** What the top-up policy knows of a wallet under its lock, and what it has decided in this batch. */
export class TopUpState {
  readonly newTopUps: TopUpRecord[] = [];
  readonly newDecisions = new Map<string, DecisionRecord>();
  isGuardChanged = false;

  constructor(
    readonly rules: ReadonlyMap<Trigger, RuleRecord>,
    readonly guard: GuardRecord | undefined,
    /** Open ones, and automatic ones of this month or the last hour that were not given up; oldest first. */
    readonly topUps: PastTopUp[],
  ) {}
}

export const DEFAULT_MAX_PER_HOUR = 3;
export const DEFAULT_MAX_UNITS = 20;
export const DEFAULT_COOL_OFF_SECONDS = 60;

/** The guard of a wallet that has none yet: the default limits, and an evaluation due at once. */
export function newGuard(wallet: Pick<WalletRecord, 'id' | 'tenantId' | 'environmentId'>, now: Date): GuardRecord {
  return {
    walletId: wallet.id,
    tenantId: wallet.tenantId,
    environmentId: wallet.environmentId,
    maxPerHour: DEFAULT_MAX_PER_HOUR,
    maxUnits: DEFAULT_MAX_UNITS,
    monthlyCount: null,
    monthlyAmountMinor: null,
    pausedAt: null,
    pauseReason: '',
    nextEvaluationAt: now,
    updatedAt: now,
  };
}
