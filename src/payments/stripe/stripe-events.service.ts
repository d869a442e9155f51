import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Environment } from '../../auth/environment.entity.js';
import { Clock } from '../../shared/clock.js';
import type { Scope } from '../../shared/scope.js';
import { withinEveryScope, withinScope } from '../../shared/sight.js';
import { EventEngine } from './event-engine.js';
import { EventQueue } from './event-queue.js';
import { subjectOf } from './event-subject.js';
import { StripeConnections } from './stripe-connections.js';
import { notSigned, verifyEvent } from './verify-event.js';

/** What Stripe tells an environment: believed by its signature, kept once, worked on after it was acknowledged. */
@Injectable()
export class StripeEventsService {
  constructor(
    private readonly em: EntityManager,
    private readonly connections: StripeConnections,
    private readonly queue: EventQueue,
    private readonly engine: EventEngine,
    private readonly clock: Clock,
  ) {}

  /** @throws validation when it is not signed for this environment: nothing is kept then */
  async receive(environmentId: string, bytes: Buffer, signature: string | undefined): Promise<void> {
    const where = { id: environmentId, status: 'published' };
    const environment = await withinEveryScope(() => this.em.fork().findOne(Environment, where));
    if (!environment) throw notSigned();
    const scope = { tenantId: environment.tenantId, environmentId };
    if (await withinScope(scope, () => this.#keep(scope, bytes, signature))) this.engine.nudge();
  }

  /** @returns whether there is something to look at */
  async #keep(scope: Scope, bytes: Buffer, signature: string | undefined): Promise<boolean> {
    const secret = (await this.connections.find(scope))?.keys.webhookSecret;
    if (!secret) throw notSigned();
    const event = await verifyEvent(bytes, signature, secret, this.clock.now());
    const subject = subjectOf(event);
    if (!subject || typeof event.id !== 'string') return false;
    await this.queue.keep(scope, event, subject);
    return true;
  }
}
