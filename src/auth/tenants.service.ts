import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import type { Scope } from '../shared/scope.js';
import { displayIdOf, hashApiKey, isWellFormedApiKey, typeOfApiKey } from './api-key-format.js';
import { ApiKey } from './api-key.entity.js';
import { AuditLog } from './audit/audit-log.js';
import { type Author, OPERATOR } from './audit/author.js';
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
    private readonly audit: AuditLog,
  ) {}

  async createTenant({ name }: { name: string }, by: Author = OPERATOR): Promise<Tenant> {
    const em = this.em.fork();
    const tenant = this.#addTenant(em, name, by);
    await em.flush();
    return tenant;
  }

  /** A tenant with one environment to try things in and one that is real, in the caller's transaction. */
  addTenant(tx: EntityManager, name: string, by: Author): Scope {
    const tenant = this.#addTenant(tx, name, by);
    const add = (environment: { name: string; type: EnvironmentType }) =>
      this.#addEnvironment(tx, tenant.id, environment, by);
    const development = add({ name: 'Development', type: 'development' });
    add({ name: 'Production', type: 'production' });
    return { tenantId: tenant.id, environmentId: development.id };
  }

  async createEnvironment(
    tenantId: string,
    environment: { name: string; type: EnvironmentType },
    by: Author = OPERATOR,
  ): Promise<Environment> {
    const em = this.em.fork();
    const created = this.#addEnvironment(em, tenantId, environment, by);
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
      this.audit.change(tx, caller, 'tenant.changed', tenant);
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
  async setTenantStatus(
    tenantId: string,
    tenantStatus: 'active' | 'suspended',
    by: Author = OPERATOR,
  ): Promise<Tenant> {
    return this.em.fork().transactional(async (tx) => {
      const tenant = await this.lock(tx, tenantId);
      tx.assign(tenant, { tenantStatus, updatedAt: this.clock.now(), updatedBy: by.keyId });
      this.audit.change(tx, by, 'tenant.changed', tenant);
      return tenant;
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
      const tenant = this.#addTenant(em, 'Default', OPERATOR);
      const production = { name: 'Production', type: 'production' } as const;
      const environment = this.#addEnvironment(em, tenant.id, production, OPERATOR);
      const secret = em.create(ApiKey, {
        id: newId('secret', this.clock.now()),
        tenantId: tenant.id,
        environmentId: environment.id,
        name: 'Bootstrap',
        type: 'private_key',
        keyHash: hashApiKey(plainKey),
        displayId: displayIdOf(plainKey),
        ...this.#base(''),
      });
      this.audit.change(em, OPERATOR, 'api_key.created', secret);
      return true;
    });
  }

  #addTenant(tx: EntityManager, name: string, by: Author): Tenant {
    const id = newId('tenant', this.clock.now());
    const base = this.#base(by.keyId || by.userId || '');
    const tenant = tx.create(Tenant, { id, name, tenantStatus: 'active', metadata: {}, ...base });
    this.audit.change(tx, by, 'tenant.created', tenant);
    return tenant;
  }

  #addEnvironment(
    tx: EntityManager,
    tenantId: string,
    { name, type }: { name: string; type: EnvironmentType },
    by: Author,
  ): Environment {
    const id = newId('env', this.clock.now());
    const environment = tx.create(Environment, {
      id,
      tenantId,
      name,
      type,
      ...this.#base(by.keyId || by.userId || ''),
    });
    this.audit.change(tx, by, 'environment.created', environment);
    return environment;
  }

  #base(actor: string) {
    const now = this.clock.now();
    return { status: 'published', createdAt: now, updatedAt: now, createdBy: actor, updatedBy: actor };
  }
}
