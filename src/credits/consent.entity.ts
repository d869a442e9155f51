import { defineEntity, p } from '@mikro-orm/core';
import type { AgreedFee } from '../top-ups/pricing/price-top-up.js';

/** Automatic top-up as an account has it: what it agreed to, price included. */
export interface AgreedSettings {
  auto_top_up_on_expiration: boolean;
  auto_top_up_on_insufficient: boolean;
  auto_top_up_credits_pack: {
    id: string;
    /** Minor units. */
    price: number;
    currency_code: string;
    pack_amount: number;
  } | null;
}

const ConsentSchema = defineEntity({
  name: 'Consent',
  tableName: 'consent',
  properties: {
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    walletId: p.text(),
    /** The settings before and after. */
    from: p.json<AgreedSettings>().fieldName('settings_from'),
    to: p.json<AgreedSettings>().fieldName('settings_to'),
    /** The price of one pack that was agreed to, minor units; null where no pack is chosen. */
    priceMinor: p.integer().nullable(),
    /** What was agreed to on top of it; null: nothing. */
    fee: p.json<AgreedFee>().nullable(),
    /** Of the price, ISO 4217, lower case. */
    currency: p.text().nullable(),
    requestId: p.text(),
    /** The session of the portal that the customer agreed in; null where it was another door. */
    portalSessionId: p.text().nullable(),
    createdAt: p.datetime(3),
    /** The key that the change was made with. */
    createdBy: p.text(),
  },
  indexes: [{ name: 'consent_customer_index', properties: ['tenantId', 'environmentId', 'customerId', 'createdAt'] }],
});

/** One accepted change of an account's automatic top-up: who agreed to what, when, at which price. Never changed. */
export class Consent extends ConsentSchema.class {}
ConsentSchema.setClass(Consent);
