import { defineEntity, p } from '@mikro-orm/core';

const CreditsAccountSchema = defineEntity({
  name: 'CreditsAccount',
  tableName: 'credits_account',
  properties: {
    tenantId: p.text().primary(),
    environmentId: p.text().primary(),
    customerId: p.text().primary(),
    /** A prepaid wallet of the customer's. Once it is closed, the account's next write decides anew. */
    walletId: p.text(),
    decidedAt: p.datetime(3),
    /** The key of the first write, or of the request that moved it; empty where the service itself decided. */
    decidedBy: p.text(),
  },
});

/** Which wallet an account's credits live in: decided once, moved only by who asks for that. */
export class CreditsAccount extends CreditsAccountSchema.class {}
CreditsAccountSchema.setClass(CreditsAccount);
