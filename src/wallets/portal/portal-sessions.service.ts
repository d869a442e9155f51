import { hash, randomBytes } from 'node:crypto';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../auth/caller.js';
import { Customer } from '../../customers/customer.entity.js';
import { CustomersService } from '../../customers/customers.service.js';
import { Clock } from '../../shared/clock.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { withinEveryScope } from '../../shared/sight.js';
import { PortalSession } from './portal-session.entity.js';

const LIFETIME_MS = 3_600_000;
const TOKEN_BYTES = 32;
/** `cps_` and 32 bytes as base64url. */
const TOKEN_FORMAT = /^cps_[\w-]{43}$/;
/** What one new session clears away: more than it adds, so that the table does not grow. */
const CLEARED_AT_ONCE = 100;

/** The customer whose session it is, and where. */
export interface PortalVisitor {
  scope: Scope;
  customerId: string;
}

/** Sessions of the customer portal. */
@Injectable()
export class PortalSessionsService {
  constructor(
    private readonly em: EntityManager,
    private readonly customers: CustomersService,
    private readonly clock: Clock,
  ) {}

  /**
   * Starts a session for a customer. The token is in the answer and nowhere else.
   * @throws not_found
   */
  async start(caller: Caller, externalId: string): Promise<{ token: string; expiresAt: Date }> {
    const customer = await this.customers.getByExternalId(caller, externalId);
    const token = `cps_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + LIFETIME_MS);
    await withinEveryScope(() => this.#clearExpired(this.em.fork(), now));
    const em = this.em.fork();
    const owner = { ...scopeOf(caller), customerId: customer.id, createdBy: caller.keyId };
    await em.insert(PortalSession, { ...owner, tokenHash: hashOf(token), expiresAt, createdAt: now });
    return { token, expiresAt };
  }

  /** Whose token it is; undefined for one that is malformed, unknown or expired, or whose customer is deleted. */
  async find(token: string): Promise<PortalVisitor | undefined> {
    return TOKEN_FORMAT.test(token) ? withinEveryScope(() => this.#read(token)) : undefined;
  }

  async #read(token: string): Promise<PortalVisitor | undefined> {
    const em = this.em.fork();
    const session = await em.findOne(PortalSession, {
      tokenHash: hashOf(token),
      expiresAt: { $gt: this.clock.now() },
    });
    if (!session) return undefined;
    const scope = scopeOf(session);
    const isLive = await em.count(Customer, { id: session.customerId, ...scope, status: 'published' });
    return isLive ? { scope, customerId: session.customerId } : undefined;
  }

  async #clearExpired(em: EntityManager, now: Date): Promise<void> {
    const expired = await em.find(
      PortalSession,
      { expiresAt: { $lte: now } },
      { orderBy: { expiresAt: 'asc' }, limit: CLEARED_AT_ONCE },
    );
    if (expired.length === 0) return;
    await em.nativeDelete(PortalSession, { tokenHash: { $in: expired.map(({ tokenHash }) => tokenHash) } });
  }
}

function hashOf(token: string): string {
  return hash('sha256', token, 'hex');
}
