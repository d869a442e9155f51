import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { LRUCache } from 'lru-cache';
import { AuditLog } from '../../auth/audit/audit-log.js';
import type { Caller } from '../../auth/caller.js';
import { Environment } from '../../auth/environment.entity.js';
import { invalidFields } from '../../http/field-errors.js';
import { SecretBox } from '../../settings/secret-box.js';
import { SettingsService } from '../../settings/settings.service.js';
import { StoredSecrets } from '../../settings/stored-secrets.js';
import { Clock } from '../../shared/clock.js';
import { DomainError, invalidField, notFound } from '../../shared/errors.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { trustedCache } from '../../shared/trusted-cache.js';
import { StripeClients } from './stripe-clients.js';
import { StripeConnection } from './stripe-connection.entity.js';
import { faultsOfKeys, isKeyFor, type StripeKeys } from './stripe-keys.js';
import type { StripeTerms } from './stripe-provider.js';

const CACHE_LIMIT = 10_000;
const LOCKED = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;

/** How an environment is connected, its keys opened. */
export interface OpenConnection {
  version: number;
  keys: StripeKeys;
  terms: StripeTerms;
  row: StripeConnection;
}

/** What is to change; what is absent stays as it is. */
export interface ConnectionChanges extends Partial<StripeKeys>, Partial<StripeTerms> {}

/** The environments that take payments through Stripe, and with what keys. */
@Injectable()
export class StripeConnections implements OnModuleInit {
  readonly #cache: LRUCache<string, { connection: OpenConnection | undefined }>;

  constructor(
    private readonly em: EntityManager,
    private readonly settings: SettingsService,
    private readonly box: SecretBox,
    private readonly secrets: StoredSecrets,
    private readonly clients: StripeClients,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {
    this.#cache = trustedCache(clock, CACHE_LIMIT);
  }

  /** An environment charges through Stripe when it has keys. */
  onModuleInit(): void {
    this.settings.require('payments', async (scope, { provider }) => {
      if (provider !== 'stripe' || (await this.em.fork().count(StripeConnection, scopeOf(scope))) > 0) return;
      const sentence = 'needs keys first: PUT /v1/settings/payments/stripe';
      throw invalidFields({ value: { provider: [sentence] } });
    });
    this.secrets.keep({ what: 'Stripe keys', entity: StripeConnection, property: 'sealedKeys', ownerOf });
  }

  /**
   * How the environment is connected; undefined where it is not. Read often: remembered for 4 s.
   * @throws unavailable when its keys cannot be opened, or are not for environments of its type
   */
  async find(scope: Scope): Promise<OpenConnection | undefined> {
    const cached = this.#cache.get(ownerOf(scope));
    if (cached) return cached.connection;
    const em = this.em.fork();
    const row = await em.findOne(StripeConnection, scopeOf(scope));
    const connection = row ? this.#open(row) : undefined;
    if (connection) await this.#requireType(em, scope, connection);
    this.#cache.set(ownerOf(scope), { connection });
    return connection;
  }

  /** @throws not_found */
  async get(scope: Scope): Promise<OpenConnection> {
    const row = await this.em.fork().findOne(StripeConnection, scopeOf(scope));
    if (!row) throw notFound('Stripe connection', { environment_id: scope.environmentId });
    return this.#open(row);
  }

  /**
   * Connects the environment, or changes how it is. A new secret key is tried at Stripe first.
   * @throws validation for keys that are not for this environment, or that Stripe does not take; unavailable when Stripe
   *   does not answer: nothing has changed then
   */
  async put(caller: Caller, changes: ConnectionChanges): Promise<OpenConnection> {
    const before = await this.em.fork().findOne(StripeConnection, scopeOf(caller));
    const old = before && this.box.canOpen(before.sealedKeys) ? this.#open(before) : undefined;
    const keys = mergedKeys(old?.keys, changes);
    const faults = faultsOfKeys(keys, caller.environmentType);
    if (faults) throw invalidFields(faults);
    if (keys.secretKey !== old?.keys.secretKey) await this.clients.tryKey(keys.secretKey);
    const terms = {
      statementDescriptorSuffix: changes.statementDescriptorSuffix ?? old?.terms.statementDescriptorSuffix ?? '',
      sendReceipts: changes.sendReceipts ?? old?.terms.sendReceipts ?? false,
    };
    const values = { ...terms, sealedKeys: this.#seal(caller, keys) };
    const row = await this.#store(caller, before?.version ?? 0, values, newKeysOf(old?.keys, keys));
    this.#cache.delete(ownerOf(caller));
    return this.#open(row);
  }

  /** @throws not_found; invalid_operation while the environment charges through Stripe */
  async delete(caller: Caller): Promise<void> {
    const { provider } = await this.settings.get(caller, 'payments');
    if (provider === 'stripe') {
      throw new DomainError('invalid_operation', 'this environment charges through Stripe: see the setting payments');
    }
    await this.em.fork().transactional(async (tx) => {
      const row = await tx.findOne(StripeConnection, scopeOf(caller), LOCKED);
      if (!row) throw notFound('Stripe connection', { environment_id: caller.environmentId });
      tx.remove(row);
      this.audit.change(tx, caller, 'stripe_connection.removed', row);
    });
    this.#cache.delete(ownerOf(caller));
  }

  /** @throws conflict when somebody else has changed it since it was read */
  async #store(
    caller: Caller,
    version: number,
    values: StripeTerms & { sealedKeys: string },
    newKeys: string[],
  ): Promise<StripeConnection> {
    const stamp = { updatedAt: this.clock.now(), updatedBy: caller.keyId, version: version + 1 };
    return this.em.fork().transactional(async (tx) => {
      const row = await tx.findOne(StripeConnection, scopeOf(caller), LOCKED);
      if ((row?.version ?? 0) !== version) {
        throw new DomainError('conflict', 'the keys were changed by another request meanwhile');
      }
      const created = { createdAt: stamp.updatedAt, createdBy: caller.keyId };
      const stored = row
        ? Object.assign(row, values, stamp)
        : tx.create(StripeConnection, { ...scopeOf(caller), ...values, ...stamp, ...created });
      // That keys are new, never what they are.
      this.audit.change(
        tx,
        caller,
        'stripe_connection.changed',
        stored,
        newKeys.length > 0 ? { new_keys: newKeys } : {},
      );
      return stored;
    });
  }

  async #requireType(em: EntityManager, scope: Scope, { keys }: OpenConnection): Promise<void> {
    const { tenantId, environmentId: id } = scope;
    const environment = await em.findOne(Environment, { id, tenantId });
    if (environment && isKeyFor(keys.secretKey, environment.type)) return;
    throw new DomainError(
      'unavailable',
      `the Stripe keys are not for a ${environment?.type} environment: store others`,
    );
  }

