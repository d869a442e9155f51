import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { withinEveryScope } from '../../shared/sight.js';
import type { EventSubject } from './event-subject.js';
import { ProviderEvent } from './provider-event.entity.js';

/** While one process works on an event no other takes it up; after this it is taken for crashed. */
const LEASE_MS = 60_000;
const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 3_600_000;
/** About half a day; what it was about is found by asking, too. */
const MOST_ATTEMPTS = 20;
/** Stripe repeats an event for three days. */
const KEPT_MS = 30 * 86_400_000;
const FORGET_LIMIT = 500;

export interface ClaimedEvent {
  id: string;
  scope: Scope;
  subject: EventSubject;
  /** From 1. */
  attempt: number;
}

interface ClaimedRow {
  id: string;
  tenant_id: string;
  environment_id: string;
  subject_kind: EventSubject['kind'];
  subject_ref: string;
  attempts: number;
}

/** Events of payment providers: taken in once, handed to one process at a time, done when their work is committed. */
@Injectable()
export class EventQueue {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  /** Keeps an event to be worked on. One that was kept before stays what it has become. */
  async keep(scope: Scope, event: { id: string; type: string }, subject: EventSubject): Promise<void> {
    const now = this.clock.now();
    const kept = {
      ...scopeOf(scope),
      id: event.id,
      eventType: event.type,
      subjectKind: subject.kind,
      subjectRef: subject.ref,
      eventStatus: 'pending' as const,
      attempts: 0,
      nextAttemptAt: now,
      receivedAt: now,
    };
    await this.em.fork().upsert(ProviderEvent, kept, { onConflictAction: 'ignore' });
  }

  /**
   * Takes due events for this process, of each environment only as many as it has room for.
   * @param underWay how many of an environment this process works on already
   */
  async claim(places: number, underWay: Iterable<[id: string, count: number]>): Promise<ClaimedEvent[]> {
    const now = this.clock.now();
    const rows = await withinEveryScope(() =>
      this.em.fork().execute<ClaimedRow[]>(
        `with due as materialized (
         select d.environment_id, d.id from (
           select environment_id from stripe_connection union select environment_id from billing_connection
         ) c
         cross join lateral (
           select environment_id, id from provider_event
           where environment_id = c.environment_id and event_status = 'pending' and next_attempt_at <= ?
           order by next_attempt_at limit greatest(0, ? - coalesce((?::jsonb ->> c.environment_id)::int, 0))
           for update skip locked
         ) d
       )
       update provider_event e set attempts = attempts + 1, next_attempt_at = ?
       from due where e.environment_id = due.environment_id and e.id = due.id
       returning e.id, e.tenant_id, e.environment_id, e.subject_kind, e.subject_ref, e.attempts`,
        [
          now.toISOString(),
          places,
          JSON.stringify(Object.fromEntries(underWay)),
          new Date(now.getTime() + LEASE_MS).toISOString(),
        ],
      ),
    );
    return rows.map((row) => ({
      id: row.id,
      scope: { tenantId: row.tenant_id, environmentId: row.environment_id },
      subject: { kind: row.subject_kind, ref: row.subject_ref },
      attempt: row.attempts,
    }));
  }

  async done(event: ClaimedEvent): Promise<void> {
    await this.#record(event, { eventStatus: 'done' });
  }

  /** @returns whether it will be tried again */
  async retryLater(event: ClaimedEvent): Promise<boolean> {
    const { attempt } = event;
    const isLast = attempt >= MOST_ATTEMPTS;
    const wait = Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LONGEST_RETRY_MS);
    const nextAttemptAt = new Date(this.clock.now().getTime() + wait);
    await this.#record(event, isLast ? { eventStatus: 'failed' } : { nextAttemptAt });
    return !isLast;
  }

  /** Forgets events of more than 30 days ago, some at a time. */
  async forget(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - KEPT_MS).toISOString();
    await withinEveryScope(() =>
      this.em.fork().execute(
        `delete from provider_event where (environment_id, id) in (
         select environment_id, id from provider_event where received_at < ? order by received_at limit ${FORGET_LIMIT})`,
        [before],
      ),
    );
  }

  /** Unless the lease has run out, and another process has gone on. */
  async #record(
    event: ClaimedEvent,
    change: Partial<Pick<ProviderEvent, 'eventStatus' | 'nextAttemptAt'>>,
  ): Promise<void> {
    const where = { ...event.scope, id: event.id, eventStatus: 'pending' as const, attempts: event.attempt };
    await this.em.fork().nativeUpdate(ProviderEvent, where, change);
  }
}
