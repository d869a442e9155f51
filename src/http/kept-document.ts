import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Request, RequestHandler, Response } from 'express';

/** The smallest first. `identity` is for clients that unpack nothing. */
const CODINGS = ['br', 'gzip', 'identity'] as const;
type Coding = (typeof CODINGS)[number];

/** The best of both takes seconds, and saves little more. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };

interface Kept {
  contentType: string;
  /** Of the bytes. */
  version: string;
  bytes: Record<Coding, Buffer>;
}

/**
 * Keeps what a route answers to everybody alike: the route is asked once in the life of the process, and whoever comes after
 * gets what was packed then, or 304. For routes that cost much and ask for no key.
 */
export function keepDocument(): RequestHandler {
  let kept: Promise<Kept> | undefined;
  return (request, response, next) => {
    if (kept) {
      kept.then((document) => answer(document, request, response), next);
      return;
    }
    const send = response.send.bind(response);
    // Between here and the route nothing waits: of requests that come together only the first one gets so far.
    response.send = (body: string) => {
      response.send = send;
      kept = pack(body, response.get('Content-Type') ?? '');
      kept.then((document) => answer(document, request, response), next);
      return response;
    };
    next();
  };
}

/** Off the loop: packing has threads of its own. */
async function pack(text: string, contentType: string): Promise<Kept> {
  const identity = Buffer.from(text);
  const [br, gzipped] = await Promise.all([promisify(brotliCompress)(identity, BROTLI), promisify(gzip)(identity)]);
  const version = createHash('sha256').update(identity).digest('base64url');
  return { contentType, version, bytes: { br, gzip: gzipped, identity } };
}

function answer({ contentType, version, bytes }: Kept, request: Request, response: Response): void {
  const accepted = request.acceptsEncodings();
  const coding = CODINGS.find((one) => accepted.includes(one)) ?? 'identity';
  if (coding !== 'identity') response.set('Content-Encoding', coding);
  response
    .status(200)
    .type(contentType)
    .vary('Accept-Encoding')
    .set({ 'Cache-Control': 'no-cache', ETag: `"${version}-${coding}"` })
    .send(bytes[coding]);
}
