import { defineEntity, p } from '@mikro-orm/core';
import { AmountColumn, RateColumn } from '../shared/decimal-column.js';

/** The other leg of every entry: where credits come from and where they go. Its balance is a sum, never a row. */
export type CounterAccount = 'purchase' | 'promotion' | 'usage' | 'expiry' | 'refund' | 'adjustment';

/** Credits that come from outside the ledger. */
export const GRANT_REASONS = [
  'FREE_CREDIT_GRANT',
  'SUBSCRIPTION_CREDIT_GRANT',
  'PURCHASED_CREDIT_DIRECT',
  'PURCHASED_CREDIT_INVOICED',
  'PURCHASED_CREDIT_BONUS',
  'CREDIT_NOTE',
  'INVOICE_VOID_REFUND',
] as const;
export const CREDIT_REASONS = [...GRANT_REASONS, 'DEBIT_REVERSAL', 'TRANSFER_IN'] as const;
export const DEBIT_REASONS = [
  'MANUAL_BALANCE_DEBIT',
  'CREDIT_EXPIRED',
  'WALLET_TERMINATION',
  'GRANT_VOID',
  'TRANSFER_OUT',
  'DEBT_REPAYMENT',
] as const;
export type GrantReason = (typeof GRANT_REASONS)[number];
export type CreditReason = (typeof CREDIT_REASONS)[number];
export type DebitReason = (typeof DEBIT_REASONS)[number];
export type EntryReason = CreditReason | DebitReason;

/** Where an entry came from, in the wallets API's words; empty on a bonus. */
export type ReferenceType = 'EXTERNAL' | 'REQUEST' | 'PAYMENT' | 'INVOICE' | '';

/** The database itself refuses to alter or delete the rows: a correction is a new entry. */
function appendOnly(name: string) {
  return {
    name,
    timing: 'before' as const,
    events: ['update' as const, 'delete' as const],
    forEach: 'row' as const,
    body: `raise exception 'the ledger is append-only: corrections are new entries' using errcode = 'restrict_violation'`,
  };
}

const EntrySchema = defineEntity({
  name: 'Entry',
  tableName: 'entry',
  properties: {
    shard: p.smallint().primary(),
    walletId: p.text().primary(),
    /** In the key for lists, which are by time, and so that the table can be partitioned by it. */
    createdAt: p.datetime(3).primary(),
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    currency: p.text(),
    /** 1, 2, 3, ... within the wallet, without gaps. */
    sequence: p.integer(),
    type: p.enum(['credit', 'debit'] as const).columnType('text'),
    /** Signed: positive for a credit, negative for a debit. */
    credits: p.type(AmountColumn),
    balanceBefore: p.type(AmountColumn),
    balanceAfter: p.type(AmountColumn),
    /** Signed change of the wallet's debt: credits = links - debtChange. */
    debtChange: p.type(AmountColumn),
    /** `topup_conversion_rate` for a credit, `conversion_rate` for a debit. */
    rate: p.type(RateColumn),
    reason: p.enum([...CREDIT_REASONS, ...DEBIT_REASONS]).columnType('text'),
    counterAccount: p
      .enum(['purchase', 'promotion', 'usage', 'expiry', 'refund', 'adjustment'] as const)
      .columnType('text'),
    referenceType: p.enum(['EXTERNAL', 'REQUEST', 'PAYMENT', 'INVOICE', ''] as const).columnType('text'),
    referenceId: p.text(),
    description: p.text(),
    metadata: p.json<Record<string, string>>(),
    /** The client's key, unique in the wallet for ever; empty when there was none. */
    idempotencyKey: p.text(),
    /** The credit that this bonus belongs to; the entry that this one reverses. */
    parentId: p.text().nullable(),
    /** The paid (or free) top-up that this credit settles; one credit per top-up. */
    topUpId: p.text().nullable(),
    requestId: p.text(),
    /** SHA-256 over this entry and the hash of the wallet's previous one, hex. */
    hash: p.text(),
    createdBy: p.text(),
  },
  indexes: [
    { name: 'entry_id_index', properties: ['id'] },
    { name: 'entry_scope_index', properties: ['tenantId', 'environmentId', 'createdAt'] },
    { name: 'entry_parent_index', properties: ['shard', 'walletId', 'parentId'], where: 'parent_id is not null' },
    // Plain debits are nearly all of a wallet's entries: what is looked for among the rest must not wade through them.
    {
      name: 'entry_rare_index',
      properties: ['shard', 'walletId', 'createdAt', 'id'],
      where: "reason <> 'MANUAL_BALANCE_DEBIT'",
    },
    {
      name: 'entry_scope_rare_index',
      properties: ['tenantId', 'environmentId', 'createdAt', 'id'],
      where: "reason <> 'MANUAL_BALANCE_DEBIT'",
    },
    { name: 'entry_of_top_up_index', properties: ['topUpId'], where: 'top_up_id is not null' },
    {
      name: 'entry_top_up_created_index',
      properties: ['environmentId', 'createdAt', 'id'],
      where: 'top_up_id is not null',
    },
  ],
  uniques: [
    { name: 'entry_sequence_unique', properties: ['shard', 'walletId', 'sequence'] },
    {
      name: 'entry_idempotency_key_unique',
      properties: ['shard', 'walletId', 'idempotencyKey'],
      where: "idempotency_key <> ''",
    },
    { name: 'entry_top_up_unique', properties: ['shard', 'walletId', 'topUpId'], where: 'top_up_id is not null' },
  ],
  triggers: [appendOnly('entry_append_only')],
  checks: [{ name: 'entry_shard_check', expression: 'shard = shard_of(wallet_id)' }],
});

