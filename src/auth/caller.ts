import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { Origin } from '../http/origin.js';
import type { Scope } from '../shared/scope.js';
import type { EnvironmentType } from './environment.entity.js';
import type { KeyType, ScopeName } from './scopes.js';

export type { ScopeName } from './scopes.js';

/** Who sent a request, as its API key says, and from where. Also the scope of every read and write it makes. */
export interface Caller extends Scope, Origin {
  keyId: string;
  keyType: KeyType;
  keyName: string;
  environmentType: EnvironmentType;
  /** The one customer of an account key; null for a server key. */
  customerId: string | null;
  /** The user who logged in for the key; null for every other key. */
  userId: string | null;
  userEmail: string | null;
  scopes: ReadonlySet<ScopeName>;
}

/** Names of the security schemes in the OpenAPI document. */
export const API_KEY_SCHEME = 'api-key';
export const BEARER_SCHEME = 'bearer';

/** On each route: the scope it asks for, or that any key, a session of the portal or nobody's will do. One that says none stops the start. */
export const ROUTE_ACCESS = Symbol('route access');
export type RouteAccess = ScopeName | 'any key' | 'portal session' | 'public';

/** The caller of a private route. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<{ caller?: Caller }>();
  if (!caller) throw new Error('a public route has no caller');
  return caller;
});

/** Only keys with this scope may call the route (or, on a controller, each of its routes that says nothing else). */
export function RequireScope(scope: ScopeName): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata(ROUTE_ACCESS, scope),
    ApiSecurity(API_KEY_SCHEME),
    ApiBearerAuth(BEARER_SCHEME),
    ApiExtension('x-scope', scope),
  );
}

/** Whatever the key may do, it may call the route, of a suspended tenant too. */
export function RequireKey(): MethodDecorator {
  return applyDecorators(
    SetMetadata(ROUTE_ACCESS, 'any key'),
    ApiSecurity(API_KEY_SCHEME),
    ApiBearerAuth(BEARER_SCHEME),
  );
}

/** The route needs no key. */
export function Public(): MethodDecorator & ClassDecorator {
  return SetMetadata(ROUTE_ACCESS, 'public');
}
