import type { Request } from 'express';
import type { RouteLayer } from '../server/route-table.js';

/** The methods that a path does answer to, that of the request if none is named; empty when no route has the path. */
export function allowedMethods(request: Request, path = request.path): string[] {
  const { stack } = request.app.router as unknown as { stack: RouteLayer[] };
  const methods = new Set<string>();
  for (const layer of stack) {
    if (!layer.route || isMiddleware(layer.route) || !matches(layer, path)) continue;
    for (const method of Object.keys(layer.route.methods)) methods.add(method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}

/** Nest registers its modules' middleware as routes that answer everything; no controller of ours answers TRACE. */
function isMiddleware({ methods }: { methods: Record<string, boolean> }): boolean {
  return methods['_all'] === true || methods['trace'] === true;
}

function matches(layer: RouteLayer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    return false;
  }
}
