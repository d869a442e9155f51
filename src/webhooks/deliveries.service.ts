import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { scopeOfEvent } from '../events/scopes-of-events.js';
import { Clock } from '../shared/clock.js';
import { notFound } from '../shared/errors.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { inWallet } from '../shared/shard.js';
import { DeliveryEngine } from './delivery-engine.js';
import { type ListEventsQuery, renderEvent, type WebhookEventDto } from './events.dto.js';
import { WebhookDelivery, WebhookEvent } from '../events/webhook-event.entity.js';

/** What has happened, and what became of telling it. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly em: EntityManager,
    private readonly engine: DeliveryEngine,
    private readonly clock: Clock,
  ) {}

  /** Newest first; bodies of what the key may read. */
  async list(caller: Caller, query: ListEventsQuery): Promise<{ items: WebhookEventDto[]; total: number }> {
    const { limit, offset, order, event_type: eventType, wallet_id: walletId } = query;
    const where = { ...scopeOf(caller), ...(eventType ? { eventType } : {}), ...(walletId ? inWallet(walletId) : {}) };
    const em = this.em.fork();
    const orderBy = { createdAt: order, id: order };
    const [events, total] = await em.findAndCount(WebhookEvent, where, { limit, offset, orderBy });
    const deliveries = await this.#deliveriesOf(em, events);
    const byEvent = Map.groupBy(deliveries, ({ eventId }) => eventId);
    const items = events.map((event) => renderEvent(event, byEvent.get(event.id) ?? [], mayRead(caller, event)));
    return { items, total };
  }

  async #deliveriesOf(em: EntityManager, events: WebhookEvent[]): Promise<WebhookDelivery[]> {
    if (events.length === 0) return [];
    const where = { $or: events.map(({ shard, id }) => ({ shard, eventId: id })) };
    return em.find(WebhookDelivery, where, { orderBy: { endpointId: 'asc' } });
  }

  /**
   * Sends an event once more to every enabled endpoint that it was written for, whether it had been delivered or not,
   * with all its attempts anew. One that is being sent right now is not sent twice.
   * @returns how many deliveries will be sent
   */
  async retry(scope: Scope, id: string): Promise<number> {
    const em = this.em.fork();
    const event = await em.findOne(WebhookEvent, { id, ...scopeOf(scope) });
    if (!event) throw notFound('webhook event', { system_event_id: id });
    const now = this.clock.now().toISOString();
    const queued = await em.execute<unknown[]>(
      `update webhook_delivery set delivery_status = 'pending', attempts = 0, next_attempt_at = ?, leased_until = null
       where shard = ? and event_id = ? and (leased_until is null or leased_until <= ?)
         and endpoint_id in (select id from webhook_endpoint where status = 'published' and endpoint_status = 'enabled') returning endpoint_id`,
      [now, event.shard, id, now],
    );
    void this.engine.wake();
    return queued.length;
  }
}

function mayRead({ scopes }: Caller, { eventType }: WebhookEvent): boolean {
  const scope = scopeOfEvent(eventType);
  return scope !== undefined && scopes.has(scope);
}