/** One movement of credits. Append-only: the database refuses UPDATE and DELETE. */
export class Entry extends EntrySchema.class {}
EntrySchema.setClass(Entry);

const EntryChargeSchema = defineEntity({
  name: 'EntryCharge',
  tableName: 'entry_charge',
  properties: {
    shard: p.smallint().primary(),
    walletId: p.text().primary(),
    entryId: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    /** Of the payment, ISO 4217, lower case. */
    currency: p.text(),
    /** The one leg, minor units. */
    chargedMinor: p.bigint('number'),
    /** The others: what of it is for the credits, for the fee, both without taxes, and the taxes. */
    creditsMinor: p.bigint('number'),
    feeMinor: p.bigint('number'),
    taxMinor: p.bigint('number'),
  },
  checks: [
    { name: 'entry_charge_shard_check', expression: 'shard = shard_of(wallet_id)' },
    {
      name: 'entry_charge_legs_check',
      expression:
        'charged_minor = credits_minor + fee_minor + tax_minor and credits_minor >= 0 and fee_minor >= 0 and tax_minor >= 0',
    },
  ],
  triggers: [appendOnly('entry_charge_append_only')],
});

/** The money side of the entry of a purchase that has an invoice: what was charged, and for what. One row, always balanced. */
export class EntryCharge extends EntryChargeSchema.class {}
EntryChargeSchema.setClass(EntryCharge);

export const ENTRY_LOT_KINDS = ['grant', 'consume', 'repay', 'expire', 'restore', 'void', 'transfer'] as const;
export type EntryLotKind = (typeof ENTRY_LOT_KINDS)[number];

const EntryLotSchema = defineEntity({
  name: 'EntryLot',
  tableName: 'entry_lot',
  properties: {
    shard: p.smallint().primary(),
    walletId: p.text().primary(),
    entryId: p.text().primary(),
    lotId: p.text().primary(),
    kind: p.enum(ENTRY_LOT_KINDS).columnType('text').primary(),
    /** Signed credits: what the entry gave to (+) or took from (-) the lot. A lot's `remaining` is the sum of these. */
    credits: p.type(AmountColumn),
    /** The entry's number in the wallet. With it, and with what was left, a lot's past is one row of an index. */
    sequence: p.integer(),
    /** What the lot had left after the entry (after all of the entry's links to the lot). */
    remainingAfter: p.type(AmountColumn),
    /** Place among the entry's links, from 0: a debit's are in the order in which it took, and a reversal goes back that way. */
    position: p.integer().default(0),
  },
  indexes: [{ name: 'entry_lot_sequence_index', properties: ['shard', 'walletId', 'lotId', 'sequence'] }],
  triggers: [appendOnly('entry_lot_append_only')],
  checks: [{ name: 'entry_lot_shard_check', expression: 'shard = shard_of(wallet_id)' }],
});

/** Which entry gave or took how much of which lot: explains every balance to the last credit. */
export class EntryLot extends EntryLotSchema.class {}
EntryLotSchema.setClass(EntryLot);
