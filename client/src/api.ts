import createClient, { type Client } from 'openapi-fetch';
import { errorOf } from './errors.js';
import type { paths } from './generated/schema.js';
import { givenKey, KEY_HEADER, KEYED_ROUTES, newKey } from './repeatable.js';
import { type Patience, send } from './send.js';

/**
 * Every route of the OpenAPI document, typed. What is no success is thrown, keyed routes get their key, and all tries of a
 * request are one.
 * @param headers with every request: who asks
 */
export function createApi(url: string, headers: Record<string, string>, patience: Patience): Client<paths> {
  const keys = new WeakMap<Request, string>();
  const api = createClient<paths>({
    baseUrl: url.replace(/\/+$/, ''),
    headers,
    fetch: (request: Request) => send(request, patience, keys.get(request)),
  });
  api.use({
    async onRequest({ request, schemaPath }) {
      if (!KEYED_ROUTES.has(`${request.method} ${schemaPath}`)) return request;
      const given = await givenKey(request);
      const key = given ?? newKey();
      // One in the body stays there alone: a header cannot carry every text.
      if (given === undefined) request.headers.set(KEY_HEADER, key);
      keys.set(request, key);
      return request;
    },
    async onResponse({ response }) {
      if (!response.ok) throw await errorOf(response);
    },
  });
  return api;
}
