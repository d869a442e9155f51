import type { ServerResponse } from 'node:http';
import { types } from 'node:util';
import { StreamableFile } from '@nestjs/common';
import type { Request, Response } from 'express';

const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Sends an object as JSON, as Express's `json` does, byte by byte, and in one write. Most of what `json` looks at is the
 * same for every answer of ours; where it may not be (a type or status of its own, a condition in the request), it is
 * Express's business.
 * @returns whether it was sent
 */
export function sendPlainly(response: Response, body: unknown, status: number | undefined): boolean {
  if (typeof body !== 'object' || body === null || body instanceof StreamableFile || types.isArrayBufferView(body))
    return false;
  const { headers } = response.req as Request;
  if (headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined) return false;
  if (WITHOUT_BODY.has(status ?? response.statusCode)) return false;
  if (response.hasHeader('Content-Type') || response.hasHeader('Transfer-Encoding')) return false;
  const text = JSON.stringify(body);
  if (status !== undefined) response.statusCode = status;
  const plain: ServerResponse = response;
  plain.setHeader('Content-Type', 'application/json; charset=utf-8');
  plain.setHeader('Content-Length', Buffer.byteLength(text));
  plain.end(text, 'utf8');
  return true;
}
