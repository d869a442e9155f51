import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '../auth/audit/audit-log.js';
import { Clock } from '../shared/clock.js';
import { Distribution } from '../shared/distribution.js';
import { withinEveryScope } from '../shared/sight.js';
import type { AttemptResult, DeliveryVerdict } from './decide-delivery.js';
import { claimDue, type ClaimedRow, claimSpread, forgetInPlace } from './delivery-claims.js';
import { Subscriptions } from '../events/subscriptions.js';
import { WebhookEndpoint } from '../events/webhook-endpoint.entity.js';

/** While one process sends a delivery no other takes it up; after this it is taken for crashed. Longer than any attempt. */
const LEASE_MS = 60_000;
/** Taken up at once; there may be more. */
export const CLAIM_LIMIT = 200;
const KEPT_MS = 30 * 86_400_000;
const FORGET_LIMIT = 500;
const FORGET_ROUNDS = 1000;

/** A delivery that this process, and no other, sends now. */
export interface ClaimedDelivery {
  shard: number;
  eventId: string;
  endpointId: string;
  tenantId: string;
  environmentId: string;
  /** From 1. */
  attempt: number;
  url: string;
  sealedSecrets: string;
  body: string;
}

/** Deliveries that are due: claimed, and taken down when they were sent. */
@Injectable()
export class DeliveryQueue {
  constructor(
    private readonly em: EntityManager,
    private readonly subscriptions: Subscriptions,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
    private readonly distribution: Distribution,
  ) {}

  /**
   * Takes due deliveries for this process, of each endpoint only as many as it has room for: so one that hangs fills its
   * own places and nobody else's. Those of a suspended tenant wait: it is told nothing that it may not ask for.
   * @param underWay how many of an endpoint this process is sending already
   */
  async claim(places: number, underWay: Iterable<[id: string, count: number]>): Promise<ClaimedDelivery[]> {
    const claim = { now: this.clock.now(), leaseMs: LEASE_MS, limit: CLAIM_LIMIT, places, underWay: new Map(underWay) };
    return withinEveryScope(async () => {
      const em = this.em.fork();
      const rows = await (this.distribution.isDistributed ? claimSpread(em, claim) : claimDue(em, claim));
      return rows.map(toClaimed);
    });
  }

  /** Takes down what came of an attempt, unless the lease has run out and another process has gone on. */
  async record(delivery: ClaimedDelivery, result: AttemptResult, verdict: DeliveryVerdict): Promise<void> {
    const { shard, eventId, endpointId, attempt } = delivery;
    const next = verdict.status === 'pending' ? verdict.nextAttemptAt : this.clock.now();
    await this.em.fork().execute(
      `update webhook_delivery
       set delivery_status = ?, next_attempt_at = ?, leased_until = null, last_status_code = ?, last_response = ?,
         last_error = ?
       where shard = ? and event_id = ? and endpoint_id = ? and delivery_status = 'pending' and attempts = ?`,
      [
        verdict.status,
        next.toISOString(),
        result.statusCode,
        result.response,
        result.error,
        shard,
        eventId,
        endpointId,
        attempt,
      ],
    );
    if (verdict.status === 'failed' && verdict.isEndpointGone) await this.#disable(delivery);
  }

  /** Forgets events of more than 30 days ago, some at a time. */
  async forget(): Promise<void> {
    return withinEveryScope(() => (this.distribution.isDistributed ? this.#forgetSpread() : this.#forget()));
  }

  async #forget(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - KEPT_MS);
    for (let rounds = 0; rounds < FORGET_ROUNDS; rounds += 1) {
      // Ids sort by time. As arrays: how many there are is not known to the planner, which would read the tables whole.
      const [piece] = await this.em.fork().execute<{ forgotten: number }[]>(
        `with oldest as (select shard, id, created_at from webhook_event order by id limit ${FORGET_LIMIT}),
         old as materialized (
           select o.shard, o.id from unnest(
             array(select shard from oldest where created_at < ?), array(select id from oldest where created_at < ?)
           ) as o(shard, id)),
         untold as (
           delete from webhook_delivery d using old where d.shard = old.shard and d.event_id = old.id),
         forgotten as (
           delete from webhook_event e using old where e.shard = old.shard and e.id = old.id returning 1)
         select count(*)::int as forgotten from forgotten`,
        [before.toISOString(), before.toISOString()],
      );
      if ((piece?.forgotten ?? 0) < FORGET_LIMIT) return;
    }
  }

  /** A piece after the other: no statement takes some rows of several. */
  async #forgetSpread(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - KEPT_MS);
    for (const place of this.distribution.places) await forgetInPlace(this.em.fork(), place, before, FORGET_LIMIT);
  }

  /** The address of then is gone, not the one that it may have been given since. */
  async #disable({ endpointId, environmentId, url }: ClaimedDelivery): Promise<void> {
    await this.em.fork().transactional(async (tx) => {
      const where = { id: endpointId, url, endpointStatus: 'enabled' } as const;
      const endpoint = await tx.findOne(WebhookEndpoint, where, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (!endpoint) return;
      const disabledReason = 'the endpoint answered 410 Gone';
      Object.assign(endpoint, { endpointStatus: 'disabled', disabledReason, updatedAt: this.clock.now() });
      this.audit.change(tx, 'system', 'webhook_endpoint.changed', endpoint);
    });
    this.subscriptions.forget(environmentId);
  }
}

function toClaimed(row: ClaimedRow): ClaimedDelivery {
  const { shard, event_id, endpoint_id, tenant_id, environment_id, attempts, url, secret, body } = row;
  return {
    shard,
    eventId: event_id,
    endpointId: endpoint_id,
    tenantId: tenant_id,
    environmentId: environment_id,
    attempt: attempts,
    url,
    sealedSecrets: secret,
    body,
  };
}
