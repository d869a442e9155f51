import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler } from 'express';

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/**
 * Sets what a middleware sets on every answer alike, without running it: it is asked once, at start, with a request of
 * nobody's. Only for what neither looks at the request nor takes a header away.
 */
export function constantHeaders(middleware: Middleware): RequestHandler {
  const request = new IncomingMessage(new Socket());
  const sample = new ServerResponse(request);
  const headers: [string, number | string | readonly string[]][] = [];
  sample.setHeader = (name, value) => (headers.push([name, value]), sample);
  middleware(request, sample, () => undefined);
  return (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}
