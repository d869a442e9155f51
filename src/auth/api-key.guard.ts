import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import type { PaidRequest } from '../http/admission/payer.js';
import { Declared } from '../http/declared.js';
import { originOf } from '../http/origin.js';
import { Clock } from '../shared/clock.js';
import { DomainError, keyRefused } from '../shared/errors.js';
import { takeTurnOf } from '../shared/turn.js';
import { enterScope } from '../shared/sight.js';
import { type Caller, ROUTE_ACCESS, type RouteAccess } from './caller.js';
import { Doors } from './doors.js';
import { KeyRing, type KnownKey } from './key-ring.js';
import { KeyUsage } from './key-usage.js';
import { refuseOtherEnvironment } from './named-environment.js';
import { isServerKey, type ScopeName } from './scopes.js';
import { ConsoleSessions } from './sessions/console-sessions.service.js';
import { sessionTokenOf } from './sessions/session-cookie.js';
import { tenantSuspended } from './suspension.js';

/** Lets a request in by its API key, or by the cookie of a session that acts with one. Everything is private unless it is declared public. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  readonly #access: Declared<RouteAccess | undefined>;

  constructor(
    reflector: Reflector,
    private readonly keys: KeyRing,
    private readonly sessions: ConsoleSessions,
    private readonly doors: Doors,
    private readonly usage: KeyUsage,
    private readonly clock: Clock,
  ) {
    this.#access = new Declared((...places) => reflector.getAllAndOverride(ROUTE_ACCESS, places));
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.#access.of(context);
    if (access === 'public') return true;
    if (access === undefined) throw new Error(`${context.getClass().name} has a route without a scope`);
    const door = this.doors.of(access);
    if (door) return door.admit(context);
    if (access === 'portal session') throw new Error('nobody looks after sessions of the portal');
    const request = context.switchToHttp().getRequest<PaidRequest & { caller?: Caller }>();
    const key = await this.#authenticate(request);
    takeTurnOf(key.tenantId);
    if (access !== 'any key') authorize(key, access);
    refuseOtherEnvironment(request, context, key.environmentId);
    enterScope(key);
    this.usage.note(key);
    const { keyId, keyType, keyName, tenantId, environmentId, environmentType, customerId, userId, userEmail, scopes } =
      key;
    const who = {
      keyId,
      keyType,
      keyName,
      tenantId,
      environmentId,
      environmentType,
      customerId,
      userId,
      userEmail,
      scopes,
    };
    request.caller = { ...who, ...originOf(request) };
    const isServer = isServerKey({ type: keyType, customerId });
    request.payer = { id: keyId, isServer, tenantId, environmentId };
    return true;
  }

  async #authenticate(request: Request): Promise<KnownKey> {
    const plainKey = plainKeyOf(request);
    const key = await (plainKey === undefined ? this.#ofSession(request) : this.keys.find(plainKey));
    const isExpired = key?.expiresAt && key.expiresAt.getTime() <= this.clock.now().getTime();
    if (!key || isExpired) throw keyRefused();
    return key;
  }

  async #ofSession(request: Request): Promise<KnownKey | undefined> {
    const token = sessionTokenOf(request);
    return token === undefined ? undefined : this.sessions.find(token);
  }
}

/** `x-api-key`, or `Authorization` with the scheme Bearer or JWT. */
export function plainKeyOf(request: IncomingMessage): string | undefined {
  const header = request.headers['x-api-key'];
  if (typeof header === 'string') return header;
  return /^(?:Bearer|JWT) +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
}

function authorize(key: KnownKey, scope: ScopeName): void {
  if (key.isTenantSuspended) throw tenantSuspended();
  if (!key.scopes.has(scope)) {
    throw new DomainError('forbidden', `this key lacks the scope ${scope}`, { details: { scope } });
  }
}
