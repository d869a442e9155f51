import createClient, { type Client } from 'openapi-fetch';
import { errorOf } from './errors.js';
import type { paths } from './generated/schema.js';
import { KEY_HEADER, KEYED_ROUTES, keyOf } from './repeatable.js';
import { type Patience, send } from './send.js';

/**
 * Every route of the OpenAPI document, typed. What is no success is thrown, keyed routes get their key, and all tries of a
 * request are one.
 * @param headers with every request: who asks
 */
export function createApi(url: string, headers: Record<string, string>, patience: Patience): Client<paths> {
  const api = createClient<paths>({
    baseUrl: url.replace(/\/+$/, ''),
    headers,
    fetch: (request: Request) => send(request, patience),
  });
  api.use({
    async onRequest({ request, schemaPath }) {
      if (KEYED_ROUTES.has(`${request.method} ${schemaPath}`)) request.headers.set(KEY_HEADER, await keyOf(request));
      return request;
    },
    async onResponse({ response }) {
      if (!response.ok) throw await errorOf(response);
    },
  });
  return api;
}
