import type { MetadataStorage } from '@mikro-orm/core';
import { startOfMonth } from '../../shared/calendar.js';
import { type LedgerTransaction, together } from '../../shared/ledger-transaction.js';
import { keysOf, onWallet, WALLETS } from '../../shared/shard.js';
import { SqlTable, toDate } from '../../shared/sql-table.js';
import { OPEN_STATUS_LIST, TopUp, TopUpAttempt } from '../purchases/top-up.entity.js';
import { SAME_AGAIN_MS } from './judge-purchase.js';
import { TopUpDecision } from './top-up-decision.entity.js';
import { TopUpGuard, TopUpRule, type Trigger } from './top-up-rule.entity.js';
import {
  type AttemptRecord,
  type DecisionRecord,
  type GuardRecord,
  type PastTopUp,
  type RuleRecord,
  type TopUpRecord,
  TopUpState,
} from './top-up-state.js';

type Row = Record<string, unknown>;

/** All that changes of a top-up, but for the time it is taken up at, which a lease may hold. */
const TOP_UP_CHANGES: (keyof TopUpRecord & string)[] = [
  'walletId',
  'decidedWalletId',
  'topUpStatus',
  'provider',
  'paymentMethodId',
  'paymentMethodRef',
  'cardFingerprint',
  'paymentId',
  'backup',
  'attempt',
  'keyNumber',
  'lookups',
  'lastErrorCode',
  'lastErrorMessage',
  'actionUrl',
  'invoiceId',
  'transactionId',
  'settledAt',
  'chargedAt',
  'actionRequestedAt',
  'recheckAt',
  'updatedAt',
];
const RULE_CHANGES: (keyof RuleRecord & string)[] = [
  'enabled',
  'version',
  'thresholdCredits',
  'unitCredits',
  'unitPriceMinor',
  'priceCurrency',
  'fee',
  'packId',
  'validityMonths',
  'invoicing',
  'cooldown',
  'pauseReason',
  'updatedAt',
  'updatedBy',
];
const GUARD_CHANGES: (keyof GuardRecord & string)[] = [
  'maxPerHour',
  'maxUnits',
  'monthlyCount',
  'monthlyAmountMinor',
  'monthlyAmountCurrency',
  'pausedAt',
  'pauseReason',
  'pausedCard',
  'resumedAt',
  'resumedBy',
  'historySeconds',
  'nextEvaluationAt',
  'noticed',
  'updatedAt',
];

/** The rows of the top-up policy inside the ledger's transaction. */
export class TopUpRows {
  readonly #rules: SqlTable<RuleRecord>;
  readonly #guards: SqlTable<GuardRecord>;
  readonly #topUps: SqlTable<TopUpRecord>;
  readonly #attempts: SqlTable<AttemptRecord>;
  readonly #decisions: SqlTable<DecisionRecord>;

  constructor(metadata: MetadataStorage) {
    this.#rules = new SqlTable(metadata.get(TopUpRule));
    this.#guards = new SqlTable(metadata.get(TopUpGuard));
    this.#topUps = new SqlTable(metadata.get(TopUp));
    this.#attempts = new SqlTable(metadata.get(TopUpAttempt));
    this.#decisions = new SqlTable(metadata.get(TopUpDecision));
  }

  /** Guards of the wallets; of those that have one (whoever has rules or top-ups has), also these. */
  async read(
    tx: LedgerTransaction,
    walletIds: string[],
    { topUpIds, isBuying }: { topUpIds: string[]; isBuying: boolean },
  ): Promise<Map<string, TopUpState>> {
    const states = new Map<string, TopUpState>();
    if (walletIds.length === 0) return states;
    const guards = await this.#readGuards(tx, walletIds);
    if (guards.length === 0) return states;
    const guarded = guards.map(({ walletId }) => walletId);
    const [rules, topUps, past, bought] = await together(
      this.#readRules(tx, guarded),
      this.#readTopUps(tx, guarded, topUpIds),
      this.#readPast(tx, guarded),
      isBuying ? this.#readJustBought(tx, guarded) : Promise.resolve([]),
    );
    for (const guard of guards) {
      const { walletId } = guard;
      const ofWallet = rules.filter((rule) => rule.walletId === walletId);
      const byTrigger = new Map<Trigger, RuleRecord>(ofWallet.map((rule) => [rule.trigger, rule]));
      const open = topUps.filter((topUp) => topUp.walletId === walletId);
      const state = new TopUpState(byTrigger, guard, open, past.get(walletId) ?? []);
      state.justBought = bought.filter((topUp) => topUp.walletId === walletId);
      states.set(walletId, state);
    }
    return states;
  }

