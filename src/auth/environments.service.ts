import { LockMode, raw } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { DomainError, notFound } from '../shared/errors.js';
import type { Scope } from '../shared/scope.js';
import { AuditLog } from './audit/audit-log.js';
import type { Caller } from './caller.js';
import { checkScopes } from './check-scopes.js';
import { Environment, type EnvironmentType } from './environment.entity.js';

/**
 * The environments of a tenant. A key of a development environment has no say over a production one: such keys lie
 * about on laptops, and must not become a way to what is real.
 */
@Injectable()
export class EnvironmentsService {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  async get(tenantId: string, id: string): Promise<Environment> {
    const environment = await this.em.fork().findOne(Environment, live(tenantId, id));
    if (!environment) throw notFound('environment', { environment_id: id });
    return environment;
  }

  /**
   * One of whichever tenant, for the operator.
   * @throws not_found
   */
  async getOfAnyTenant(id: string): Promise<Environment> {
    const environment = await this.em.fork().findOne(Environment, { id, status: 'published' });
    if (!environment) throw notFound('environment', { environment_id: id });
    return environment;
  }

  /** Those of all tenants, for the operator. */
  async listOfAllTenants(): Promise<Environment[]> {
    return this.em.fork().find(Environment, { status: 'published' }, { orderBy: { createdAt: 'asc', id: 'asc' } });
  }

  /** Whoever looks for the environment that it works in finds it first. */
  async list(
    { tenantId, environmentId }: Scope,
    page: { limit: number; offset: number; order: 'asc' | 'desc' },
  ): Promise<[Environment[], number]> {
    const { limit, offset, order } = page;
    const orderBy = [{ [raw('(id = ?)', [environmentId])]: 'desc' }, { createdAt: order, id: order }];
    return this.em.fork().findAndCount(Environment, { tenantId, status: 'published' }, { limit, offset, orderBy });
  }

  /** @throws not_found; forbidden for the key of a development environment that would change a production one */
  async update(
    caller: Caller,
    id: string,
    changes: { name?: string | null; type?: EnvironmentType | null },
  ): Promise<Environment> {
    return this.em.fork().transactional(async (tx) => {
      const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
      const environment = await tx.findOne(Environment, live(caller.tenantId, id), lock);
      if (!environment) throw notFound('environment', { environment_id: id });
      refuseProduction(caller, environment.type);
      refuseProduction(caller, changes.type ?? environment.type);
      environment.name = changes.name ?? environment.name;
      environment.type = changes.type ?? environment.type;
      environment.updatedAt = this.clock.now();
      environment.updatedBy = caller.keyId;
      this.audit.change(tx, caller, 'environment.changed', environment);
      return environment;
    });
  }

  /**
   * Where a user who logs in will be: what they name, otherwise the one on their screen, if it is the tenant's, otherwise
   * the tenant's oldest development environment. One that is real is only the default of a tenant that has no other.
   * @param id what they name
   * @param shown what a browser has kept, perhaps from another tenant or a database that is gone: so it is only a wish
   * @throws not_found
   */
  async forLogin(tenantId: string, id: string | null, shown?: string): Promise<Environment> {
    if (id !== null) return this.get(tenantId, id);
    const wished = shown === undefined ? null : await this.em.fork().findOne(Environment, live(tenantId, shown));
    if (wished) return wished;
    // 'development' comes before 'production'.
    const orderBy = { type: 'asc', createdAt: 'asc', id: 'asc' } as const;
    const [environment] = await this.em
      .fork()
      .find(Environment, { tenantId, status: 'published' }, { orderBy, limit: 1 });
    if (!environment) throw notFound('environment', {});
    return environment;
  }

  /**
   * The environment that a key is to be made for: the caller's own, or another of its tenant.
   * @throws not_found; forbidden without the scope tenant:write, or from development to production
   */
  async forNewKey(caller: Caller, id: string): Promise<Environment> {
    const environment = await this.get(caller.tenantId, id);
    if (environment.id === caller.environmentId) return environment;
    checkScopes(caller, ['tenant:write']);
    refuseProduction(caller, environment.type);
    return environment;
  }

  /**
   * Users log in to every environment, so whoever changes them has a say over all of these.
   * @throws forbidden for the key of a development environment where the tenant has a production one
   */
  async refuseFromDevelopment(tx: EntityManager, caller: Caller): Promise<void> {
    const { tenantId } = caller;
    if ((await tx.count(Environment, { tenantId, type: 'production', status: 'published' })) === 0) return;
    refuseProduction(caller, 'production');
  }
}

function live(tenantId: string, id: string) {
  return { id, tenantId, status: 'published' };
}

/** @throws forbidden for the key of a development environment where a production one is meant */
export function refuseProduction(caller: Caller, type: EnvironmentType): void {
  if (caller.environmentType === 'production' || type === 'development') return;
  throw new DomainError('forbidden', 'a key of a development environment has no say over a production environment');
}
