import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '../auth/audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import { checkScopes } from '../auth/check-scopes.js';
import { Config } from '../config.js';
import { checkUrl } from '../http/outbound/check-url.js';
import type { WalletsPageQuery } from '../http/wallets-page.js';
import { Clock } from '../shared/clock.js';
import { DomainError, notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { SealedEndpointSecrets } from './endpoint-secrets.js';
import type { CreateEndpointDto, UpdateEndpointDto } from './endpoints.dto.js';
import { scopesOfEvents } from '../events/scopes-of-events.js';
import { Subscriptions } from '../events/subscriptions.js';
import { WebhookEndpoint } from '../events/webhook-endpoint.entity.js';
import { WebhookDelivery } from '../events/webhook-event.entity.js';

/** Each event is written and sent once for each of them. */
const MAX_ENDPOINTS = 20;

/** An endpoint with the secret that was made for it now. */
export interface EndpointWithSecret {
  endpoint: WebhookEndpoint;
  secret: string;
}

/** Endpoints: where the events of an environment are sent. */
@Injectable()
export class EndpointsService {
  constructor(
    private readonly em: EntityManager,
    private readonly subscriptions: Subscriptions,
    private readonly secrets: SealedEndpointSecrets,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly audit: AuditLog,
  ) {}

  /**
   * @throws validation when the url may not be sent to; forbidden for events that the key may not read; invalid_operation
   *   when there are too many, or secrets cannot be stored
   */
  async create(caller: Caller, body: CreateEndpointDto): Promise<EndpointWithSecret> {
    checkScopes(caller, scopesOfEvents(toEventTypes(body.event_types)));
    await checkUrl(body.url, this.config);
    const em = this.em.fork();
    const count = await em.count(WebhookEndpoint, { ...scopeOf(caller), status: 'published' });
    if (count >= MAX_ENDPOINTS) {
      throw new DomainError('invalid_operation', `an environment has ${MAX_ENDPOINTS} endpoints at most`, {
        details: { endpoints: count },
      });
    }
    const now = this.clock.now();
    const owner = { id: newId('endpoint', now), ...scopeOf(caller) };
    const { secret, sealedSecrets } = this.secrets.create(owner);
    const endpoint = em.create(WebhookEndpoint, {
      ...owner,
      url: body.url,
      description: body.description ?? '',
      eventTypes: toEventTypes(body.event_types),
      sealedSecrets,
      endpointStatus: 'enabled',
      disabledReason: '',
      status: 'published',
      createdAt: now,
      updatedAt: now,
      createdBy: caller.keyId,
      updatedBy: caller.keyId,
    });
    this.audit.change(em, caller, 'webhook_endpoint.created', endpoint);
    await em.flush();
    this.subscriptions.forget(caller.environmentId);
    return { endpoint, secret };
  }

  /**
   * Has deliveries signed with a new secret, and for so long with those of before, too.
   * @throws not_found; invalid_operation when too many are in force, or secrets cannot be stored
   */
  async rotateSecret(caller: Caller, id: string, overlapMs: number): Promise<EndpointWithSecret> {
    return this.em.fork().transactional(async (tx) => {
      const endpoint = await this.#lock(tx, caller, id);
      const { secret, sealedSecrets } = this.secrets.rotate(endpoint, overlapMs);
      Object.assign(endpoint, { sealedSecrets, updatedAt: this.clock.now(), updatedBy: caller.keyId });
      // That the secret is new, never what it is.
      const told = { new_keys: ['secret'], overlap_seconds: overlapMs / 1000 };
      this.audit.change(tx, caller, 'webhook_endpoint.changed', endpoint, told);
      return { endpoint, secret };
    });
  }

  async list(scope: Scope, { limit, offset, order }: WalletsPageQuery): Promise<[WebhookEndpoint[], number]> {
    const where = { ...scopeOf(scope), status: 'published' };
    return this.em.fork().findAndCount(WebhookEndpoint, where, {
      limit,
      offset,
      orderBy: { createdAt: order, id: order },
    });
  }

  async get(scope: Scope, id: string): Promise<WebhookEndpoint> {
    const endpoint = await this.em.fork().findOne(WebhookEndpoint, { id, ...scopeOf(scope), status: 'published' });
    if (!endpoint) throw notFound('webhook endpoint', { endpoint_id: id });
    return endpoint;
  }

  /** @throws not_found; validation when the url may not be sent to; forbidden for events that the key may not read */
  async update(caller: Caller, id: string, body: UpdateEndpointDto): Promise<WebhookEndpoint> {
    const { url } = await this.get(caller, id);
    if (body.event_types) checkScopes(caller, scopesOfEvents(toEventTypes(body.event_types)));
    const newUrl = body.url && body.url !== url ? body.url : undefined;
    if (newUrl !== undefined) {
      // What waits goes to the new address, and so does what is sent again: of any type that it ever had.
      checkScopes(caller, scopesOfEvents(null));
      await checkUrl(newUrl, this.config);
    }
    const endpoint = await this.em.fork().transactional(async (tx) => {
      const locked = await this.#lock(tx, caller, id);
      change(locked, { ...body, url: newUrl });
      Object.assign(locked, { updatedAt: this.clock.now(), updatedBy: caller.keyId });
      this.audit.change(tx, caller, 'webhook_endpoint.changed', locked);
      return locked;
    });
    this.subscriptions.forget(caller.environmentId);
    return endpoint;
  }

  async delete(caller: Caller, id: string): Promise<void> {
    await this.em.fork().transactional(async (em) => {
      const endpoint = await this.#lock(em, caller, id);
      Object.assign(endpoint, { status: 'deleted', updatedAt: this.clock.now(), updatedBy: caller.keyId });
      this.audit.change(em, caller, 'webhook_endpoint.deleted', endpoint);
      const waiting = { endpointId: endpoint.id, deliveryStatus: 'pending' } as const;
      await em.nativeUpdate(WebhookDelivery, waiting, { deliveryStatus: 'failed', lastError: 'endpoint deleted' });
    });
    this.subscriptions.forget(caller.environmentId);
  }

  async #lock(tx: EntityManager, scope: Scope, id: string): Promise<WebhookEndpoint> {
    const where = { id, ...scopeOf(scope), status: 'published' };
    const endpoint = await tx.findOne(WebhookEndpoint, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
    if (!endpoint) throw notFound('webhook endpoint', { endpoint_id: id });
    return endpoint;
  }
}

/** What is absent or null stays. */
function change(endpoint: WebhookEndpoint, body: Omit<UpdateEndpointDto, 'url'> & { url: string | undefined }): void {
  if (body.url !== undefined) endpoint.url = body.url;
  if (body.description != null) endpoint.description = body.description;
  if (body.event_types) endpoint.eventTypes = toEventTypes(body.event_types);
  if (body.endpoint_status && body.endpoint_status !== endpoint.endpointStatus) {
    endpoint.endpointStatus = body.endpoint_status;
    endpoint.disabledReason = body.endpoint_status === 'disabled' ? 'disabled over the API' : '';
  }
}

/** Null stands for all, also for those of later versions. */
function toEventTypes(eventTypes: string[] | null | undefined): string[] | null {
  return eventTypes && eventTypes.length > 0 ? [...new Set(eventTypes)] : null;
}
