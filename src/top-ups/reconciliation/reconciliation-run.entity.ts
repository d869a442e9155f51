import { defineEntity, p } from '@mikro-orm/core';

/** Payments of one provider in one currency: how many, and how much in minor units. */
export interface SumOfPayments {
  provider: string;
  /** ISO 4217, lower case. */
  currency: string;
  /** What the provider has taken. */
  charged_count: number;
  charged_minor: number;
  /** Top-ups that say they are paid. */
  paid_count: number;
  paid_minor: number;
  /** Those of them that the ledger has credited. */
  credited_count: number;
  credited_minor: number;
  /** Those whose money goes back, or went: their wallet took no credits. */
  returned_count: number;
  returned_minor: number;
  /** Refunds of credited payments that the provider has, but failed ones. */
  refunded_count: number;
  refunded_minor: number;
  /** The same by our own rows. */
  refunds_booked_count: number;
  refunds_booked_minor: number;
  /** Disputes of credited payments, however they ended. */
  disputed_count: number;
  disputed_minor: number;
  disputes_booked_count: number;
  disputes_booked_minor: number;
  /** Credits that these rows say were taken, debt included, as decimals. */
  credits_booked_back: string;
  /** The same by the ledger's entries. */
  credits_taken_back: string;
}

const ReconciliationRunSchema = defineEntity({
  name: 'ReconciliationRun',
  tableName: 'reconciliation_run',
  properties: {
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    origin: p.enum(['daily', 'request'] as const).columnType('text'),
    runStatus: p.enum(['running', 'finished', 'failed'] as const).columnType('text'),
    /** Payments created from then on, and before `periodTo`. */
    periodFrom: p.datetime(3),
    periodTo: p.datetime(3),
    /** A run that was taken over from a process that ended begins anew: what the old one still writes is not taken. */
    attempt: p.integer(),
    leaseUntil: p.datetime(3),
    paymentsRead: p.integer(),
    topUpsRead: p.integer(),
    /** Payments of the same account at the provider that are not this environment's. */
    foreignPayments: p.integer(),
    /** Paid, and not credited yet, as it may be for an hour. */
    inFlight: p.integer(),
    sums: p.json<SumOfPayments[]>(),
    /** Seen by this run, and neither repaired nor accepted since. */
    differencesOpen: p.integer(),
    /** Why it failed; empty. */
    error: p.text(),
    createdAt: p.datetime(3),
    startedAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
    createdBy: p.text(),
  },
  indexes: [
    { name: 'reconciliation_run_created_index', properties: ['tenantId', 'environmentId', 'createdAt', 'id'] },
    {
      name: 'reconciliation_run_green_index',
      properties: ['environmentId', 'finishedAt'],
      where: `run_status = 'finished' and differences_open = 0`,
    },
  ],
  uniques: [
    { name: 'reconciliation_run_one_unique', properties: ['environmentId'], where: `run_status = 'running'` },
    {
      name: 'reconciliation_run_daily_unique',
      properties: ['environmentId', 'periodTo'],
      where: `origin = 'daily'`,
    },
  ],
});

/** One comparison of a provider's payments with top-ups and the ledger, over a period. */
export class ReconciliationRun extends ReconciliationRunSchema.class {}
ReconciliationRunSchema.setClass(ReconciliationRun);

const ReconciliationPaymentSchema = defineEntity({
  name: 'ReconciliationPayment',
  tableName: 'reconciliation_payment',
  properties: { runId: p.text().primary(), paymentId: p.text().primary() },
});

/** A payment that the provider has listed, kept while its run goes on: what is not among them is asked about one by one. */
export class ReconciliationPayment extends ReconciliationPaymentSchema.class {}
ReconciliationPaymentSchema.setClass(ReconciliationPayment);