  #open(row: StripeConnection): OpenConnection {
    const { version, statementDescriptorSuffix, sendReceipts } = row;
    const keys = JSON.parse(this.box.open(row.sealedKeys, ownerOf(row))) as StripeKeys;
    return { version, keys, terms: { statementDescriptorSuffix, sendReceipts }, row };
  }

  #seal(scope: Scope, keys: StripeKeys): string {
    return this.box.seal(JSON.stringify(keys), ownerOf(scope));
  }
}

function mergedKeys(old: StripeKeys | undefined, changes: ConnectionChanges): StripeKeys {
  const secretKey = changes.secretKey ?? old?.secretKey;
  const publishableKey = changes.publishableKey ?? old?.publishableKey;
  if (secretKey === undefined) throw invalidField('secret_key', 'is required');
  if (publishableKey === undefined) throw invalidField('publishable_key', 'is required');
  return { secretKey, publishableKey, webhookSecret: changes.webhookSecret ?? old?.webhookSecret ?? null };
}

/** Which of them are others than before, as the API names them. */
function newKeysOf(old: StripeKeys | undefined, keys: StripeKeys): string[] {
  const names = {
    secretKey: 'secret_key',
    publishableKey: 'publishable_key',
    webhookSecret: 'webhook_secret',
  } as const;
  const all = Object.entries(names) as [keyof StripeKeys, string][];
  return all.filter(([key]) => keys[key] !== (old?.[key] ?? null)).map(([, name]) => name);
}

function ownerOf({ tenantId, environmentId }: Scope): string {
  return `stripe ${tenantId} ${environmentId}`;
}
