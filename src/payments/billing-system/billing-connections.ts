import { randomUUID } from 'node:crypto';
import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { LRUCache } from 'lru-cache';
import { AuditLog } from '../../auth/audit/audit-log.js';
import type { Caller } from '../../auth/caller.js';
import { Config } from '../../config.js';
import { invalidFields } from '../../http/field-errors.js';
import { checkUrl } from '../../http/outbound/check-url.js';
import { SecretBox } from '../../settings/secret-box.js';
import { SettingsService } from '../../settings/settings.service.js';
import { StoredSecrets } from '../../settings/stored-secrets.js';
import { Clock } from '../../shared/clock.js';
import { DomainError, invalidField, notFound } from '../../shared/errors.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { trustedCache } from '../../shared/trusted-cache.js';
import { BillingConnection } from './billing-connection.entity.js';
import { faultOfSecret } from './billing-secret.js';
import { type BillingAddress, BillingSystemApi } from './billing-system-api.js';
import { WEBHOOK } from './billing-system-provider.js';

const CACHE_LIMIT = 10_000;
const LOCKED = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;

/** A connection with its secret opened. */
export interface OpenBillingConnection {
  address: BillingAddress;
  row: BillingConnection;
}

/** The environments whose own billing systems take the payments, and where those are. */
@Injectable()
export class BillingConnections implements OnModuleInit {
  readonly #cache: LRUCache<string, { address: BillingAddress | undefined }>;

  constructor(
    private readonly em: EntityManager,
    private readonly settings: SettingsService,
    private readonly box: SecretBox,
    private readonly secrets: StoredSecrets,
    private readonly api: BillingSystemApi,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly audit: AuditLog,
  ) {
    this.#cache = trustedCache(clock, CACHE_LIMIT);
  }

  /** An environment charges through its billing system when it has said where that is. */
  onModuleInit(): void {
    this.settings.require('payments', async (scope, { provider }) => {
      if (provider !== WEBHOOK || (await this.em.fork().count(BillingConnection, scopeOf(scope))) > 0) return;
      const sentence = 'needs an address first: PUT /v1/settings/payments/webhook';
      throw invalidFields({ value: { provider: [sentence] } });
    });
    const what = 'secrets of billing systems';
    this.secrets.keep({ what, entity: BillingConnection, property: 'sealedSecret', ownerOf });
  }

  /**
   * Where the environment's billing system is; undefined where it has none. Read often: remembered for 4 s.
   * @throws unavailable when its secret cannot be opened
   */
  async find(scope: Scope): Promise<BillingAddress | undefined> {
    const cached = this.#cache.get(ownerOf(scope));
    if (cached) return cached.address;
    const row = await this.em.fork().findOne(BillingConnection, scopeOf(scope));
    const address = row ? this.#open(row).address : undefined;
    this.#cache.set(ownerOf(scope), { address });
    return address;
  }

  /** @throws not_found */
  async get(scope: Scope): Promise<OpenBillingConnection> {
    const row = await this.em.fork().findOne(BillingConnection, scopeOf(scope));
    if (!row) throw notFound('billing system', { environment_id: scope.environmentId });
    return this.#open(row);
  }

  /**
   * Says where the billing system is. Another url or secret is tried first, with a ping.
   * @param changes what is absent stays as it is
   * @throws validation for a url that may not be sent to, or that does not answer the ping: nothing has changed then
   */
  async put(caller: Caller, changes: { url: string; secret: string | undefined }): Promise<OpenBillingConnection> {
    const before = await this.em.fork().findOne(BillingConnection, scopeOf(caller));
    const old = before && this.box.canOpen(before.sealedSecret) ? this.#open(before).address : undefined;
    const { url, secret = old?.secret } = changes;
    const fault = secret === undefined ? 'is required' : faultOfSecret(secret);
    if (fault !== undefined || secret === undefined) throw invalidField('secret', fault ?? 'is required');
    await checkUrl(url, this.config);
    if (url !== old?.url || secret !== old.secret) await this.#ping(caller, { url, secret });
    const values = { url, sealedSecret: this.box.seal(secret, ownerOf(caller)) };
    const row = await this.#store(caller, before?.version ?? 0, values, secret !== old?.secret);
    this.#cache.delete(ownerOf(caller));
    return this.#open(row);
  }

  /** @throws not_found; invalid_operation while the environment charges through it */
  async delete(caller: Caller): Promise<void> {
    const { provider } = await this.settings.get(caller, 'payments');
    if (provider === WEBHOOK) {
      const sentence = 'this environment charges through its billing system: see the setting payments';
      throw new DomainError('invalid_operation', sentence);
    }
    await this.em.fork().transactional(async (tx) => {
      const row = await tx.findOne(BillingConnection, scopeOf(caller), LOCKED);
      if (!row) throw notFound('billing system', { environment_id: caller.environmentId });
      tx.remove(row);
      this.audit.change(tx, caller, 'billing_system.removed', row);
    });
    this.#cache.delete(ownerOf(caller));
  }

  /** Any server answers 200 to anything: this one has to repeat what it was told. */
  async #ping(scope: Scope, address: BillingAddress): Promise<void> {
    const challenge = randomUUID();
    const reply = await this.api.ask(scope, address, { type: 'ping', data: { challenge } });
    if (reply.kind !== 'answered') throw invalidField('url', `does not answer the ping: ${reply.reason}`);
    if (reply.answer['challenge'] === challenge) return;
    throw invalidField('url', 'does not answer the ping with its challenge');
  }

  /** @throws conflict when somebody else has changed it since it was read */
  async #store(
    caller: Caller,
    version: number,
    values: Pick<BillingConnection, 'url' | 'sealedSecret'>,
    isSecretNew: boolean,
  ): Promise<BillingConnection> {
    const stamp = { updatedAt: this.clock.now(), updatedBy: caller.keyId, version: version + 1 };
    return this.em.fork().transactional(async (tx) => {
      const row = await tx.findOne(BillingConnection, scopeOf(caller), LOCKED);
      if ((row?.version ?? 0) !== version) {
        throw new DomainError('conflict', 'the billing system was changed by another request meanwhile');
      }
      const created = { createdAt: stamp.updatedAt, createdBy: caller.keyId };
      const stored = row
        ? Object.assign(row, values, stamp)
        : tx.create(BillingConnection, { ...scopeOf(caller), ...values, ...stamp, ...created });
      // That the secret is new, never what it is.
      this.audit.change(tx, caller, 'billing_system.changed', stored, isSecretNew ? { new_keys: ['secret'] } : {});
      return stored;
    });
  }

  #open(row: BillingConnection): OpenBillingConnection {
    return { address: { url: row.url, secret: this.box.open(row.sealedSecret, ownerOf(row)) }, row };
  }
}

/** Not the owner of Stripe's keys: one does not open as the other. */
function ownerOf({ tenantId, environmentId }: Scope): string {
  return `billing ${tenantId} ${environmentId}`;
}
