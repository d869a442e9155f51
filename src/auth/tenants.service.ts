import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import type { Scope } from '../shared/scope.js';
import { displayIdOf, hashApiKey, isWellFormedApiKey, typeOfApiKey } from './api-key-format.js';
import { ApiKey } from './api-key.entity.js';
import type { Caller } from './caller.js';
import { Environment, type EnvironmentType } from './environment.entity.js';
import { Tenant } from './tenant.entity.js';
import { toBillingDetails, type UpdateTenantDto } from './tenants.dto.js';

/** Any number, the same in every process: only one of them may make the first tenant. */
const BOOTSTRAP_LOCK = 7_203_455_101;

/** Tenants and their environments. */
@Injectable()
export class TenantsService {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  async createTenant({ name }: { name: string }, actor = ''): Promise<Tenant> {
    const em = this.em.fork();
    const tenant = em.create(Tenant, this.#newTenant(name, actor));
    await em.flush();
    return tenant;
  }

  /** A tenant with one environment to try things in and one that is real, in the caller's transaction. */
  addTenant(tx: EntityManager, name: string, actor: string): Scope {
    const tenant = tx.create(Tenant, this.#newTenant(name, actor));
    const add = (environment: { name: string; type: EnvironmentType }) =>
      tx.create(Environment, this.#newEnvironment(tenant.id, environment, actor));
    const development = add({ name: 'Development', type: 'development' });
    add({ name: 'Production', type: 'production' });
    return { tenantId: tenant.id, environmentId: development.id };
  }

  async createEnvironment(
    tenantId: string,
    environment: { name: string; type: EnvironmentType },
    actor = '',
  ): Promise<Environment> {
    const em = this.em.fork();
    const created = em.create(Environment, this.#newEnvironment(tenantId, environment, actor));
    await em.flush();
    return created;
  }

  /** All of the installation, for its operator. */
  async list(): Promise<Tenant[]> {
    return this.em.fork().find(Tenant, { status: 'published' }, { orderBy: { createdAt: 'asc', id: 'asc' } });
  }

  /** @throws not_found, also for the id of another tenant than the caller's */
  async get(tenantId: string, id = tenantId): Promise<Tenant> {
    const tenant = id === tenantId ? await this.em.fork().findOne(Tenant, { id, status: 'published' }) : null;
    if (!tenant) throw notFound('tenant', { tenant_id: id });
    return tenant;
  }

  async update(caller: Caller, { name, metadata, billing_details: billing }: UpdateTenantDto): Promise<Tenant> {
    return this.em.fork().transactional(async (tx) => {
      const tenant = await this.lock(tx, caller.tenantId);
      tenant.name = name ?? tenant.name;
      tenant.metadata = metadata ?? tenant.metadata;
      if (billing) tenant.billingDetails = toBillingDetails(billing);
      tenant.updatedAt = this.clock.now();
      tenant.updatedBy = caller.keyId;
      return tenant;
    });
  }

  /**
   * Locks a tenant: what must be decided of all its users together is decided by one at a time.
   * @throws not_found
   */
  async lock(tx: EntityManager, id: string): Promise<Tenant> {
    const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
    const tenant = await tx.findOne(Tenant, { id, status: 'published' }, lock);
    if (!tenant) throw notFound('tenant', { tenant_id: id });
    return tenant;
  }

  /**
   * Suspends a tenant, or lets it in again; effective within 5 s.
   * @throws not_found
   */
  async setTenantStatus(tenantId: string, tenantStatus: 'active' | 'suspended', actor = ''): Promise<Tenant> {
    return this.em.fork().transactional(async (tx) => {
      const tenant = await this.lock(tx, tenantId);
      return tx.assign(tenant, { tenantStatus, updatedAt: this.clock.now(), updatedBy: actor });
    });
  }

  /**
   * The first start in production: when there is no tenant yet, makes one with a production environment and a server key
   * that the operator chose. Later starts change nothing.
   * @throws Error when the key is not a well-formed `sk_` key
   * @returns whether it made them
   */
  async bootstrap(plainKey: string): Promise<boolean> {
    if (!isWellFormedApiKey(plainKey) || typeOfApiKey(plainKey) !== 'private_key') {
      throw new Error('the bootstrap key must be an sk_ key with a right checksum');
    }
    return this.em.fork().transactional(async (em) => {
      await em.execute('select pg_advisory_xact_lock(?)', [BOOTSTRAP_LOCK]);
      if ((await em.count(Tenant)) > 0) return false;
      const tenant = em.create(Tenant, this.#newTenant('Default', ''));
      const environment = em.create(
        Environment,
        this.#newEnvironment(tenant.id, { name: 'Production', type: 'production' }, ''),
      );
      em.create(ApiKey, {
        id: newId('secret', this.clock.now()),
        tenantId: tenant.id,
        environmentId: environment.id,
        name: 'Bootstrap',
        type: 'private_key',
        keyHash: hashApiKey(plainKey),
        displayId: displayIdOf(plainKey),
        ...this.#base(''),
      });
      return true;
    });
  }

  #newTenant(name: string, actor: string) {
    const id = newId('tenant', this.clock.now());
    return { id, name, tenantStatus: 'active', metadata: {}, ...this.#base(actor) } as const;
  }

  #newEnvironment(tenantId: string, { name, type }: { name: string; type: EnvironmentType }, actor: string) {
    return { id: newId('env', this.clock.now()), tenantId, name, type, ...this.#base(actor) };
  }

  #base(actor: string) {
    const now = this.clock.now();
    return { status: 'published', createdAt: now, updatedAt: now, createdBy: actor, updatedBy: actor };
  }
}
