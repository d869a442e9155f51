import { StripeFailure } from './stripe-failure.js';
import type { HttpRequest } from './api-server.js';

export interface Keys {
  secretKey: string;
  publishableKey: string;
}

/** @throws {StripeFailure} 401 without a key of the account. */
export function authorize({ incoming }: HttpRequest, keys: Keys): 'browser' | 'server' {
  const key = keyOf(incoming.headers.authorization);
  if (key === keys.secretKey) return 'server';
  if (key === keys.publishableKey) return 'browser';
  throw new StripeFailure(401, { type: 'invalid_request_error', message: messageOf(key) }, false);
}

function keyOf(header = ''): string {
  const [scheme, value = ''] = header.split(' ', 2);
  // The key is the user name, with no password.
  return scheme === 'Basic' ? Buffer.from(value, 'base64').toString('utf8').replace(/:$/, '') : value;
}

function messageOf(key: string): string {
  if (key === '') {
    return "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
  }
  const shown = key.length > 12 ? `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}` : '********';
  return `Invalid API Key provided: ${shown}`;
}
