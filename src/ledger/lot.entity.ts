import { defineEntity, p } from '@mikro-orm/core';
import { AmountColumn } from '../shared/decimal-column.js';

export type LotSource = 'purchased' | 'free';

const LotSchema = defineEntity({
  name: 'Lot',
  tableName: 'lot',
  properties: {
    shard: p.smallint().primary(),
    walletId: p.text().primary(),
    /** The id of the credit entry that granted it: in the wallets API a grant is a credit transaction. */
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    source: p.enum(['purchased', 'free'] as const).columnType('text'),
    /** Lower is spent first; null last. */
    priority: p.integer().nullable(),
    granted: p.type(AmountColumn),
    remaining: p.type(AmountColumn),
    /** The part of `remaining` that open holds have reserved. */
    held: p.type(AmountColumn),
    /** The first instant at which the credits can no longer be spent. */
    expiresAt: p.datetime(3).nullable(),
    /** What keeps the lot spendable past its instant: an open top-up's id, or `waiting` while only time stands before one. */
    renewalId: p.text().nullable(),
    /** Flips once, when nothing remains: the predicate of every index, so that spending stays a HOT update. */
    isOpen: p.boolean(),
    createdAt: p.datetime(3),
  },
  indexes: [
    { name: 'lot_wallet_index', properties: ['shard', 'walletId', 'createdAt', 'id'] },
    // Spend order: the first lots of a wallet are read without its other ones.
    {
      name: 'lot_spend_index',
      columns: [
        { name: 'shard' },
        { name: 'wallet_id' },
        { name: 'priority' },
        { name: 'expires_at' },
        { name: 'granted', sort: 'desc' },
        { name: 'created_at' },
        { name: 'id' },
      ],
      where: 'is_open',
    },
    {
      name: 'lot_wallet_expiring_index',
      properties: ['shard', 'walletId', 'expiresAt'],
      where: 'is_open and expires_at is not null',
    },
    {
      name: 'lot_expiring_index',
      properties: ['expiresAt'],
      where: 'is_open and expires_at is not null and renewal_id is null',
    },
    {
      name: 'lot_turn_index',
      properties: ['environmentId', 'expiresAt'],
      where: 'is_open and expires_at is not null and renewal_id is null',
    },
  ],
  checks: [
    { name: 'lot_shard_check', expression: 'shard = shard_of(wallet_id)' },
    { name: 'lot_bounds_check', expression: '0 <= held and held <= remaining and remaining <= granted' },
  ],
});

/** A grant of credits: what was given, what is left of it, and until when. */
export class Lot extends LotSchema.class {}
LotSchema.setClass(Lot);
