var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import { Entry, EntryLot } from './entry.entity.js';
import { Hold, HoldLot } from './hold.entity.js';
import { IdempotencyKey } from './idempotency-key.entity.js';
import { Lot } from './lot.entity.js';
import { SqlTable } from './sql-table.js';
import { bySpendOrder, WalletState, } from './wallet-state.js';
import { Wallet } from './wallet.entity.js';
const WALLET_CHANGES = [
    'creditBalance',
    'held',
    'debt',
    'sequence',
    'lastEntryHash',
    'lastEntryAt',
    'walletStatus',
    'alertState',
    'creditAlertState',
    'updatedAt',
    'updatedBy',
];
const LOT_CHANGES = ['remaining', 'held', 'expiresAt', 'renewalId', 'isOpen'];
/** The ledger's statements: a constant number for a batch of any size. Reads come after the lock, never with it. */
let LedgerStore = class LedgerStore {
    #wallets;
    #lots;
    #entries;
    #links;
    #holds;
    #holdLots;
    #keys;
    #saveStatement;
    #updateHolds;
    #updateHoldLots;
    constructor(em) {
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
    }
    /** Stored first answers. One index lookup a key: without the `limit` the planner joins, and scans the table as it grows. */
    async findAnswers(tx, keys) {
        if (keys.length === 0)
            return [];
        const rows = await tx.query(`select a.* from json_to_recordset($1::json) as k("tenantId" text, "environmentId" text, key text)
       cross join lateral (
         select ${this.#keys.select('i')} from idempotency_key i
         where i.tenant_id = k."tenantId" and i.environment_id = k."environmentId" and i.key = k.key limit 1
       ) a`, [JSON.stringify(keys)]);
        return rows.map((row) => this.#keys.fromRow(row));
    }
    /** Locks the wallets in id order, then reads their open lots in the next statement. */
    async lockWallets(tx, walletIds) {
        const states = new Map();
        if (walletIds.length === 0)
            return states;
        const wallets = await tx.query(`select ${this.#wallets.select('w')} from wallet w where w.id = any($1::text[]) order by w.id for no key update`, [walletIds]);
        for (const row of wallets) {
            const wallet = this.#wallets.fromRow(row);
            states.set(wallet.id, new WalletState(wallet, [], false));
        }
        const lots = await tx.query(`select ${this.#lots.select('l')} from lot l where l.wallet_id = any($1::text[]) and l.is_open`, [walletIds]);
        for (const row of lots) {
            const lot = this.#lots.fromRow(row);
            states.get(lot.walletId)?.lots.push(lot);
        }
        for (const state of states.values())
            state.lots.sort(bySpendOrder);
        return states;
    }
    async readHolds(tx, states, holdIds) {
        if (holdIds.length === 0)
            return;
        const walletIds = [...states.keys()];
        const holds = await tx.query(`select ${this.#holds.select('h')} from hold h where h.wallet_id = any($1::text[]) and h.id = any($2::text[])`, [walletIds, holdIds]);
        for (const row of holds) {
            const hold = this.#holds.fromRow(row);
            states.get(hold.walletId)?.holds.set(hold.id, { hold, lots: [] });
        }
        const rows = await tx.query(`select ${this.#holdLots.select('h')} from hold_lot h
       where h.wallet_id = any($1::text[]) and h.hold_id = any($2::text[]) order by h.position`, [walletIds, holdIds]);
        for (const row of rows) {
            const holdLot = this.#holdLots.fromRow(row);
            states.get(holdLot.walletId)?.holds.get(holdLot.holdId)?.lots.push(holdLot);
        }
    }
    /** Writes what the batch has done, and its answers, in one statement (two more for each kind of change to holds). */
    async save(tx, states, answers) {
        const opened = states.filter((state) => state.isNew).map((state) => state.wallet);
        const changed = states.filter((state) => !state.isNew && state.isChanged).map((state) => state.wallet);
        const entries = gather(states, 'newEntries');
        if (opened.length + changed.length + entries.length + answers.length + states.length === 0)
            return;
        await tx.query(this.#saveStatement, [
            this.#wallets.toParameter(opened),
            this.#wallets.toParameter(changed),
            this.#lots.toParameter(gather(states, 'newLots')),
            this.#lots.toParameter(gather(states, 'changedLots')),
            this.#entries.toParameter(entries),
            this.#links.toParameter(gather(states, 'newLinks')),
            this.#keys.toParameter(answers),
        ]);
        await this.#saveHolds(tx, states);
    }
    async #saveHolds(tx, states) {
        const opened = gather(states, 'newHolds');
        const changed = gather(states, 'changedHolds');
        const records = (holds) => holds.map((state) => state.hold);
        const lots = (holds) => holds.flatMap((state) => state.lots);
        await this.#write(tx, this.#holds, this.#holds.insert(), records(opened));
        await this.#write(tx, this.#holds, this.#updateHolds, records(changed));
        await this.#write(tx, this.#holdLots, this.#holdLots.insert(), lots(opened));
        await this.#write(tx, this.#holdLots, this.#updateHoldLots, lots(changed));
    }
    async #write(tx, table, statement, rows) {
        if (rows.length > 0)
            await tx.query(statement, [table.toParameter(rows)]);
    }
};
LedgerStore = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager])
], LedgerStore);
export { LedgerStore };
function gather(states, name) {
    return states.flatMap((state) => [...state[name]]);
}
//# sourceMappingURL=ledger-store.js.map