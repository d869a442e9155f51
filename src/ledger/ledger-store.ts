import { Injectable } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import { Entry, EntryCharge, EntryLot } from './entry.entity.js';
import { FigureFolds } from './figures/figure-folds.js';
import { figuresOf, type LedgerFigureRecord } from './figures/figures-of.js';
import { LedgerFigure } from './figures/ledger-figure.entity.js';
import type { WalletSettings } from './commands.js';
import { Hold, HoldLot } from './hold.entity.js';
import { IdempotencyKey } from './idempotency-key.entity.js';
import { decimal, ZERO } from '../shared/decimal.js';
import { type LedgerTransaction, together } from '../shared/ledger-transaction.js';
import { Lot } from './lot.entity.js';
import { RecentLots } from './recent-lots.js';
import { inItsPlace, keysOf, onWallet, WALLETS } from '../shared/shard.js';
import { type Columns, NO_ROWS, SqlTable, toDate } from '../shared/sql-table.js';
import { spendOrderSql } from './spend-order.js';
import {
  type EntryChargeRecord,
  type EntryLotRecord,
  type EntryRecord,
  type HoldLotRecord,
  type HoldRecord,
  type LotRecord,
  type WalletRecord,
  WalletState,
} from './wallet-state.js';
import { OF_ALL_CUSTOMERS, WalletCount } from './wallet-count.entity.js';
import { Wallet } from './wallet.entity.js';

export interface StoredAnswer {
  tenantId: string;
  environmentId: string;
  key: string;
  /** Of the wallet that it was used for; not known of those of before wallets had one. */
  shard?: number | null;
  requestHash: string;
  outcome: 'answer' | 'refusal';
  body: string;
  createdAt: Date;
}

const WALLET_CHANGES: (keyof WalletRecord & string)[] = [
  'creditBalance',
  'held',
  'debt',
  'purchasedExpiresAt',
  'sequence',
  'lastEntryHash',
  'lastEntryAt',
  'version',
  'walletStatus',
  'alertState',
  'creditAlertState',
  'updatedAt',
  'updatedBy',
];
const WALLET_SETTINGS: (keyof WalletSettings & string)[] = [
  'walletStatus',
  'name',
  'description',
  'metadata',
  'allowedPriceTypes',
  'overdraftLimit',
  'alertSettings',
];
/**
 * Where wallets have few lots on the average, the planner would fetch all of a wallet and sort them: cheap, until one has
 * 10,000. Without bitmap scans it reads the first ones from the index. Nor does it know that a parameter has few rows: it
 * would read a table of some thousand whole to hash it. Nothing in a ledger transaction reads many rows.
 */
const IN_INDEX_ORDER = `select set_config('enable_bitmapscan', 'off', true), set_config('enable_hashjoin', 'off', true),
  set_config('enable_mergejoin', 'off', true)`;
/** How much further each read on goes: what was read before is read again, so it must not be little. */
const READ_ON = 8;
/** Lots that expire so soon are always read: policies look as far ahead. */
const EXPIRY_HORIZON_MS = 8 * 86_400_000;
/** And so much further, so that lots which are kept need not be read again for each millisecond. */
const SPARE_HORIZON_MS = 86_400_000;
const LOT_CHANGES: (keyof LotRecord & string)[] = ['remaining', 'held', 'expiresAt', 'renewalId', 'isOpen'];

/** In id order, which is everybody's: whoever locks two wallets never waits for somebody who waits for them. */
const lockedWallets = (columns: string): string =>
  `select ${columns} from ${WALLETS} join wallet t on ${onWallet('t', 'id')} order by t.id for no key update of t`;

/** The ledger's statements: a constant number for a batch of any size. Reads come after the lock, never with it. */
@Injectable()
export class LedgerStore {
  /** Open lots of a wallet that are read at first, in spend order. Nearly all wallets have fewer, nearly all debits need one. */
  lotsAtOnce = 16;
  readonly #wallets: SqlTable<WalletRecord>;
  readonly #lots: SqlTable<LotRecord>;
  readonly #entries: SqlTable<EntryRecord>;
  readonly #links: SqlTable<EntryLotRecord>;
  readonly #charges: SqlTable<EntryChargeRecord>;
  readonly #holds: SqlTable<HoldRecord>;
  readonly #holdLots: SqlTable<HoldLotRecord>;
  readonly #keys: SqlTable<StoredAnswer>;
  readonly #counts: SqlTable<Columns<WalletCount>>;
  readonly #figures: SqlTable<LedgerFigureRecord>;
  /** Every table is written in every batch, by one statement with one text: an empty list writes nothing. */
  readonly #saveStatement: string;
  /** The same one by one: of an insertion within `with` a distributed database carries the rows to the worker by itself. */
  readonly #saveStatements: string[];
  readonly #countStatement: string;
  readonly #updateHolds: string;
  readonly #updateHoldLots: string;
  readonly #updateSettings: string;

