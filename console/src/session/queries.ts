import { QueryCache, QueryClient } from '@tanstack/react-query';
import { RefillError } from './api';
import { keep } from './kept';

export const SESSION = ['session'] as const;

/** Kept fresh by events; where there are none, looking again is enough. */
const STALE_MS = 15_000;

/** All that was read. The first word of a query's key is what it is about: `customers`, `wallets`, `top-ups`. */
export const queries = new QueryClient({
  queryCache: new QueryCache({ onError: noticeRefusal }),
  defaultOptions: {
    // The client has tried again already.
    queries: { staleTime: STALE_MS, retry: false },
    mutations: { retry: false },
  },
});

/** Over, or in another environment since another tab went there: what is on the screen is not true any more. */
export function noticeRefusal(error: unknown): void {
  if (!(error instanceof RefillError)) return;
  if (error.status === 401) whenOver();
  if (error.code === 'environment_mismatch') void queries.invalidateQueries({ queryKey: SESSION });
}

/** What a 401 ends: the console's session, unless a page has one of its own kind. */
let whenOver = forgetSession;

/** Instead of showing the log-in: a customer's link is no session of the console, which stays as it is. */
export function onSessionOver(act: () => void): void {
  whenOver = act;
}

/** Shows the log-in, and keeps nothing that was read. */
export function forgetSession(): void {
  keep('logged-in', null);
  forgetAllRead();
  queries.setQueryData(SESSION, null);
}

export function forgetAllRead(): void {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
}
