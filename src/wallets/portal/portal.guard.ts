import {
  applyDecorators,
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { Request } from 'express';
import { Public, type ScopeName } from '../../auth/caller.js';
import { refuseOtherEnvironment } from '../../auth/named-environment.js';
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

type PortalRequest = Request & { portalVisitor?: PortalVisitor };

/** Lets a request in by its session token. An API key opens none of these routes. */
@Injectable()
export class PortalGuard implements CanActivate {
  readonly #needs: Declared<ScopeName | undefined>;

  constructor(
    reflector: Reflector,
    private readonly sessions: PortalSessionsService,
  ) {
    this.#needs = new Declared((...places) => reflector.getAllAndOverride(PORTAL_NEEDS, places));
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<PortalRequest>();
    const token = request.get(SESSION_HEADER);
    const visitor = token === undefined ? undefined : await this.sessions.find(token);
    if (!visitor) throw new DomainError('unauthorized', 'the session token is missing, wrong or expired');
    takeTurnOf(visitor.scope.tenantId);
    const needs = this.#needs.of(context);
    if (needs) checkMayVisit(visitor, needs);
    refuseOtherEnvironment(request, context, visitor.scope.environmentId);
    enterScope(visitor.scope);
    request.portalVisitor = visitor;
    return true;
  }
}

/** On a controller: its routes need no API key, but a session token. */
export function RequirePortalSession(): ClassDecorator {
  return applyDecorators(Public(), UseGuards(PortalGuard), ApiSecurity(PORTAL_SCHEME));
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
