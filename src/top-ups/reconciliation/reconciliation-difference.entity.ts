import { defineEntity, p } from '@mikro-orm/core';
import type { PurchaseFacts } from '../../payments/payment-provider.js';
import { DIFFERENCE_KINDS, REPAIRS, type SideHere, type SideThere } from './compare-payment.js';

export const DIFFERENCE_STATES = ['open', 'repaired', 'accepted'] as const;

const ReconciliationDifferenceSchema = defineEntity({
  name: 'ReconciliationDifference',
  tableName: 'reconciliation_difference',
  properties: {
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    provider: p.text(),
    kind: p.text().$type<(typeof DIFFERENCE_KINDS)[number]>(),
    /** What it is about: the payment, or the top-up that has none, or the entry that has neither. */
    subject: p.text(),
    state: p.enum(DIFFERENCE_STATES).columnType('text'),
    repair: p.enum(REPAIRS).columnType('text'),
    paymentId: p.text().nullable(),
    topUpId: p.text().nullable(),
    walletId: p.text().nullable(),
    customerId: p.text().nullable(),
    /** The figures of the provider; null: it has no such payment. */
    there: p.json<SideThere>().nullable(),
    /** Our own; null: there is no such top-up. */
    here: p.json<SideHere>().nullable(),
    /** What the payment is for, by what was left with it. */
    purchase: p.json<PurchaseFacts>().nullable(),
    /** When the payment was created, or the top-up of one that is not there: runs of that time look at it again. */
    occurredAt: p.datetime(3),
    firstSeenAt: p.datetime(3),
    lastSeenAt: p.datetime(3),
    lastRunId: p.text(),
    resolvedAt: p.datetime(3).nullable(),
    /** Id of the API key, or `run` where a later run no longer found it; empty while it is open. */
    resolvedBy: p.text(),
    /** Of whoever accepted it, or why the last repair did not succeed. */
    note: p.text(),
  },
  indexes: [
    { name: 'reconciliation_difference_seen_index', properties: ['tenantId', 'environmentId', 'firstSeenAt', 'id'] },
    {
      name: 'reconciliation_difference_open_index',
      properties: ['environmentId', 'occurredAt'],
      where: `state = 'open'`,
    },
  ],
  uniques: [{ name: 'reconciliation_difference_subject_unique', properties: ['environmentId', 'kind', 'subject'] }],
});

/** Something that a provider and we do not agree about. It stays, whatever becomes of it. */
export class ReconciliationDifference extends ReconciliationDifferenceSchema.class {}
ReconciliationDifferenceSchema.setClass(ReconciliationDifference);
