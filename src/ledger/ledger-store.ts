import { Injectable } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import { Entry, EntryLot } from './entry.entity.js';
import type { WalletSettings } from './commands.js';
import { Hold, HoldLot } from './hold.entity.js';
import { IdempotencyKey } from './idempotency-key.entity.js';
import { decimal, ZERO } from '../shared/decimal.js';
import { type LedgerTransaction, together } from '../shared/ledger-transaction.js';
import { CONSUMED_LOTS_KEY } from './plan/plan-debit.js';
import { Lot } from './lot.entity.js';
import { SqlTable, toDate } from '../shared/sql-table.js';
import {
  bySpendOrder,
  type EntryLotRecord,
  type EntryRecord,
  type HoldLotRecord,
  type HoldRecord,
  type LotRecord,
  type WalletRecord,
  WalletState,
} from './wallet-state.js';
import { Wallet } from './wallet.entity.js';

export interface StoredAnswer {
  tenantId: string;
  environmentId: string;
  key: string;
  requestHash: string;
  outcome: 'answer' | 'refusal';
  body: string;
  createdAt: Date;
}

const WALLET_CHANGES: (keyof WalletRecord & string)[] = [
  'creditBalance',
  'held',
  'debt',
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
  'name',
  'description',
  'metadata',
  'allowedPriceTypes',
  'overdraftLimit',
  'alertSettings',
];
/** Priorities stay, but expiries move: only the debit itself knows in which order it took. */
const ORDER_OF_SPENDING = `array_position(string_to_array(e.metadata ->> '${CONSUMED_LOTS_KEY}', ','), k.lot_id)`;
const LOT_CHANGES: (keyof LotRecord & string)[] = ['remaining', 'held', 'expiresAt', 'renewalId', 'isOpen'];

/** The ledger's statements: a constant number for a batch of any size. Reads come after the lock, never with it. */
@Injectable()
export class LedgerStore {
  readonly #wallets: SqlTable<WalletRecord>;
  readonly #lots: SqlTable<LotRecord>;
  readonly #entries: SqlTable<EntryRecord>;
  readonly #links: SqlTable<EntryLotRecord>;
  readonly #holds: SqlTable<HoldRecord>;
  readonly #holdLots: SqlTable<HoldLotRecord>;
  readonly #keys: SqlTable<StoredAnswer>;
  readonly #saveStatement: string;
  readonly #updateHolds: string;
  readonly #updateHoldLots: string;
  readonly #updateSettings: string;

