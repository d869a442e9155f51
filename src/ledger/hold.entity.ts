import { defineEntity, p } from '@mikro-orm/core';
import { AmountColumn } from '../shared/decimal-column.js';

export type HoldStatus = 'open' | 'captured' | 'released' | 'expired';
/** `work`: a client's, to be captured or released. `dispute`: frozen until a dispute ends; no client ends it. */
export const HOLD_PURPOSES = ['work', 'dispute'] as const;
export type HoldPurpose = (typeof HOLD_PURPOSES)[number];

const HoldSchema = defineEntity({
  name: 'Hold',
  tableName: 'hold',
  properties: {
    shard: p.smallint().primary(),
    walletId: p.text().primary(),
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    /** Credits reserved at the start. */
    credits: p.type(AmountColumn),
    /** How far captures may exceed the credits, in all. */
    overage: p.type(AmountColumn),
    /** Credits charged so far. */
    captured: p.type(AmountColumn),
    holdStatus: p.enum(['open', 'captured', 'released', 'expired'] as const).columnType('text'),
    expiresAt: p.datetime(3).nullable(),
    purpose: p.enum(HOLD_PURPOSES).columnType('text').default('work'),
    description: p.text(),
    metadata: p.json<Record<string, string>>(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    createdBy: p.text(),
  },
  indexes: [
    { name: 'hold_id_index', properties: ['id'] },
    { name: 'hold_wallet_index', properties: ['shard', 'walletId', 'createdAt'] },
    {
      name: 'hold_expiring_index',
      properties: ['expiresAt'],
      where: "hold_status = 'open' and expires_at is not null",
    },
    {
      name: 'hold_turn_index',
      properties: ['environmentId', 'expiresAt'],
      where: "hold_status = 'open' and expires_at is not null",
    },
  ],
  checks: [
    { name: 'hold_shard_check', expression: 'shard = shard_of(wallet_id)' },
    { name: 'hold_captured_check', expression: 'captured >= 0' },
  ],
});

/** Credits reserved for work under way, to be captured (charged) or released. */
export class Hold extends HoldSchema.class {}
HoldSchema.setClass(Hold);

const HoldLotSchema = defineEntity({
  name: 'HoldLot',
  tableName: 'hold_lot',
  properties: {
    shard: p.smallint().primary(),
    walletId: p.text().primary(),
    holdId: p.text().primary(),
    lotId: p.text().primary(),
    /** Credits of the lot still reserved by the hold. */
    held: p.type(AmountColumn),
    /** Place in the spend order when the hold was made. */
    position: p.integer(),
  },
  checks: [
    { name: 'hold_lot_shard_check', expression: 'shard = shard_of(wallet_id)' },
    { name: 'hold_lot_held_check', expression: 'held >= 0' },
  ],
});

/** Which lots a hold has reserved: it is captured from those very lots. */
export class HoldLot extends HoldLotSchema.class {}
HoldLotSchema.setClass(HoldLot);
