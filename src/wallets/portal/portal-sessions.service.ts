import { hash, randomBytes } from 'node:crypto';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { ApiKey, liveKeys } from '../../auth/api-key.entity.js';
import type { Caller } from '../../auth/caller.js';
import { Environment, type EnvironmentType } from '../../auth/environment.entity.js';
import { type ScopeName, scopesOf } from '../../auth/scopes.js';
import { isTenantSuspended, tenantSuspended } from '../../auth/suspension.js';
import { Customer } from '../../customers/customer.entity.js';
import { CustomersService } from '../../customers/customers.service.js';
import { Clock } from '../../shared/clock.js';
import { DomainError, keyRefused, notFound } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { withinEveryScope } from '../../shared/sight.js';
import { type PortalRights, PortalSession } from './portal-session.entity.js';

const LIFETIME_MS = 3_600_000;
const TOKEN_BYTES = 32;
/** `cps_` and 32 bytes as base64url. */
const TOKEN_FORMAT = /^cps_[\w-]{43}$/;
/** What a key needs to let a customer spend. */
const MANAGING: ScopeName = 'account:write';
/** What one new session clears away: more than it adds, so that the table does not grow. */
const CLEARED_AT_ONCE = 100;

/** The customer whose session it is, and where. */
export interface PortalVisitor {
  scope: Scope;
  customerId: string;
  environmentType: EnvironmentType;
  /** Empty for one that a process of an older version has started. */
  sessionId: string;
  /** The key that started it, and what that may do: the session may do no more. */
  keyId: string;
  scopes: ReadonlySet<ScopeName>;
  rights: PortalRights;
  expiresAt: Date;
}

export interface NewPortalSession {
  id: string;
  token: string;
  rights: PortalRights;
  expiresAt: Date;
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
   * Starts a session for a customer: for an hour, or as long as the key is good. The token is in the answer and nowhere
   * else.
   * @throws not_found; unauthorized when the key was revoked meanwhile; forbidden where the key may not do it itself
   */
  async start(caller: Caller, externalId: string, rights: PortalRights = 'view'): Promise<NewPortalSession> {
    if (rights === 'manage' && !caller.scopes.has(MANAGING)) throw keyLacks(MANAGING);
    const customer = await this.customers.getByExternalId(caller, externalId);
    const token = `cps_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
    const now = this.clock.now();
    const em = this.em.fork();
    const key = await em.findOne(ApiKey, { id: caller.keyId, ...scopeOf(caller), ...liveKeys(now) });
    if (!key) throw keyRefused();
    const expiresAt = new Date(Math.min(now.getTime() + LIFETIME_MS, key.expiresAt?.getTime() ?? Infinity));
    await withinEveryScope(() => this.#clearExpired(this.em.fork(), now));
    const id = newId('session', now);
    const owner = { ...scopeOf(caller), customerId: customer.id, createdBy: caller.keyId };
    await em.insert(PortalSession, { ...owner, id, rights, tokenHash: hashOf(token), expiresAt, createdAt: now });
    return { id, token, rights, expiresAt };
  }

  /**
   * Whose token it is; undefined for one that is malformed, unknown or expired, whose customer is deleted, or whose key
   * lets nobody in any more. Read each time: what is ended, is ended everywhere at once.
   * @throws DomainError `forbidden` where the tenant is suspended
   */
  async find(token: string): Promise<PortalVisitor | undefined> {
    return TOKEN_FORMAT.test(token) ? withinEveryScope(() => this.#read(token)) : undefined;
  }

  async #read(token: string): Promise<PortalVisitor | undefined> {
    const em = this.em.fork();
    const now = this.clock.now();
    const session = await em.findOne(PortalSession, { tokenHash: hashOf(token), expiresAt: { $gt: now } });
    if (!session) return undefined;
    const scope = scopeOf(session);
    const { environmentId: environment, tenantId } = scope;
    const [customers, key, place] = await Promise.all([
      em.count(Customer, { id: session.customerId, ...scope, status: 'published' }),
      em.findOne(ApiKey, { id: session.createdBy, ...scope, ...liveKeys(now) }),
      em.findOne(Environment, { id: environment, tenantId }),
    ]);
    if (customers === 0 || !key || !place) return undefined;
    if (await isTenantSuspended(em, scope.tenantId)) throw tenantSuspended();
    const { id, customerId, createdBy: keyId, rights, expiresAt } = session;
    const scopes = scopesOf({ ...key, customerId: key.customerId ?? null, scopes: key.scopes ?? null });
    return { scope, customerId, environmentType: place.type, sessionId: id ?? '', keyId, scopes, rights, expiresAt };
  }

  /**
   * Ends one session that this very key has started.
   * @throws not_found, also for a session that another key has started, or that has ended
   */
  async end(caller: Caller, externalId: string, id: string): Promise<void> {
    const customer = await this.customers.getByExternalId(caller, externalId);
    const own = { id, ...scopeOf(caller), customerId: customer.id, createdBy: caller.keyId };
    const ended = await this.em.fork().nativeDelete(PortalSession, own);
    if (ended === 0) throw notFound('portal session', { session_id: id });
  }

  /**
   * Ends all sessions of a customer, whichever keys have started them.
   * @throws not_found
   */
  async endAll(scope: Scope, externalId: string): Promise<void> {
    const customer = await this.customers.getByExternalId(scope, externalId);
    await this.em.fork().nativeDelete(PortalSession, { ...scopeOf(scope), customerId: customer.id });
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

/**
 * Refuses what a session may not do: what its key may not, and what moves money where it was started for looking.
 * @throws DomainError `forbidden`
 */
export function checkMayVisit({ scopes, rights }: Pick<PortalVisitor, 'scopes' | 'rights'>, scope: ScopeName): void {
  if (!scopes.has(scope)) throw keyLacks(scope);
  if (scope !== MANAGING || rights === 'manage') return;
  throw new DomainError('forbidden', 'this session may only look: start one with rights=manage', { code: 'view_only' });
}

function keyLacks(scope: ScopeName): DomainError {
  return new DomainError('forbidden', `the session’s key lacks the scope ${scope}`, { details: { scope } });
}

function hashOf(token: string): string {
  return hash('sha256', token, 'hex');
}
