import type { Request } from 'express';

const UNMATCHED = 'unmatched';

/** The route that answered a request, as it was declared (`/v1/wallets/:id`): to be asked when the request has ended. */
export function routeOf(request: Request): { pattern: string; isMatched: boolean } {
  const route = request.route as { path?: unknown; methods?: Record<string, boolean> } | undefined;
  // Nest registers its modules' middleware as routes that answer everything.
  const isMatched = typeof route?.path === 'string' && route.methods?.['_all'] !== true;
  return { pattern: isMatched ? String(route?.path) : UNMATCHED, isMatched };
}