  constructor(
    em: EntityManager,
    private readonly recent: RecentLots,
    private readonly folds: FigureFolds,
  ) {
    const metadata = em.getMetadata();
    this.#wallets = new SqlTable(metadata.get(Wallet));
    this.#lots = new SqlTable(metadata.get(Lot));
    this.#entries = new SqlTable(metadata.get(Entry));
    this.#links = new SqlTable(metadata.get(EntryLot));
    this.#charges = new SqlTable(metadata.get(EntryCharge));
    this.#holds = new SqlTable(metadata.get(Hold));
    this.#holdLots = new SqlTable(metadata.get(HoldLot));
    this.#keys = new SqlTable(metadata.get(IdempotencyKey));
    this.#counts = new SqlTable(metadata.get(WalletCount));
    this.#figures = new SqlTable(metadata.get(LedgerFigure));
    const saves = [
      (parameter: string) => this.#wallets.insert(parameter),
      (parameter: string) => this.#wallets.update(WALLET_CHANGES, parameter),
      (parameter: string) => this.#lots.insert(parameter),
      (parameter: string) => this.#lots.update(LOT_CHANGES, parameter),
      (parameter: string) => this.#entries.insert(parameter),
      (parameter: string) => this.#links.insert(parameter),
      (parameter: string) => this.#figures.insert(parameter),
      (parameter: string) => this.#keys.insert(parameter),
    ];
    this.#saveStatement = asOneStatement(saves);
    this.#saveStatements = saves.map((save) => save('$1'));
    this.#countStatement = `${this.#counts.insert()} on conflict (tenant_id, environment_id, customer_id)
      do update set wallets = wallet_count.wallets + excluded.wallets`;
    this.#updateHolds = this.#holds.update(['captured', 'holdStatus', 'updatedAt']);
    this.#updateHoldLots = this.#holdLots.update(['held']);
    this.#updateSettings = this.#wallets.update(WALLET_SETTINGS);
  }

  /** Stored first answers. One index lookup a key: without the `limit` the planner joins, and scans the table as it grows. */
  async findAnswers(
    tx: LedgerTransaction,
    keys: { tenantId: string; environmentId: string; key: string }[],
  ): Promise<StoredAnswer[]> {
    if (keys.length === 0) return [];
    const rows = await tx.query<Record<string, unknown>>(
      `select a.* from json_to_recordset($1::json) as k("tenantId" text, "environmentId" text, key text)
       cross join lateral (
         select ${this.#keys.select('i')} from idempotency_key i
         where i.tenant_id = k."tenantId" and i.environment_id = k."environmentId" and i.key = k.key ${inItsPlace('i.shard')} limit 1
       ) a`,
      [JSON.stringify(keys)],
    );
    return rows.map((row) => this.#keys.fromRow(row));
  }

  /** For the rest of the transaction. */
  async planInIndexOrder(tx: LedgerTransaction): Promise<void> {
    await tx.query(IN_INDEX_ORDER);
  }

  /** The database's own instant, which is the same for every process. */
  async readClock(tx: LedgerTransaction): Promise<Date> {
    const [row] = await tx.query<{ now: string }>('select clock_timestamp() as now');
    if (!row) throw new Error('the database has no time');
    return toDate(row.now);
  }

  /**
   * Locks the wallets in id order. What belongs to them is read by the next statements: this one's snapshot is older than
   * its locks. What is known of their lots already, and nobody has changed since, is not read again.
   */
  async lockWallets(tx: LedgerTransaction, walletIds: string[]): Promise<Map<string, WalletState>> {
    const states = new Map<string, WalletState>();
    if (walletIds.length === 0) return states;
    const rows = await tx.query<Record<string, unknown>>(lockedWallets(this.#wallets.select('t')), keysOf(walletIds));
    for (const row of rows) {
      const wallet = this.#wallets.fromRow(row);
      states.set(wallet.id, new WalletState(wallet, this.recent.take(wallet) ?? [], false));
    }
    return states;
  }

  /** The same locks, in the same order, for who has to keep the ledger away and reads nothing of the wallets. */
  async holdWallets(tx: LedgerTransaction, walletIds: readonly string[]): Promise<void> {
    if (walletIds.length > 0) await tx.query(lockedWallets(''), keysOf(walletIds));
  }

  /** Open lots of locked wallets: the first ones in spend order, all of those in `whole`. */
  async readLots(tx: LedgerTransaction, states: Map<string, WalletState>, whole: ReadonlySet<string>): Promise<void> {
    if (states.size === 0) return;
    const first: string[] = [];
    const all: string[] = [];
    for (const [id, { lots }] of states) {
      if (whole.has(id)) {
        if (lots.readSoFar < Infinity) all.push(id);
      } else if (lots.readSoFar === 0) first.push(id);
    }
    await together(
      first.length > 0 ? this.#readFirstLots(tx, states, first, this.lotsAtOnce) : Promise.resolve(),
      all.length > 0 ? this.#readEveryLot(tx, states, all) : Promise.resolve(),
    );
  }

  /** Further than before, in spend order. What the batch has changed of the lots before stays as it is. */
  async readMoreLots(tx: LedgerTransaction, state: WalletState): Promise<void> {
    const { id } = state.wallet;
    await this.#readFirstLots(tx, new Map([[id, state]]), [id], state.lots.readSoFar * READ_ON);
  }

  /** Of wallets of which only the first lots were read: those that expire soon, and those of the holds. */
  async readNamedLots(tx: LedgerTransaction, states: Map<string, WalletState>, holdIds: string[]): Promise<void> {
    const partial = [...states.values()].filter(({ lots }) => !lots.isComplete);
    if (partial.length === 0) return;
    const needed = new Date(tx.now.getTime() + EXPIRY_HORIZON_MS);
    await together(
      this.#readExpiringLots(
        tx,
        states,
        partial.filter(({ lots }) => !lots.reaches(needed)),
      ),
      holdIds.length > 0
        ? this.#readLots(
            tx,
            states,
            `l.id in (select h.lot_id from ${WALLETS} join hold_lot h on ${onWallet('h')}
               where h.hold_id = any($3::text[]))`,
            [...keysOf(partial.map(({ wallet }) => wallet.id)), holdIds],
          )
        : Promise.resolve(),
    );
  }

  async #readExpiringLots(
    tx: LedgerTransaction,
    states: Map<string, WalletState>,
    partial: WalletState[],
  ): Promise<void> {
    if (partial.length === 0) return;
    const horizon = new Date(tx.now.getTime() + EXPIRY_HORIZON_MS + SPARE_HORIZON_MS);
    const keys = keysOf(partial.map(({ wallet }) => wallet.id));
    await this.#readLots(tx, states, 'l.is_open and l.expires_at < $3::timestamptz', [...keys, horizon.toISOString()]);
    for (const { lots } of partial) lots.markHorizon(horizon);
  }

  /** What a commit has left, so that the next one need not read it. */
  keep(states: readonly WalletState[]): void {
    for (const state of states) this.recent.keep(state);
  }

  async #readFirstLots(
    tx: LedgerTransaction,
    states: Map<string, WalletState>,
    walletIds: string[],
    limit: number,
  ): Promise<void> {
    // The number is in the text, so that the plan knows how few are wanted.
    const rows = await tx.query<Record<string, unknown>>(
      `select l.* from ${WALLETS} cross join lateral (
         select ${this.#lots.select('o')} from lot o where ${onWallet('o')} and o.is_open
         order by ${spendOrderSql('o')} limit ${limit}) l`,
      keysOf(walletIds),
    );
    const lots = Map.groupBy(this.#lotsOf(rows), ({ walletId }) => walletId);
    for (const id of walletIds) states.get(id)?.lots.addFirst(lots.get(id) ?? [], limit);
  }

  async #readEveryLot(tx: LedgerTransaction, states: Map<string, WalletState>, walletIds: string[]): Promise<void> {
    await this.#readLots(tx, states, 'l.is_open', keysOf(walletIds));
    for (const id of walletIds) states.get(id)?.lots.markComplete();
  }

  async #readLots(
    tx: LedgerTransaction,
    states: Map<string, WalletState>,
    condition: string,
    parameters: unknown[],
  ): Promise<void> {
    const rows = await tx.query<Record<string, unknown>>(
      `select ${this.#lots.select('l')} from ${WALLETS} join lot l on ${onWallet('l')} where ${condition}`,
      parameters,
    );
    const lots = Map.groupBy(this.#lotsOf(rows), ({ walletId }) => walletId);
    for (const [id, own] of lots) states.get(id)?.lots.addAll(own);
  }

  #lotsOf(rows: Record<string, unknown>[]): LotRecord[] {
    return rows.map((row) => this.#lots.fromRow(row));
  }

  async readHolds(tx: LedgerTransaction, states: Map<string, WalletState>, holdIds: string[]): Promise<void> {
    if (holdIds.length === 0) return;
    const ids = [...keysOf([...states.keys()]), holdIds];
    const [holds, lots] = await together(
      tx.query<Record<string, unknown>>(
        `select ${this.#holds.select('h')} from ${WALLETS} join hold h on ${onWallet('h')} where h.id = any($3::text[])`,
        ids,
      ),
      tx.query<Record<string, unknown>>(
        `select ${this.#holdLots.select('h')} from ${WALLETS} join hold_lot h on ${onWallet('h')}
         where h.hold_id = any($3::text[]) order by h.position`,
        ids,
      ),
    );
    for (const row of holds) {
      const hold = this.#holds.fromRow(row);
      states.get(hold.walletId)?.holds.set(hold.id, { hold, lots: [] });
    }
    for (const row of lots) {
      const holdLot = this.#holdLots.fromRow(row);
      states.get(holdLot.walletId)?.holds.get(holdLot.holdId)?.lots.push(holdLot);
    }
  }

  /** What is needed to reverse entries: their links, the lots (also empty ones), and what has been reversed before. */
  async readPast(tx: LedgerTransaction, states: Map<string, WalletState>, entryIds: string[]): Promise<void> {
    if (entryIds.length === 0) return;
    const ids = [...keysOf([...states.keys()]), entryIds];
    const rowsOf = (sql: string) => tx.query<Record<string, unknown>>(sql, ids);
    const entries = await rowsOf(
      `select ${this.#entries.select('e')} from ${WALLETS} join entry e on ${onWallet('e')} where e.id = any($3::text[])`,
    );
    for (const row of entries) {
      const entry = this.#entries.fromRow(row);
      states.get(entry.walletId)?.past.set(entry.id, { entry, consumed: [], reversed: ZERO, restored: new Map() });
    }
    const links = await rowsOf(
      `select ${this.#links.select('k')} from ${WALLETS} join entry_lot k on ${onWallet('k')}
       where k.entry_id = any($3::text[]) and k.kind in ('consume', 'void') order by k.position`,
    );
    for (const row of links) {
      const link = this.#links.fromRow(row);
      states.get(link.walletId)?.past.get(link.entryId)?.consumed.push(link);
    }
    await this.#readReversals(rowsOf, states);
    await this.#readLots(
      tx,
      states,
      `l.id = any($3::text[]) or l.id in (
         select k.lot_id from ${WALLETS} join entry_lot k on ${onWallet('k')} where k.entry_id = any($3::text[]))`,
      ids,
    );
  }

  async #readReversals(
    rowsOf: (sql: string) => Promise<Record<string, unknown>[]>,
    states: Map<string, WalletState>,
  ): Promise<void> {
    const rows = await rowsOf(
      `select e.wallet_id, e.parent_id, null as lot_id, sum(e.credits) as credits
       from ${WALLETS} join entry e on ${onWallet('e')}
       where e.parent_id = any($3::text[]) and e.reason = 'DEBIT_REVERSAL' group by 1, 2
       union all
       select e.wallet_id, e.parent_id, k.lot_id, sum(k.credits) from ${WALLETS} join entry e on ${onWallet('e')}
       join entry_lot k on ${onWallet('k')} and k.entry_id = e.id and k.kind = 'restore'
       where e.parent_id = any($3::text[]) and e.reason = 'DEBIT_REVERSAL' group by 1, 2, 3`,
    );
    for (const row of rows) {
      const past = states.get(row['wallet_id'] as string)?.past.get(row['parent_id'] as string);
      if (!past) continue;
      const credits = decimal(row['credits'] as string);
      if (row['lot_id'] === null) past.reversed = credits;
      else past.restored.set(row['lot_id'] as string, credits);
    }
  }

  /** Writes what the batch has done, and its answers, in one statement (two more for each kind of change to holds). */
  async save(tx: LedgerTransaction, states: WalletState[], answers: StoredAnswer[]): Promise<void> {
    const opened = states.filter((state) => state.isNew).map((state) => state.wallet);
    const changed = states.filter((state) => !state.isNew && state.isChanged).map((state) => state.wallet);
    const entries = gather(states, 'newEntries');
    if (opened.length + changed.length + entries.length + answers.length + states.length === 0) return;
    const figures = figuresOf(states);
    this.folds.note(figures);
    await this.#saveAll(tx, [
      this.#wallets.toParameter(opened),
      this.#wallets.toUpdateParameter(changed, WALLET_CHANGES),
      this.#lots.toParameter(gather(states, 'newLots')),
      this.#lots.toUpdateParameter(gather(states, 'changedLots'), LOT_CHANGES),
      this.#entries.toParameter(entries),
      this.#links.toParameter(gather(states, 'newLinks')),
      this.#figures.toParameter(figures),
      this.#keys.toParameter(answers),
    ]);
    if (opened.length > 0) await tx.query(this.#countStatement, [this.#counts.toParameter(countsOf(opened))]);
    const updated = states.filter((state) => !state.isNew && state.hasNewSettings).map((state) => state.wallet);
    if (updated.length > 0) {
      await tx.query(this.#updateSettings, [this.#wallets.toUpdateParameter(updated, WALLET_SETTINGS)]);
    }
    await this.#write(tx, this.#charges, this.#charges.insert(), gather(states, 'newCharges'));
    await this.#saveHolds(tx, states);
    if (tx.places) await this.#saveActive(tx, states);
  }

  async #saveAll(tx: LedgerTransaction, parameters: string[]): Promise<void> {
    if (!tx.places) return void (await tx.query(this.#saveStatement, parameters));
    await together(
      ...this.#saveStatements.map(async (statement, index) => {
        const rows = parameters[index] as string;
        if (rows !== NO_ROWS) await tx.query(statement, [rows]);
      }),
    );
  }

