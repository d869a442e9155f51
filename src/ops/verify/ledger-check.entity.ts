import { defineEntity, p } from '@mikro-orm/core';

const LedgerCheckSchema = defineEntity({
  name: 'LedgerCheck',
  tableName: 'ledger_check',
  properties: {
    /** The day that it was due on, UTC: `2026-11-21`. */
    day: p.text().primary(),
    /** Until then the process that is at it is taken for alive. */
    leaseUntil: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
    wallets: p.integer(),
    entries: p.bigint('number'),
    /** Wallets with too many entries for it, which `npm run verify` looks at. */
    leftOut: p.integer(),
    /** The first of them, a line each. */
    breaches: p.json<string[]>(),
    /** The ledger at the end of the day before, as one signed line. */
    anchor: p.text(),
  },
});

/** What the daily look at the whole ledger came to. Of the installation: it names no tenant. */
export class LedgerCheck extends LedgerCheckSchema.class {}
LedgerCheckSchema.setClass(LedgerCheck);
