import { defineEntity, p } from '@mikro-orm/core';

/** In the place of a customer: all of an environment. No customer's id is empty. */
export const OF_ALL_CUSTOMERS = '';

const WalletCountSchema = defineEntity({
  name: 'WalletCount',
  tableName: 'wallet_count',
  properties: {
    tenantId: p.text().primary(),
    environmentId: p.text().primary(),
    customerId: p.text().primary(),
    /** Of any status, 1 or more: a wallet is never deleted. */
    wallets: p.integer(),
  },
});

/** How many wallets a customer has, and an environment: written in the commit that opens one, so that no list counts them. */
export class WalletCount extends WalletCountSchema.class {}
WalletCountSchema.setClass(WalletCount);
