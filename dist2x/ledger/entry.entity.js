import { defineEntity, p } from '@mikro-orm/core';
import { AmountColumn, RateColumn } from '../shared/decimal-column.js';
export const CREDIT_REASONS = [
    'FREE_CREDIT_GRANT',
    'SUBSCRIPTION_CREDIT_GRANT',
    'PURCHASED_CREDIT_DIRECT',
    'PURCHASED_CREDIT_INVOICED',
    'PURCHASED_CREDIT_BONUS',
    'CREDIT_NOTE',
    'INVOICE_VOID_REFUND',
];
export const DEBIT_REASONS = ['MANUAL_BALANCE_DEBIT', 'CREDIT_EXPIRED', 'WALLET_TERMINATION'];
/** The database itself refuses to alter or delete the rows: a correction is a new entry. */
function appendOnly(name) {
    return {
        name,
        timing: 'before',
        events: ['update', 'delete'],
        forEach: 'row',
        body: `raise exception 'the ledger is append-only: corrections are new entries' using errcode = 'restrict_violation'`,
    };
}
const EntrySchema = defineEntity({
    name: 'Entry',
    tableName: 'entry',
    properties: {
        walletId: p.text().primary(),
        id: p.text().primary(),
        tenantId: p.text(),
        environmentId: p.text(),
        customerId: p.text(),
        currency: p.text(),
        /** 1, 2, 3, ... within the wallet, without gaps. */
        sequence: p.integer(),
        type: p.enum(['credit', 'debit']).columnType('text'),
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
            .enum(['purchase', 'promotion', 'usage', 'expiry', 'refund', 'adjustment'])
            .columnType('text'),
        referenceType: p.enum(['EXTERNAL', 'REQUEST', 'PAYMENT', 'INVOICE', '']).columnType('text'),
        referenceId: p.text(),
        description: p.text(),
        metadata: p.json(),
        /** The client's key, unique in the wallet for ever; empty when there was none. */
        idempotencyKey: p.text(),
        /** The credit that this bonus belongs to. */
        parentId: p.text().nullable(),
        /** The paid (or free) top-up that this credit settles; one credit per top-up. */
        topUpId: p.text().nullable(),
        requestId: p.text(),
        /** SHA-256 over this entry and the hash of the wallet's previous one, hex. */
        hash: p.text(),
        createdAt: p.datetime(3),
        createdBy: p.text(),
    },
    indexes: [
        { name: 'entry_id_index', properties: ['id'] },
        { name: 'entry_scope_index', properties: ['tenantId', 'environmentId', 'createdAt'] },
    ],
    uniques: [
        { name: 'entry_sequence_unique', properties: ['walletId', 'sequence'] },
        {
            name: 'entry_idempotency_key_unique',
            properties: ['walletId', 'idempotencyKey'],
            where: "idempotency_key <> ''",
        },
        { name: 'entry_top_up_unique', properties: ['walletId', 'topUpId'], where: 'top_up_id is not null' },
    ],
    triggers: [appendOnly('entry_append_only')],
});
/** One movement of credits. Append-only: the database refuses UPDATE and DELETE. */
export class Entry extends EntrySchema.class {
}
EntrySchema.setClass(Entry);
const EntryLotSchema = defineEntity({
    name: 'EntryLot',
    tableName: 'entry_lot',
    properties: {
        walletId: p.text().primary(),
        entryId: p.text().primary(),
        lotId: p.text().primary(),
        kind: p
            .enum(['grant', 'consume', 'repay', 'expire'])
            .columnType('text')
            .primary(),
        /** Signed credits: what the entry gave to (+) or took from (-) the lot. A lot's `remaining` is the sum of these. */
        credits: p.type(AmountColumn),
    },
    indexes: [{ name: 'entry_lot_lot_index', properties: ['walletId', 'lotId'] }],
    triggers: [appendOnly('entry_lot_append_only')],
});
/** Which entry gave or took how much of which lot: explains every balance to the last credit. */
export class EntryLot extends EntryLotSchema.class {
}
EntryLotSchema.setClass(EntryLot);
//# sourceMappingURL=entry.entity.js.map