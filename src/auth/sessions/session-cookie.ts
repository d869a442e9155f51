import type { IncomingMessage } from 'node:http';
import type { CookieOptions, Request, Response } from 'express';
import { DomainError } from '../../shared/errors.js';

const COOKIE = 'refill_session';
/**
 * Over https: browsers take a cookie of this name from this very host alone. Another name of its domain could otherwise put
 * somebody into a session of its own, by a cookie for the domain.
 */
const HOST_COOKIE = `__Host-${COOKIE}`;
/** A page of another origin cannot send it without asking first, which nobody grants together with cookies. */
export const SESSION_HEADER = 'X-Refill-Session';
const READING = new Set(['GET', 'HEAD']);

/**
 * The token of a request that is to be let in by its cookie; undefined where it has none, or shows a key, which wins.
 * @throws DomainError `forbidden` with the code `foreign_request` where it may come from another site's page
 */
export function sessionTokenOf(request: Request): string | undefined {
  const { cookie, authorization } = request.headers;
  if (cookie === undefined || authorization !== undefined || 'x-api-key' in request.headers) return undefined;
  const token = new RegExp(`(?:^|; *)${nameFor(request)}=([^;]*)`).exec(cookie)?.[1];
  if (token !== undefined) refuseForeign(request);
  return token;
}

/**
 * Refuses what a page of another origin may have sent with the browser's cookies. `SameSite` keeps other sites out, not
 * other ports of this host. Reading takes no header: `EventSource` and links cannot send one, and nobody else could read the answer.
 * @throws DomainError `forbidden` with the code `foreign_request`
 */
export function refuseForeign({ method = 'GET', headers }: IncomingMessage): void {
  const site = headers['sec-fetch-site'];
  const isOwn = site === undefined || site === 'same-origin';
  if (isOwn && (READING.has(method) || headers[SESSION_HEADER.toLowerCase()] !== undefined)) return;
  throw new DomainError(
    'forbidden',
    `a request with the console's cookie comes from the console: with the header ${SESSION_HEADER} where it changes ` +
      'something, and from no other site',
    { code: 'foreign_request' },
  );
}

export function setSessionCookie(response: Response, token: string, lifetimeMs: number): void {
  response.cookie(nameFor(response.req), token, { ...optionsOf(response.req), maxAge: lifetimeMs });
}

export function clearSessionCookie(response: Response): void {
  response.clearCookie(nameFor(response.req), optionsOf(response.req));
}

function nameFor({ secure }: Request): string {
  return secure ? HOST_COOKIE : COOKIE;
}

/** `secure` is what the proxies say that `TRUST_PROXY` names. */
function optionsOf({ secure }: Request): CookieOptions {
  return { httpOnly: true, sameSite: 'strict', path: '/', secure };
}
