import type { MetadataStorage } from '@mikro-orm/core';
import type { LedgerTransaction } from '../../ledger/ledger-transaction.js';
import { SqlTable, toDate } from '../../ledger/sql-table.js';
import { startOfMonth } from '../../shared/calendar.js';
import { TopUpDecision } from './top-up-decision.entity.js';
import { TopUpGuard, TopUpRule, type Trigger } from './top-up-rule.entity.js';
import {
  type DecisionRecord,
  type GuardRecord,
  type PastTopUp,
  type RuleRecord,
  type TopUpRecord,
  TopUpState,
} from './top-up-state.js';
import { OPEN_STATUS_LIST, TopUp, type TopUpStatus, type TopUpTrigger } from '../purchases/top-up.entity.js';

interface PastTopUpRow {
  wallet_id: string;
  id: string;
  trigger: TopUpTrigger;
  is_automatic: boolean;
  top_up_status: TopUpStatus;
  price_minor: number;
  currency: string;
  created_at: string;
  settled_at: string | null;
}

/** The statements of the top-up policy inside the ledger's transaction. */
export class TopUpStore {
  readonly #rules: SqlTable<RuleRecord>;
  readonly #guards: SqlTable<GuardRecord>;
  readonly #topUps: SqlTable<TopUpRecord>;
  readonly #decisions: SqlTable<DecisionRecord>;

  constructor(metadata: MetadataStorage) {
    this.#rules = new SqlTable(metadata.get(TopUpRule));
    this.#guards = new SqlTable(metadata.get(TopUpGuard));
    this.#topUps = new SqlTable(metadata.get(TopUp));
    this.#decisions = new SqlTable(metadata.get(TopUpDecision));
  }

  /** Guards of the wallets; for those that have one (whoever has rules has), also the rules and the top-ups that count. */
  async read(tx: LedgerTransaction, walletIds: string[]): Promise<Map<string, TopUpState>> {
    const states = new Map<string, TopUpState>();
    if (walletIds.length === 0) return states;
    const guards = await this.#readGuards(tx, walletIds);
    if (guards.length === 0) return states;
    const guarded = guards.map(({ walletId }) => walletId);
    const rules = await this.#readRules(tx, guarded);
    const topUps = rules.size > 0 ? await this.#readTopUps(tx, [...rules.keys()]) : new Map<string, PastTopUp[]>();
    for (const guard of guards) {
      const { walletId } = guard;
      states.set(walletId, new TopUpState(rules.get(walletId) ?? new Map(), guard, topUps.get(walletId) ?? []));
    }
    return states;
  }

  async save(tx: LedgerTransaction, states: TopUpState[]): Promise<void> {
    const topUps = states.flatMap((state) => state.newTopUps);
    if (topUps.length > 0) await tx.query(this.#topUps.insert(), [this.#topUps.toParameter(topUps)]);
    const decisions = states.flatMap((state) => [...state.newDecisions.values()]);
    if (decisions.length > 0) {
      await tx.query(
        `${this.#decisions.insert()}
         on conflict (wallet_id, dedupe_key) do update set
           occurrences = top_up_decision.occurrences + excluded.occurrences, last_seen_at = excluded.last_seen_at,
           reason = excluded.reason, available = excluded.available, posted = excluded.posted, held = excluded.held,
           required = excluded.required, next_evaluation_at = excluded.next_evaluation_at`,
        [this.#decisions.toParameter(decisions)],
      );
    }
    const guards = states.flatMap((state) => (state.guard && state.isGuardChanged ? [state.guard] : []));
    if (guards.length > 0) {
      const update = this.#guards.update(['pausedAt', 'pauseReason', 'nextEvaluationAt']);
      await tx.query(update, [this.#guards.toParameter(guards)]);
    }
  }

  async #readGuards(tx: LedgerTransaction, walletIds: string[]): Promise<GuardRecord[]> {
    const rows = await tx.query<Record<string, unknown>>(
      `select ${this.#guards.select('g')} from top_up_guard g where g.wallet_id = any($1::text[])`,
      [walletIds],
    );
    return rows.map((row) => this.#guards.fromRow(row));
  }

  async #readRules(tx: LedgerTransaction, walletIds: string[]): Promise<Map<string, Map<Trigger, RuleRecord>>> {
    const rows = await tx.query<Record<string, unknown>>(
      `select ${this.#rules.select('r')} from top_up_rule r where r.wallet_id = any($1::text[])`,
      [walletIds],
    );
    const rules = new Map<string, Map<Trigger, RuleRecord>>();
    for (const row of rows) {
      const rule = this.#rules.fromRow(row);
      const ofWallet = rules.get(rule.walletId) ?? new Map<Trigger, RuleRecord>();
      rules.set(rule.walletId, ofWallet.set(rule.trigger, rule));
    }
    return rules;
  }

  async #readTopUps(tx: LedgerTransaction, walletIds: string[]): Promise<Map<string, PastTopUp[]>> {
    const { now } = tx;
    const monthStart = startOfMonth(now);
    const since = new Date(Math.min(monthStart.getTime(), now.getTime() - 86_400_000));
    const rows = await tx.query<PastTopUpRow>(
      `select wallet_id, id, trigger, is_automatic, top_up_status, price_minor, currency, created_at, settled_at
       from top_up where wallet_id = any($1::text[]) and created_at >= $2 and is_automatic
         and top_up_status not in ('failed', 'canceled', 'refunded')
       union
       select wallet_id, id, trigger, is_automatic, top_up_status, price_minor, currency, created_at, settled_at
       from top_up where wallet_id = any($1::text[]) and top_up_status in (${OPEN_STATUS_LIST})
       order by created_at, id`,
      [walletIds, since.toISOString()],
    );
    const topUps = new Map<string, PastTopUp[]>();
    for (const row of rows) {
      const ofWallet = topUps.get(row.wallet_id) ?? [];
      ofWallet.push(toPastTopUp(row));
      topUps.set(row.wallet_id, ofWallet);
    }
    return topUps;
  }
}

function toPastTopUp(row: PastTopUpRow): PastTopUp {
  return {
    id: row.id,
    trigger: row.trigger,
    isAutomatic: row.is_automatic,
    topUpStatus: row.top_up_status,
    priceMinor: row.price_minor,
    currency: row.currency,
    createdAt: toDate(row.created_at),
    settledAt: row.settled_at ? toDate(row.settled_at) : null,
  };
}
