import type { IncomingMessage, ServerResponse } from 'node:http';

/** What we use of Express's router: one layer for each route and each middleware, in order. */
export interface RouteLayer {
  route?: { path?: unknown; methods: Record<string, boolean> };
  match(path: string): boolean;
}

type Handle = (request: IncomingMessage, response: ServerResponse, done: (error?: unknown) => void) => void;

export interface Router {
  stack: RouteLayer[];
  handle: Handle;
}

/** Where paths lead to that begin alike. */
interface Branch {
  literals: Map<string, Branch>;
  /** Behind a segment that is a parameter. */
  parameter: Branch | undefined;
  /** Places of the routes that end here, in the router's order. */
  places: number[];
  /** The router with these routes and all middleware, made when it is first needed. */
  view: Router | undefined;
}

/** Anything else may be read by the router in a way of its own: an address with its host, a fragment, letters beyond ASCII. */
const PLAIN_PATH = /^\/[!"$->@-~]*(?=\?|$)/;
const LITERAL = /^[\w.-]+$/;
const PARAMETER = /^:\w+$/;

/**
 * Makes Express try only the routes that a path can be, however many there are; it would match it with the pattern of one
 * after the other. What these routes and the middleware do with it is Express's own business, so every answer stays as it
 * is: a path with another method, HEAD, OPTIONS, a path that nobody has.
 */
export function narrowRoutes(router: Router): void {
  const { handle } = router;
  let table = new RouteTable(router);
  router.handle = (request, response, done) => {
    // Modules add theirs while the service starts.
    if (table.size !== router.stack.length) table = new RouteTable(router);
    handle.call(table.viewFor(request.url ?? ''), request, response, done);
  };
}

/** The routes of a router by the segments of their paths. */
export class RouteTable {
  readonly size: number;
  readonly #root = newBranch();
  /** Places of middleware, and of routes whose paths are not plain: tried for every path. */
  readonly #always: number[] = [];
  readonly #stack: readonly RouteLayer[];
  /** For a path that no route has: what is tried for every path. */
  #nowhere: Router | undefined;

  constructor(private readonly router: Router) {
    this.#stack = [...router.stack];
    this.size = this.#stack.length;
    this.#stack.forEach((layer, place) => this.#branchOf(layer).push(place));
  }

  viewFor(url: string): Router {
    const path = PLAIN_PATH.exec(url)?.[0];
    if (path === undefined) return this.router;
    const ends: Branch[] = [];
    // Express takes a path with a slash at its end, too, and letters in either case.
    collect(this.#root, segmentsOf(path.toLowerCase()), 0, ends);
    const [end] = ends;
    if (!end) return (this.#nowhere ??= this.#viewOf([]));
    if (ends.length === 1) return (end.view ??= this.#viewOf(end.places));
    return this.#viewOf(ends.flatMap(({ places }) => places));
  }

  #viewOf(places: readonly number[]): Router {
    const inOrder = [...this.#always, ...places].sort((one, other) => one - other);
    return Object.create(this.router, { stack: { value: inOrder.map((place) => this.#stack[place]) } }) as Router;
  }

  #branchOf({ route }: RouteLayer): number[] {
    const segments = typeof route?.path === 'string' && route.path.startsWith('/') ? segmentsOf(route.path) : undefined;
    if (!segments?.every((segment) => LITERAL.test(segment) || PARAMETER.test(segment))) return this.#always;
    let branch = this.#root;
    for (const segment of segments) {
      if (PARAMETER.test(segment)) branch = branch.parameter ??= newBranch();
      else {
        const literal = segment.toLowerCase();
        const next = branch.literals.get(literal) ?? newBranch();
        branch.literals.set(literal, next);
        branch = next;
      }
    }
    return branch.places;
  }
}

function newBranch(): Branch {
  return { literals: new Map(), parameter: undefined, places: [], view: undefined };
}

function segmentsOf(path: string): string[] {
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  return end <= 1 ? [] : path.slice(1, end).split('/');
}

/** Every branch at which a path may end: a segment may be a literal of one route and another's parameter. */
function collect(branch: Branch, segments: readonly string[], depth: number, ends: Branch[]): void {
  const segment = segments[depth];
  if (segment === undefined) {
    if (branch.places.length > 0) ends.push(branch);
    return;
  }
  const literal = branch.literals.get(segment);
  if (literal) collect(literal, segments, depth + 1, ends);
  if (branch.parameter) collect(branch.parameter, segments, depth + 1, ends);
}
