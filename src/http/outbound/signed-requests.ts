import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { Injectable } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { Config } from '../../config.js';
import { Clock } from '../../shared/clock.js';
import { checkLiteral, guardedLookup } from './allowed-address.js';

const MAX_READ_BYTES = 65_536;

export interface SignedRequest {
  url: string;
  /** Of the message: the same in every repeat. */
  id: string;
  /** `whsec_` and base64 each. It is signed with all of them: whoever knows one can tell that it is from here. */
  secrets: readonly string[];
  /** JSON. */
  body: string;
  userAgent: string;
  headers?: Record<string, string>;
}

export interface SignedAnswer {
  statusCode: number | undefined;
  headers: IncomingHttpHeaders;
  /** What came of it, 64 kB at most. */
  body: Buffer;
  /** Whether it came to its end. */
  isWhole: boolean;
}

/**
 * Requests to servers of tenants, signed after Standard Webhooks 1.0. In production over https only; to addresses of the
 * operator's own networks only where the operator allows it; redirects are not followed. Each has a connection of its own: nothing of one server is in
 * another's way, and nothing is sent twice.
 */
@Injectable()
export class SignedRequests {
  constructor(
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /**
   * Sends it once.
   * @throws what keeps it from being answered: the url may not be sent to, the connection fails, the signal says stop
   */
  async post(message: SignedRequest, signal: AbortSignal): Promise<SignedAnswer> {
    const url = new URL(message.url);
    const { isPrivateAllowed } = this.config;
    checkTarget(url, this.config);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        method: 'POST',
        agent: false,
        headers: this.#headers(message),
        signal,
        lookup: guardedLookup(isPrivateAllowed),
      });
      request.once('response', resolve).on('error', reject);
      // Also an answer that is none of these, such as a change of protocol, ends the connection.
      request.once('close', () => reject(new Error('the connection was closed without an answer')));
      request.end(message.body);
    });
    return { statusCode: answer.statusCode, headers: answer.headers, ...(await readBeginning(answer)) };
  }

  /** The id is the message's and stays, the time is that of the attempt. */
  #headers({ id, secrets, body, userAgent, headers }: SignedRequest): Record<string, string | number> {
    const now = this.clock.now();
    return {
      ...headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': userAgent,
      'webhook-id': id,
      'webhook-timestamp': Math.floor(now.getTime() / 1000),
      'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, now, body)).join(' '),
    };
  }
}

/** What was allowed when the url was written down may not be now; and an address in digits is connected to without a lookup. */
function checkTarget(url: URL, { isProduction, isPrivateAllowed }: Config): void {
  if (isProduction && url.protocol !== 'https:') throw new Error('only https is sent to');
  checkLiteral(url.hostname, isPrivateAllowed);
}

/** Reads an answer to its end, or to 64 kB. */
async function readBeginning(answer: IncomingMessage): Promise<{ body: Buffer; isWhole: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  let isWhole = true;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      isWhole = size < MAX_READ_BYTES;
      // Leaving the loop closes the connection.
      if (!isWhole) break;
    }
  } catch {
    // One that breaks off or never ends has said something with its status; who asked knows what that is worth.
    isWhole = false;
  }
  return { body: Buffer.concat(chunks), isWhole };
}