  /** Which wallets are active, in a table by customer: no index of wallets sees those of a customer on several workers. */
  async #saveActive(tx: LedgerTransaction, states: WalletState[]): Promise<void> {
    for (const { wallet, wasActive } of states) {
      const isActive = wallet.walletStatus === 'active';
      if (wasActive && !isActive) {
        const ended = 'delete from active_wallet where customer_id = $1 and wallet_id = $2';
        await tx.query(ended, [wallet.customerId, wallet.id]);
      }
      if (isActive && !wasActive) {
        const { customerId, tenantId, environmentId, currency, walletType, id } = wallet;
        const begun = 'insert into active_wallet values ($1, $2, $3, $4, $5, $6)';
        await tx.query(begun, [customerId, tenantId, environmentId, currency, walletType, id]);
      }
    }
  }

  async #saveHolds(tx: LedgerTransaction, states: WalletState[]): Promise<void> {
    const opened = gather(states, 'newHolds');
    const changed = gather(states, 'changedHolds');
    const records = (holds: typeof opened) => holds.map((state) => state.hold);
    const lots = (holds: typeof opened) => holds.flatMap((state) => state.lots);
    await this.#write(tx, this.#holds, this.#holds.insert(), records(opened));
    await this.#write(tx, this.#holds, this.#updateHolds, records(changed));
    await this.#write(tx, this.#holdLots, this.#holdLots.insert(), lots(opened));
    await this.#write(tx, this.#holdLots, this.#updateHoldLots, lots(changed));
  }

  async #write<Row extends object>(
    tx: LedgerTransaction,
    table: SqlTable<Row>,
    statement: string,
    rows: Row[],
  ): Promise<void> {
    if (rows.length > 0) await tx.query(statement, [table.toParameter(rows)]);
  }
}

