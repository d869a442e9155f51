import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '../shared/errors.js';
import { Tenant } from './tenant.entity.js';

/** Their ids, for whoever looks for work among the rows of all tenants. An index has them and no others. */
export const SUSPENDED_TENANTS = `select id from tenant where tenant_status = 'suspended'`;

/** Whether the operator has suspended a tenant. Whoever acts on it asks at that moment, in the transaction that acts. */
export async function isTenantSuspended(em: EntityManager, tenantId: string): Promise<boolean> {
  return (await em.count(Tenant, { id: tenantId, tenantStatus: 'suspended' })) > 0;
}

/** Those of several tenants that are suspended. */
export async function suspendedAmong(em: EntityManager, tenantIds: string[]): Promise<ReadonlySet<string>> {
  const tenants = await em.find(Tenant, { id: { $in: tenantIds }, tenantStatus: 'suspended' }, { fields: ['id'] });
  return new Set(tenants.map(({ id }) => id));
}

export function tenantSuspended(): DomainError {
  const message = 'the tenant is suspended: ask the operator of this installation';
  return new DomainError('forbidden', message, { code: 'tenant_suspended' });
}
