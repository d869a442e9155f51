import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { ProviderCustomer } from './provider-customer.entity.js';

/** What a provider is told of a customer, for its receipts and its dashboard. */
export interface CustomerDescription {
  name: string;
  email: string | null;
}

/** Customers as payment providers know them. */
@Injectable()
export class ProviderCustomers {
  /** Asked by the room that keeps customers, which is none of this one's business. Undefined: nothing is known. */
  describe: (scope: Scope, customerId: string) => Promise<CustomerDescription | undefined> = async () => undefined;

  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  /**
   * The provider's id of a customer; of several that ask at once one id is kept, and all get it.
   * @param make makes the customer at the provider, with an idempotency key that is the customer's own
   */
  async refOf(scope: Scope, customerId: string, provider: string, make: () => Promise<string>): Promise<string> {
    const where = { ...scopeOf(scope), customerId, provider };
    const known = await this.em.fork().findOne(ProviderCustomer, where);
    if (known) return known.ref;
    const ref = await make();
    const em = this.em.fork();
    await em.upsert(ProviderCustomer, { ...where, ref, createdAt: this.clock.now() }, { onConflictAction: 'ignore' });
    return (await em.findOneOrFail(ProviderCustomer, where)).ref;
  }
}
