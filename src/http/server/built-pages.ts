import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Express, Request, RequestHandler, Response } from 'express';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** By how much they save. The build has made a file of each beside every file that it made smaller. */
const ENCODINGS = { br: '.br', gzip: '.gz' } as const;
/** Our own files only, nothing inline, nobody else. Styles that a script sets are not inline. */
const POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `img-src 'self' data:`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'self'`,
].join('; ');
const NOT_FOUND = 404;
const NO_FRAME = `frame-ancestors 'none'`;

/** Where a build has put them: beside the bundle, above single modules, or seen from the sources. */
const PLACES = ['console', '../../../console', '../../../dist/console'];

/** Origins that may show the portal of an environment in a frame. */
export type FramersOf = (environmentId: string) => Promise<readonly string[]>;

/** A file in the forms that it can be sent in. */
interface BuiltFile {
  type: string;
  plain: Buffer;
  encoded: Partial<Record<keyof typeof ENCODINGS, Buffer>>;
}

/**
 * Serves the pages that `console/` is built to: the console with all addresses in it, and the customer portal where the
 * link of a session leads. All of it is some hundred kilobytes, and is kept. Without a build there is nothing: 404.
 * @param framersOf the portal's page is shown in frames of these
 */
export function serveBuiltPages(express: Express, framersOf: FramersOf): void {
  const folder = PLACES.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) =>
    existsSync(join(path, 'assets')),
  );
  if (folder === undefined) return;
  const files = readFiles(folder);
  express.get('/console/assets/:name', (request, response) => {
    const file = files.get(`assets/${request.params.name}`);
    if (!file) return void response.sendStatus(NOT_FOUND);
    // The name has a hash of what is in it.
    response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
    send(file, request, response);
  });
  express.get(['/console', '/console/*path'], page(files, 'index.html'));
  express.get('/v1/customer/portal', portalPage(files, framersOf));
}

function page(files: ReadonlyMap<string, BuiltFile>, name: string): RequestHandler {
  // What is asked for as a file and is none must not be answered with a page.
  return (request, response) => sendPage(extname(request.path) === '' ? files.get(name) : undefined, request, response);
}

/** Which environment it is of, only its address can say: the token behind `#` is not sent. */
function portalPage(files: ReadonlyMap<string, BuiltFile>, framersOf: FramersOf): RequestHandler {
  return async (request, response) => {
    const { environment } = request.query;
    // Where nobody can be asked, the page is shown in no frame, and says itself what is wrong.
    const framers = typeof environment === 'string' ? await framersOf(environment).catch(() => []) : [];
    sendPage(files.get('portal.html'), request, response, framers);
  };
}

function sendPage(
  file: BuiltFile | undefined,
  request: Request,
  response: Response,
  framers: readonly string[] = [],
): void {
  if (!file) return void response.sendStatus(NOT_FOUND);
  const frames = framers.length === 0 ? NO_FRAME : `frame-ancestors ${framers.join(' ')}`;
  // It knows no list of origins, and would forbid what the policy allows in browsers that heed both.
  if (framers.length > 0) response.removeHeader('X-Frame-Options');
  response.setHeader('Cache-Control', 'no-cache');
  response.setHeader('Content-Security-Policy', `${POLICY}; ${frames}`);
  response.setHeader('Referrer-Policy', 'same-origin');
  send(file, request, response);
}

function send({ type, plain, encoded }: BuiltFile, request: Request, response: Response): void {
  const accepted = request.acceptsEncodings(...names(encoded));
  const encoding = names(encoded).find((name) => name === accepted);
  response.setHeader('Content-Type', type);
  response.setHeader('Vary', 'Accept-Encoding');
  if (encoding) response.setHeader('Content-Encoding', encoding);
  response.end((encoding && encoded[encoding]) ?? plain);
}

function names(encoded: BuiltFile['encoded']): (keyof typeof ENCODINGS)[] {
  return Object.keys(encoded) as (keyof typeof ENCODINGS)[];
}

function readFiles(folder: string): ReadonlyMap<string, BuiltFile> {
  const all = new Set(
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/')),
  );
  const files = new Map<string, BuiltFile>();
  for (const name of all) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const made = Object.entries(ENCODINGS).filter(([, suffix]) => all.has(name + suffix));
    files.set(name, {
      type,
      plain: readFileSync(join(folder, name)),
      encoded: Object.fromEntries(
        made.map(([encoding, suffix]) => [encoding, readFileSync(join(folder, name + suffix))]),
      ),
    });
  }
  return files;
}
