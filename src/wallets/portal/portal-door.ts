import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  type OnModuleInit,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ROUTE_ACCESS, type RouteAccess, type ScopeName } from '../../auth/caller.js';
import { type Door, Doors } from '../../auth/doors.js';
import { refuseOtherEnvironment } from '../../auth/named-environment.js';
import { RequestBudgets } from '../../auth/request-budgets.js';
import type { PaidRequest } from '../../http/admission/payer.js';
import { POINTS } from '../../http/admission/route-cost.js';
import { Declared } from '../../http/declared.js';
import { DomainError } from '../../shared/errors.js';
import { takeTurnOf } from '../../shared/turn.js';
import { enterScope } from '../../shared/sight.js';
import { checkMayVisit, PortalSessionsService, type PortalVisitor } from './portal-sessions.service.js';

const SESSION_HEADER = 'X-Session-Token';
/** Name of the security scheme in the OpenAPI document. */
export const PORTAL_SCHEME = 'session-token';

/** What a route asks of a session beside being one: a scope that its key has; `account:write` of one that may manage. */
const PORTAL_NEEDS = Symbol('what a route of the portal needs');

type PortalRequest = PaidRequest & { portalVisitor?: PortalVisitor };

const ACCESS: RouteAccess = 'portal session';

/** Lets a request in by its session token, which pays for it. An API key opens none of these routes. */
@Injectable()
export class PortalDoor implements Door, OnModuleInit {
  readonly #needs: Declared<ScopeName | undefined>;

  constructor(
    reflector: Reflector,
    private readonly sessions: PortalSessionsService,
    private readonly budgets: RequestBudgets,
    private readonly doors: Doors,
  ) {
    this.#needs = new Declared((...places) => reflector.getAllAndOverride(PORTAL_NEEDS, places));
  }

  onModuleInit(): void {
    this.doors.add(ACCESS, this);
  }

  async admit(context: ExecutionContext): Promise<true> {
    const http = context.switchToHttp();
    const request = http.getRequest<PortalRequest>();
    const token = request.get(SESSION_HEADER);
    const visitor = token === undefined ? undefined : await this.sessions.find(token);
    if (!visitor) {
      // Whoever guesses pays with the address: nobody else would.
      await this.budgets.spend(request, http.getResponse<Response>(), POINTS.ordinary);
      throw new DomainError('unauthorized', 'the session token is missing, wrong or expired');
    }
    takeTurnOf(visitor.scope.tenantId);
    const needs = this.#needs.of(context);
    if (needs) checkMayVisit(visitor, needs);
    refuseOtherEnvironment(request, context, visitor.scope.environmentId);
    enterScope(visitor.scope);
    request.portalVisitor = visitor;
    request.payer = { id: visitor.sessionId || visitor.keyId, isServer: false, ...visitor.scope };
    return true;
  }
}

/** On a controller: its routes need no API key, but a session token. */
export function RequirePortalSession(): ClassDecorator {
  return applyDecorators(SetMetadata(ROUTE_ACCESS, ACCESS), ApiSecurity(PORTAL_SCHEME));
}

/** The route is only for sessions whose key has this scope; `account:write` only for those that may manage. */
export function PortalNeeds(scope: ScopeName): MethodDecorator & ClassDecorator {
  return applyDecorators(SetMetadata(PORTAL_NEEDS, scope), ApiExtension('x-portal-scope', scope));
}

/** Whose session it is. */
export const CurrentVisitor = createParamDecorator((_data: unknown, context: ExecutionContext): PortalVisitor => {
  return visitorOf(context.switchToHttp().getRequest<Request>());
});

export function visitorOf({ portalVisitor }: PortalRequest): PortalVisitor {
  if (!portalVisitor) throw new Error('this route has no portal session');
  return portalVisitor;
}
