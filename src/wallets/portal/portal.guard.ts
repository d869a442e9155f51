import {
  applyDecorators,
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  UseGuards,
} from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import type { Request } from 'express';
import { Public } from '../../auth/caller.js';
import { refuseOtherEnvironment } from '../../auth/named-environment.js';
import { DomainError } from '../../shared/errors.js';
import { takeTurnOf } from '../../shared/turn.js';
import { enterScope } from '../../shared/sight.js';
import { PortalSessionsService, type PortalVisitor } from './portal-sessions.service.js';

const SESSION_HEADER = 'X-Session-Token';
/** Name of the security scheme in the OpenAPI document. */
export const PORTAL_SCHEME = 'session-token';

type PortalRequest = Request & { portalVisitor?: PortalVisitor };

/** Lets a request in by its session token. An API key opens none of these routes. */
@Injectable()
export class PortalGuard implements CanActivate {
  constructor(private readonly sessions: PortalSessionsService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<PortalRequest>();
    const token = request.get(SESSION_HEADER);
    const visitor = token === undefined ? undefined : await this.sessions.find(token);
    if (!visitor) throw new DomainError('unauthorized', 'the session token is missing, wrong or expired');
    takeTurnOf(visitor.scope.tenantId);
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

/** Whose session it is. */
export const CurrentVisitor = createParamDecorator((_data: unknown, context: ExecutionContext): PortalVisitor => {
  const { portalVisitor } = context.switchToHttp().getRequest<PortalRequest>();
  if (!portalVisitor) throw new Error('this route has no portal session');
  return portalVisitor;
});
