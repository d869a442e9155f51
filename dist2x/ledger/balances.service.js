var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { decimal, ZERO } from '../shared/decimal.js';
import { toDate } from './sql-table.js';
const NOTHING = {
    purchased: ZERO,
    free: ZERO,
    heldPurchased: ZERO,
    heldFree: ZERO,
    unheld: ZERO,
    purchasedExpiresAt: null,
    freeExpiresAt: null,
};
/** Reads of balances that are true at the instant they are asked for. */
let BalancesService = class BalancesService {
    em;
    clock;
    constructor(em, clock) {
        this.em = em;
        this.clock = clock;
    }
    /** Totals by wallet id, an entry for every id asked for. */
    async totals(walletIds, em = this.em.fork()) {
        const totals = new Map(walletIds.map((id) => [id, NOTHING]));
        if (walletIds.length === 0)
            return totals;
        const rows = await em.execute(`select wallet_id,
         coalesce(sum(remaining) filter (where source = 'purchased'), 0)::text as purchased,
         coalesce(sum(remaining) filter (where source = 'free'), 0)::text as free,
         coalesce(sum(held) filter (where source = 'purchased'), 0)::text as held_purchased,
         coalesce(sum(held) filter (where source = 'free'), 0)::text as held_free,
         coalesce(sum(remaining - held), 0)::text as unheld,
         min(expires_at) filter (where source = 'purchased') as purchased_expires_at,
         min(expires_at) filter (where source = 'free') as free_expires_at
       from lot
       where wallet_id in (${walletIds.map(() => '?').join(', ')}) and is_open
         and (expires_at is null or expires_at > ? or renewal_id is not null)
       group by wallet_id`, [...walletIds, this.clock.now().toISOString()]);
        for (const row of rows)
            totals.set(row.wallet_id, toTotals(row));
        return totals;
    }
};
BalancesService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        Clock])
], BalancesService);
export { BalancesService };
/** What can be spent or held: live credits that are not reserved, less the debt. */
export function availableOf(wallet, totals) {
    return totals.unheld.minus(wallet.debt);
}
function toTotals(row) {
    return {
        purchased: decimal(row.purchased),
        free: decimal(row.free),
        heldPurchased: decimal(row.held_purchased),
        heldFree: decimal(row.held_free),
        unheld: decimal(row.unheld),
        purchasedExpiresAt: row.purchased_expires_at ? toDate(row.purchased_expires_at) : null,
        freeExpiresAt: row.free_expires_at ? toDate(row.free_expires_at) : null,
    };
}
//# sourceMappingURL=balances.service.js.map