  async save(tx: LedgerTransaction, states: TopUpState[]): Promise<void> {
    const all = <Item>(items: (state: TopUpState) => Iterable<Item>) => states.flatMap((state) => [...items(state)]);
    const guards = states.flatMap((state) => (state.guard && state.isGuardChanged ? [state.guard] : []));
    const changed = all((state) => state.changedTopUps);
    const rescheduled = new Set(all((state) => state.rescheduled));
    await together(
      this.#put(tx, this.#guards, guards, GUARD_CHANGES, '(shard, wallet_id)'),
      this.#put(
        tx,
        this.#rules,
        all((state) => state.changedRules),
        RULE_CHANGES,
        '(shard, wallet_id, trigger)',
      ),
      this.#update(
        tx,
        this.#topUps,
        changed.filter((topUp) => !rescheduled.has(topUp)),
        TOP_UP_CHANGES,
      ),
      this.#update(
        tx,
        this.#topUps,
        changed.filter((topUp) => rescheduled.has(topUp)),
        [...TOP_UP_CHANGES, 'nextAttemptAt'],
      ),
      // Behind the updates: one that has just ended makes room for the next.
      this.#insert(
        tx,
        this.#topUps,
        all((state) => state.newTopUps),
      ),
      this.#insert(
        tx,
        this.#attempts,
        all((state) => state.newAttempts),
      ),
      this.#update(
        tx,
        this.#attempts,
        all((state) => state.finishedAttempts),
        ['outcome', 'code', 'message', 'finishedAt'],
      ),
      this.#saveDecisions(
        tx,
        all((state) => state.newDecisions.values()),
      ),
    );
    if (tx.places) await this.#claimPayments(tx, [...changed, ...all((state) => state.newTopUps)]);
  }

  /**
   * That a payment is one top-up's, in a table by payment: no key of top-ups sees those of all workers. A payment stays the
   * one's that had it first.
   * @throws DriverException of `top_up_payment_unique` for another's
   */
  async #claimPayments(tx: LedgerTransaction, topUps: readonly TopUpRecord[]): Promise<void> {
    const paid = topUps.filter(({ paymentId }) => paymentId !== null);
    if (paid.length === 0) return;
    const rows = await tx.query<{ payment_id: string; top_up_id: string }>(
      'select payment_id, top_up_id from top_up_payment where payment_id = any($1::text[])',
      [paid.map(({ paymentId }) => paymentId)],
    );
    for (const { paymentId, tenantId, environmentId, id } of paid) {
      if (rows.some((row) => row.payment_id === paymentId && row.top_up_id === id)) continue;
      await tx.query('insert into top_up_payment values ($1, $2, $3, $4)', [paymentId, tenantId, environmentId, id]);
    }
  }

  async #readGuards(tx: LedgerTransaction, walletIds: string[]): Promise<GuardRecord[]> {
    const rows = await tx.query<Row>(
      `select ${this.#guards.select('g')} from ${WALLETS} join top_up_guard g on ${onWallet('g')}`,
      keysOf(walletIds),
    );
    return rows.map((row) => this.#guards.fromRow(row));
  }

  async #readRules(tx: LedgerTransaction, walletIds: string[]): Promise<RuleRecord[]> {
    const rows = await tx.query<Row>(
      `select ${this.#rules.select('r')} from ${WALLETS} join top_up_rule r on ${onWallet('r')}`,
      keysOf(walletIds),
    );
    return rows.map((row) => this.#rules.fromRow(row));
  }

  async #readTopUps(tx: LedgerTransaction, walletIds: string[], topUpIds: string[]): Promise<TopUpRecord[]> {
    const named = topUpIds.length === 0 ? '' : `or t.id = any($3::text[])`;
    const rows = await tx.query<Row>(
      `select ${this.#topUps.select('t')} from ${WALLETS} join top_up t on ${onWallet('t')}
       where (t.top_up_status in (${OPEN_STATUS_LIST}) ${named})
       order by t.created_at, t.id`,
      topUpIds.length === 0 ? keysOf(walletIds) : [...keysOf(walletIds), topUpIds],
    );
    return rows.map((row) => this.#topUps.fromRow(row));
  }

  /** A purchase may be paid days after it was asked for. */
  async #readJustBought(tx: LedgerTransaction, walletIds: string[]): Promise<TopUpRecord[]> {
    const since = new Date(tx.now.getTime() - SAME_AGAIN_MS);
    const rows = await tx.query<Row>(
      `select ${this.#topUps.select('t')} from ${WALLETS} join top_up t on ${onWallet('t')}
       where not t.is_automatic and not t.invoicing
         and t.top_up_status = 'succeeded' and t.settled_at > $3::timestamptz
         and t.created_at > $3::timestamptz - interval '8 days'`,
      [...keysOf(walletIds), since.toISOString()],
    );
    return rows.map((row) => this.#topUps.fromRow(row));
  }

  /** Since the month began, or as far back as the longest cool-off. A purchase may be charged days after it was decided. */
  async #readPast(tx: LedgerTransaction, walletIds: string[]): Promise<Map<string, PastTopUp[]>> {
    const { now } = tx;
    const monthStart = startOfMonth(now);
    const rows = await tx.query<Row>(
      `select t.wallet_id, t.id, t.price_minor, t.currency, t.created_at, t.settled_at, t.charged_at
       from ${WALLETS} join top_up_guard g on ${onWallet('g')}
       join top_up t on ${onWallet('t')} and t.is_automatic and t.top_up_status = 'succeeded'
         and t.created_at >= least($3::timestamptz, $4::timestamptz - g.history_seconds * interval '1 second') - interval '8 days'
       where coalesce(t.settled_at, t.charged_at, t.created_at)
           >= least($3::timestamptz, $4::timestamptz - g.history_seconds * interval '1 second')`,
      [...keysOf(walletIds), monthStart.toISOString(), now.toISOString()],
    );
    const past = new Map<string, PastTopUp[]>();
    for (const row of rows) {
      const walletId = row['wallet_id'] as string;
      past.set(walletId, [...(past.get(walletId) ?? []), toPast(row)]);
    }
    return past;
  }

  async #saveDecisions(tx: LedgerTransaction, decisions: DecisionRecord[]): Promise<void> {
    if (decisions.length === 0) return;
    await tx.query(
      `${this.#decisions.insert()}
       on conflict (shard, wallet_id, dedupe_key) do update set
         occurrences = top_up_decision.occurrences + excluded.occurrences, last_seen_at = excluded.last_seen_at,
         reason = excluded.reason, figures = excluded.figures, available = excluded.available,
         posted = excluded.posted, held = excluded.held, required = excluded.required,
         open_top_up_ids = excluded.open_top_up_ids,
         next_evaluation_at = excluded.next_evaluation_at`,
      [this.#decisions.toParameter(decisions)],
    );
  }

  async #put<Record extends object>(
    tx: LedgerTransaction,
    table: SqlTable<Record>,
    rows: Record[],
    changes: (keyof Record & string)[],
    key: string,
  ): Promise<void> {
    if (rows.length > 0) await tx.query(table.put(key, changes), [table.toParameter(rows)]);
  }

  async #insert<Record extends object>(tx: LedgerTransaction, table: SqlTable<Record>, rows: Record[]): Promise<void> {
    if (rows.length > 0) await tx.query(table.insert(), [table.toParameter(rows)]);
  }

  async #update<Record extends object>(
    tx: LedgerTransaction,
    table: SqlTable<Record>,
    rows: Record[],
    changes: (keyof Record & string)[],
  ): Promise<void> {
    if (rows.length > 0) await tx.query(table.update(changes), [table.toUpdateParameter(rows, changes)]);
  }
}

function toPast(row: Row): PastTopUp {
  const at = (name: string) => (row[name] ? toDate(row[name] as string) : null);
  return {
    id: row['id'] as string,
    priceMinor: row['price_minor'] as number,
    currency: row['currency'] as string,
    createdAt: toDate(row['created_at'] as string),
    settledAt: at('settled_at'),
    chargedAt: at('charged_at'),
  };
}
