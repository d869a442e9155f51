import type { Request } from 'express';

/** Where the page of the portal is served: below it are its routes. */
export const PORTAL_PAGE = '/v1/customer/portal';

/** Where the client sees us, as far as we can know: behind a proxy, `TRUST_PROXY` has to be right. */
export function originOfPage(request: Request): string {
  return `${request.protocol}://${request.get('host') ?? request.hostname}`;
}
