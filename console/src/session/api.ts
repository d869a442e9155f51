import { createApi } from '../../../client/src/api.js';
import type { Schemas } from '../../../client/src/refill.js';

export { newKey } from '../../../client/src/repeatable.js';
export { NoAnswer, RefillError } from '../../../client/src/errors.js';
export type { Schemas } from '../../../client/src/refill.js';
export type Session = Schemas['SessionDto'];

let shownEnvironment: string | undefined;

/**
 * Says which environment the screen shows: requests name it, and the service refuses one that is meant for another. So a
 * tab that has not noticed that the session went elsewhere does nothing there.
 * @returns whether it showed another one before
 */
export function showEnvironment(id: string): boolean {
  const isOther = shownEnvironment !== undefined && shownEnvironment !== id;
  shownEnvironment = id;
  return isOther;
}

/** Every route of the service. The cookie goes with each request by itself; errors are thrown as `RefillError`, `NoAnswer`. */
export const api = createApi(
  location.origin,
  { 'X-Refill-Session': 'console' },
  {
    timeoutMs: 30_000,
    retries: 1,
    fetch: (input, init) => {
      const request = new Request(input, init);
      if (shownEnvironment !== undefined) request.headers.set('X-Environment-ID', shownEnvironment);
      return fetch(request);
    },
  },
);

/** What a request answered. Failures have been thrown: `queryFn: () => dataOf(api.GET('/v1/wallets/{id}', …))`. */
export async function dataOf<Data>(answer: Promise<{ data?: Data }>): Promise<NonNullable<Data>> {
  return (await answer).data as NonNullable<Data>;
}
