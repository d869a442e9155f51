import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Environment } from '../../auth/environment.entity.js';
import { Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import type { Scope } from '../../shared/scope.js';
import { withinEveryScope, withinScope } from '../../shared/sight.js';
import { EventEngine } from '../stripe/event-engine.js';
import { EventQueue } from '../stripe/event-queue.js';
import { BillingConnections } from './billing-connections.js';
import { idOf, objectOf } from './read-json.js';
import { type MessageHeaders, verifiedId } from './verify-message.js';

/** All that a billing system has to tell: which payment to look at. Our own requests, sent back, are of other types. */
const PAYMENT_CHANGED = 'payment.changed';

/** What a billing system tells: believed by its signature, kept once, and then the payment itself is read. */
@Injectable()
export class BillingEventsService {
  constructor(
    private readonly em: EntityManager,
    private readonly connections: BillingConnections,
    private readonly queue: EventQueue,
    private readonly engine: EventEngine,
    private readonly clock: Clock,
  ) {}

  /** @throws validation when it is not signed for this environment, or says nothing: nothing is kept then */
  async receive(environmentId: string, bytes: Buffer, headers: MessageHeaders): Promise<void> {
    const where = { id: environmentId, status: 'published' };
    const environment = await withinEveryScope(() => this.em.fork().findOne(Environment, where));
    if (!environment) throw notSigned();
    const scope = { tenantId: environment.tenantId, environmentId };
    if (await withinScope(scope, () => this.#keep(scope, bytes, headers))) this.engine.nudge();
  }

  /** @returns whether there is something to look at */
  async #keep(scope: Scope, bytes: Buffer, headers: MessageHeaders): Promise<boolean> {
    const secret = (await this.connections.find(scope))?.secret;
    const id = secret === undefined ? undefined : verifiedId(bytes, headers, secret, this.clock.now());
    if (id === undefined) throw notSigned();
    const { type, paymentId } = readMessage(bytes);
    if (type !== PAYMENT_CHANGED) return false;
    if (paymentId === undefined) throw notReadable();
    // Whatever it is: the payment, what went back of it, or both. Providers give ids of their own: one must not hide another's.
    await this.queue.keep(scope, { id: `webhook:${id}`, type }, { kind: 'payment', ref: paymentId });
    await this.queue.keep(scope, { id: `webhook-returns:${id}`, type }, { kind: 'returns', ref: paymentId });
    return true;
  }
}

function readMessage(bytes: Buffer): { type: string; paymentId: string | undefined } {
  let message: unknown;
  try {
    message = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw notReadable();
  }
  const { type, data } = objectOf(message) ?? {};
  if (typeof type !== 'string') throw notReadable();
  return { type, paymentId: idOf(objectOf(data)?.['payment_id']) };
}

/** The same words for every reason, and for an environment that has no billing system. */
function notSigned(): DomainError {
  return new DomainError('validation', 'this is not signed for this environment, or not now', {
    code: 'invalid_signature',
  });
}

function notReadable(): DomainError {
  const sentence = `must be {"type": "${PAYMENT_CHANGED}", "data": {"payment_id": "…"}}`;
  return new DomainError('validation', sentence, { code: 'invalid_message' });
}