/** In the order of their keys, so that groups which open wallets of the same customers wait for one another, and never in a ring. */
function countsOf(opened: readonly WalletRecord[]): Columns<WalletCount>[] {
  const counts = new Map<string, Columns<WalletCount>>();
  for (const { tenantId, environmentId, customerId: owner } of opened) {
    for (const customerId of [OF_ALL_CUSTOMERS, owner]) {
      const key = JSON.stringify([tenantId, environmentId, customerId]);
      const known = counts.get(key) ?? { tenantId, environmentId, customerId, wallets: 0 };
      counts.set(key, { ...known, wallets: known.wallets + 1 });
    }
  }
  return [...counts.keys()].toSorted().map((key) => counts.get(key) as Columns<WalletCount>);
}

type Collection = 'newLots' | 'changedLots' | 'newEntries' | 'newLinks' | 'newCharges' | 'newHolds' | 'changedHolds';
type Gathered<Name extends Collection> = WalletState[Name] extends Iterable<infer Row> ? Row : never;

function asOneStatement(saves: readonly ((parameter: string) => string)[]): string {
  const statements = saves.map((save, index) => save(`$${index + 1}`));
  const first = statements.slice(0, -1).map((statement, index) => `saved_${index} as (${statement})`);
  return `with ${first.join(',\n')} ${statements.at(-1)}`;
}

function gather<Name extends Collection>(states: WalletState[], name: Name): Gathered<Name>[] {
  return states.flatMap((state) => [...(state[name] as Iterable<Gathered<Name>>)]);
}
