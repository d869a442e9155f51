import { AsyncLocalStorage } from 'node:async_hooks';
import type { Scope } from './scope.js';

/** Whose rows a piece of work sees and writes, as its connection tells the database (ADR 29). */
export interface Sight {
  /** The setting `refill.scope`: ids of tenants and environments, or `*`. Undefined where nobody has said it yet. */
  rows: string | undefined;
  /** Whether it acts as the role that owns the tables. */
  isOwner: boolean;
}

const ALL_ROWS = '*';
const sights = new AsyncLocalStorage<Sight>();

/** Runs work that sees the rows of one environment, and of its tenant what belongs to no environment. */
export function withinScope<Result>(scope: Scope, work: () => Result): Result {
  return sights.run({ rows: rowsOf(scope), isOwner: false }, work);
}

/** The same for work that is about several at once: a group of the ledger. */
export function withinScopes<Result>(scopes: Iterable<Scope>, work: () => Result): Result {
  const rows = new Set<string>();
  for (const scope of scopes) rows.add(rowsOf(scope));
  return sights.run({ rows: [...rows].join(','), isOwner: false }, work);
}

/**
 * Runs work of the service's own, which sees the rows of all tenants: whose key, session or link is this, what is due.
 * Whoever goes on with a row that it has found narrows to that row's scope. ADR 29 lists the places.
 */
export function withinEveryScope<Result>(work: () => Result): Result {
  return sights.run({ rows: ALL_ROWS, isOwner: false }, work);
}

/** Runs work as the role that owns the tables: migrations. */
export function asOwner<Result>(work: () => Result): Result {
  return sights.run({ rows: ALL_ROWS, isOwner: true }, work);
}

/** Runs a request that nobody has let in yet: it sees no rows until `enterScope`. */
export function outsideScopes<Result>(work: () => Result): Result {
  return sights.run({ rows: undefined, isOwner: false }, work);
}

/** From here on the request sees the rows of whoever was let in, and no others. */
export function enterScope(scope: Scope): void {
  const sight = sights.getStore();
  if (sight) sight.rows = rowsOf(scope);
}

/** The same for a request that looks for its tenant itself: a log-in. */
export function enterEveryScope(): void {
  const sight = sights.getStore();
  if (sight) sight.rows = ALL_ROWS;
}

/** What the work that is under way may see. @throws Error when it has not said so: a bug, and better loud than an empty answer */
export function currentSight(): { rows: string; isOwner: boolean } {
  const { rows, isOwner = false } = sights.getStore() ?? {};
  if (rows === undefined) throw new Error('this work has not said whose rows it sees (ADR 29)');
  return { rows, isOwner };
}

function rowsOf({ tenantId, environmentId }: Scope): string {
  return `${tenantId},${environmentId}`;
}