  constructor(em: EntityManager) {
    const metadata = em.getMetadata();
    this.#wallets = new SqlTable(metadata.get(Wallet));
    this.#lots = new SqlTable(metadata.get(Lot));
    this.#entries = new SqlTable(metadata.get(Entry));
    this.#links = new SqlTable(metadata.get(EntryLot));
    this.#holds = new SqlTable(metadata.get(Hold));
    this.#holdLots = new SqlTable(metadata.get(HoldLot));
    this.#keys = new SqlTable(metadata.get(IdempotencyKey));
    // Every table is written in every batch, by one statement with one text: an empty list writes nothing.
    this.#saveStatement = `with
      opened_wallets as (${this.#wallets.insert('$1')}),
      changed_wallets as (${this.#wallets.update(WALLET_CHANGES, '$2')}),
      opened_lots as (${this.#lots.insert('$3')}),
      changed_lots as (${this.#lots.update(LOT_CHANGES, '$4')}),
      entries as (${this.#entries.insert('$5')}),
      links as (${this.#links.insert('$6')})
      ${this.#keys.insert('$7')}`;
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
         where i.tenant_id = k."tenantId" and i.environment_id = k."environmentId" and i.key = k.key limit 1
       ) a`,
      [JSON.stringify(keys)],
    );
    return rows.map((row) => this.#keys.fromRow(row));
  }

  /** The database's own instant, which is the same for every process. */
  async readClock(tx: LedgerTransaction): Promise<Date> {
    const [row] = await tx.query<{ now: string }>('select clock_timestamp() as now');
    if (!row) throw new Error('the database has no time');
    return toDate(row.now);
  }

  /** Locks the wallets in id order. What belongs to them is read by the next statements: this one's snapshot is older than its locks. */
  async lockWallets(tx: LedgerTransaction, walletIds: string[]): Promise<Map<string, WalletState>> {
    const states = new Map<string, WalletState>();
    if (walletIds.length === 0) return states;
    const wallets = await tx.query<Record<string, unknown>>(
      `select ${this.#wallets.select('w')} from wallet w where w.id = any($1::text[]) order by w.id for no key update`,
      [walletIds],
    );
    for (const row of wallets) {
      const wallet = this.#wallets.fromRow(row);
      states.set(wallet.id, new WalletState(wallet, [], false));
    }
    return states;
  }

  /** Open lots of locked wallets, in spend order. */
  async readLots(tx: LedgerTransaction, states: Map<string, WalletState>): Promise<void> {
    if (states.size === 0) return;
    const lots = await tx.query<Record<string, unknown>>(
      `select ${this.#lots.select('l')} from lot l where l.wallet_id = any($1::text[]) and l.is_open`,
      [[...states.keys()]],
    );
    for (const row of lots) {
      const lot = this.#lots.fromRow(row);
      states.get(lot.walletId)?.lots.push(lot);
    }
    for (const state of states.values()) state.lots.sort(bySpendOrder);
  }

  async readHolds(tx: LedgerTransaction, states: Map<string, WalletState>, holdIds: string[]): Promise<void> {
    if (holdIds.length === 0) return;
    const ids = [[...states.keys()], holdIds];
    const [holds, lots] = await together(
      tx.query<Record<string, unknown>>(
        `select ${this.#holds.select('h')} from hold h where h.wallet_id = any($1::text[]) and h.id = any($2::text[])`,
        ids,
      ),
      tx.query<Record<string, unknown>>(
        `select ${this.#holdLots.select('h')} from hold_lot h
         where h.wallet_id = any($1::text[]) and h.hold_id = any($2::text[]) order by h.position`,
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
    const ids = [[...states.keys()], entryIds];
    const rowsOf = (sql: string) => tx.query<Record<string, unknown>>(sql, ids);
    const entries = await rowsOf(
      `select ${this.#entries.select('e')} from entry e where e.wallet_id = any($1::text[]) and e.id = any($2::text[])`,
    );
    for (const row of entries) {
      const entry = this.#entries.fromRow(row);
      states.get(entry.walletId)?.past.set(entry.id, { entry, consumed: [], reversed: ZERO, restored: new Map() });
    }
    const links = await rowsOf(
      `select ${this.#links.select('k')} from entry_lot k join entry e on e.wallet_id = k.wallet_id and e.id = k.entry_id
       where k.wallet_id = any($1::text[]) and k.entry_id = any($2::text[]) and k.kind = 'consume' order by ${ORDER_OF_SPENDING}`,
    );
    for (const row of links) {
      const link = this.#links.fromRow(row);
      states.get(link.walletId)?.past.get(link.entryId)?.consumed.push(link);
    }
    await this.#readReversals(rowsOf, states);
    const lots = await rowsOf(
      `select ${this.#lots.select('l')} from lot l where l.wallet_id = any($1::text[]) and not l.is_open and (l.id = any($2::text[])
         or l.id in (select k.lot_id from entry_lot k where k.wallet_id = any($1::text[]) and k.entry_id = any($2::text[])))`,
    );
    for (const row of lots) {
      const lot = this.#lots.fromRow(row);
      states.get(lot.walletId)?.emptyLots.set(lot.id, lot);
    }
  }

  async #readReversals(
    rowsOf: (sql: string) => Promise<Record<string, unknown>[]>,
    states: Map<string, WalletState>,
  ): Promise<void> {
    const rows = await rowsOf(
      `select e.wallet_id, e.parent_id, null as lot_id, sum(e.credits) as credits from entry e
       where e.wallet_id = any($1::text[]) and e.parent_id = any($2::text[]) and e.reason = 'DEBIT_REVERSAL' group by 1, 2
       union all
       select e.wallet_id, e.parent_id, k.lot_id, sum(k.credits) from entry e
       join entry_lot k on k.wallet_id = e.wallet_id and k.entry_id = e.id and k.kind = 'restore'
       where e.wallet_id = any($1::text[]) and e.parent_id = any($2::text[]) and e.reason = 'DEBIT_REVERSAL' group by 1, 2, 3`,
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
    await tx.query(this.#saveStatement, [
      this.#wallets.toParameter(opened),
      this.#wallets.toUpdateParameter(changed, WALLET_CHANGES),
      this.#lots.toParameter(gather(states, 'newLots')),
      this.#lots.toUpdateParameter(gather(states, 'changedLots'), LOT_CHANGES),
      this.#entries.toParameter(entries),
      this.#links.toParameter(gather(states, 'newLinks')),
      this.#keys.toParameter(answers),
    ]);
    const updated = states.filter((state) => !state.isNew && state.hasNewSettings).map((state) => state.wallet);
    if (updated.length > 0) {
      await tx.query(this.#updateSettings, [this.#wallets.toUpdateParameter(updated, WALLET_SETTINGS)]);
    }
    await this.#saveHolds(tx, states);
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

type Collection = 'newLots' | 'changedLots' | 'newEntries' | 'newLinks' | 'newHolds' | 'changedHolds';
type Gathered<Name extends Collection> = WalletState[Name] extends Iterable<infer Row> ? Row : never;

function gather<Name extends Collection>(states: WalletState[], name: Name): Gathered<Name>[] {
  return states.flatMap((state) => [...(state[name] as Iterable<Gathered<Name>>)]);
}
