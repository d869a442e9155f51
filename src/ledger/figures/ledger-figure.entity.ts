import { defineEntity, p } from '@mikro-orm/core';
import { AmountColumn, RateColumn } from '../../shared/decimal-column.js';

const LedgerFigureSchema = defineEntity({
  name: 'LedgerFigure',
  tableName: 'ledger_figure',
  properties: {
    /** Of the wallet of the first entry: a group of commands of one shard writes to one shard (ADR 35). */
    shard: p.smallint().primary(),
    environmentId: p.text().primary(),
    /** UTC, of the entries' instants: `2026-02-28`. */
    day: p.text().primary(),
    /** Of the wallets, or of the money where that is another: ISO 4217, lower case. */
    currency: p.text().primary(),
    /** The first entry that is counted in it. */
    id: p.text().primary(),
    tenantId: p.text(),
    /** What a credit of the wallets is worth. */
    conversionRate: p.type(RateColumn),
    /** The entries'. Not checked again here: that costs more than the row (ADR 38). */
    reason: p.text(),
    counterAccount: p.text(),
    /** How many. */
    entries: p.integer(),
    /** Sum of the entries' credits, signed. */
    credits: p.type(AmountColumn),
    /** What purchased and free lots have left, by how much these entries changed it. */
    purchased: p.type(AmountColumn),
    free: p.type(AmountColumn),
    /** What was charged for them, where they have an invoice: minor units of `currency`. */
    chargedMinor: p.bigint('number'),
  },
});

/**
 * What entries of one day come to: a row for each commit, environment and kind of entry, written in that commit. Nobody
 * waits for anybody over it, since rows are only ever added; many are made one when there are many (`FigureFolds`). So a
 * figure is always a sum over rows.
 */
export class LedgerFigure extends LedgerFigureSchema.class {}
LedgerFigureSchema.setClass(LedgerFigure);
