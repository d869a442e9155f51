import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { LRUCache } from 'lru-cache';
import { AuditLog } from '../auth/audit/audit-log.js';
import { type Author, OPERATOR } from '../auth/audit/author.js';
import { Environment } from '../auth/environment.entity.js';
import { Config } from '../config.js';
import { Clock } from '../shared/clock.js';
import { newId } from '../shared/ids.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { trustedCache } from '../shared/trusted-cache.js';
import { readSettingValue, SETTINGS, type SettingKey, type SettingValue } from './setting-keys.js';
import { TenantSetting } from './tenant-setting.entity.js';

const CACHE_LIMIT = 10_000;

/** What an environment has set, and the default where it has set nothing. */
@Injectable()
export class SettingsService {
  readonly #cache: LRUCache<string, object>;
  readonly #requirements = new Map<SettingKey, ((scope: Scope, value: never) => Promise<void>)[]>();

  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly audit: AuditLog,
  ) {
    this.#cache = trustedCache(clock, CACHE_LIMIT);
  }

  /** Handed in at start by whoever knows what a value needs. What one of them throws refuses the value. */
  require<Key extends SettingKey>(key: Key, check: (scope: Scope, value: SettingValue<Key>) => Promise<void>): void {
    this.#requirements.set(key, [...(this.#requirements.get(key) ?? []), check]);
  }

  /** The value in force. Read often: remembered for 4 s. */
  async get<Key extends SettingKey>(
    scope: Scope,
    key: Key,
    /** For whoever has a transaction open: the embedded database has no second connection to read with. */
    em?: EntityManager,
  ): Promise<SettingValue<Key>> {
    const cacheKey = cacheKeyOf(scope, key);
    const cached = this.#cache.get(cacheKey);
    if (cached) return cached as SettingValue<Key>;
    const { value } = await this.read(scope, key, em);
    this.#cache.set(cacheKey, value);
    return value;
  }

  /** The value in force with its row, undefined while the default is; never from the cache. */
  async read<Key extends SettingKey>(
    scope: Scope,
    key: Key,
    em: EntityManager = this.em.fork(),
  ): Promise<{ value: SettingValue<Key>; row: TenantSetting | undefined }> {
    const row = await em.findOne(TenantSetting, rowOf(scope, key));
    if (!row) return { value: await this.#defaultOf(scope, key, em), row: undefined };
    // A row of an older version may lack what was added since.
    return { value: { ...SETTINGS[key].defaultValue, ...row.value }, row };
  }

  /**
   * Replaces a setting; fields that are left out get their default.
   * @throws DomainError `validation`, its fields under `value`
   */
  async put<Key extends SettingKey>(
    scope: Scope,
    key: Key,
    value: unknown,
    by: Author = OPERATOR,
  ): Promise<TenantSetting> {
    const stored = readSettingValue(key, value);
    for (const check of this.#requirements.get(key) ?? []) await check(scope, stored as never);
    const row = await this.em.fork().transactional(async (tx) => {
      await lockEnvironment(tx, scope);
      const before = await this.read(scope, key, tx);
      const now = this.clock.now();
      const change = { value: stored as Record<string, unknown>, updatedAt: now, updatedBy: by.keyId };
      this.#record(tx, by, 'setting.changed', { scope, key, before: before.value, after: stored });
      if (before.row) return Object.assign(before.row, change);
      const id = newId('setting', now);
      const created = { id, ...rowOf(scope, key), status: 'published', createdAt: now, createdBy: by.keyId };
      return tx.create(TenantSetting, { ...created, ...change });
    });
    this.#cache.delete(cacheKeyOf(scope, key));
    return row;
  }

  /** Back to the default. Deleting what was not set is no error. */
  async delete(scope: Scope, key: SettingKey, by: Author = OPERATOR): Promise<void> {
    await this.em.fork().transactional(async (tx) => {
      await lockEnvironment(tx, scope);
      const { value: before, row } = await this.read(scope, key, tx);
      if (!row) return;
      const after = await this.#defaultOf(scope, key, tx);
      this.#record(tx, by, 'setting.reset', { scope, key, before, after });
      tx.remove(row);
    });
    this.#cache.delete(cacheKeyOf(scope, key));
  }

  #record(
    tx: EntityManager,
    by: Author,
    action: 'setting.changed' | 'setting.reset',
    { scope, key, before, after }: { scope: Scope; key: SettingKey; before: object; after: object },
  ): void {
    const images = { before: { ...before }, after: { ...after } };
    this.audit.write(tx, by, { action, ...scopeOf(scope), target: { kind: 'setting', id: key }, ...images });
  }

  /** The sandbox is the default only where nothing is real: a development environment of an installation that has it. */
  async #defaultOf<Key extends SettingKey>(scope: Scope, key: Key, em: EntityManager): Promise<SettingValue<Key>> {
    const { defaultValue } = SETTINGS[key];
    if (key !== 'payments' || !this.config.isSandboxEnabled) return defaultValue;
    const { tenantId, environmentId: id } = scope;
    const environment = await em.findOne(Environment, { id, tenantId, type: 'development' });
    return environment ? ({ provider: 'sandbox' } as SettingValue<Key>) : defaultValue;
  }
}

/** Settings of an environment change one after the other: what was in force before is what the change replaces. */
async function lockEnvironment(tx: EntityManager, { tenantId, environmentId: id }: Scope): Promise<void> {
  await tx.findOne(Environment, { id, tenantId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

function rowOf({ tenantId, environmentId }: Scope, key: SettingKey) {
  return { tenantId, environmentId, key };
}

function cacheKeyOf({ tenantId, environmentId }: Scope, key: SettingKey): string {
  return `${tenantId} ${environmentId} ${key}`;
}
