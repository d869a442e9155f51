import { applyDecorators, createParamDecorator, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiSecurity } from '@nestjs/swagger';
/** Names of the security schemes in the OpenAPI document. */
export const API_KEY_SCHEME = 'api-key';
export const BEARER_SCHEME = 'bearer';
/** On each route: the scope it asks for, or that it is public. One that says neither stops the start of the service. */
export const ROUTE_ACCESS = Symbol('route access');
/** The caller of a private route. */
export const CurrentCaller = createParamDecorator((_data, context) => {
    const { caller } = context.switchToHttp().getRequest();
    if (!caller)
        throw new Error('a public route has no caller');
    return caller;
});
/** Only keys with this scope may call the route (or, on a controller, each of its routes that says nothing else). */
export function RequireScope(scope) {
    return applyDecorators(SetMetadata(ROUTE_ACCESS, scope), ApiSecurity(API_KEY_SCHEME), ApiBearerAuth(BEARER_SCHEME), ApiExtension('x-scope', scope));
}
/** The route needs no key. */
export function Public() {
    return SetMetadata(ROUTE_ACCESS, 'public');
}
//# sourceMappingURL=caller.js.map