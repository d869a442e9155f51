import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { Injectable } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { Config } from '../config.js';
import { Clock } from '../shared/clock.js';
import type { AttemptResult } from './decide-delivery.js';
import type { ClaimedDelivery } from './delivery-queue.js';
import { checkLiteral, publicLookup } from './public-address.js';

const MAX_READ_BYTES = 65_536;
const MAX_KEPT_CHARACTERS = 250;

/** One HTTP request for one attempt. Each has a connection of its own: nothing of one endpoint is in another's way. */
@Injectable()
export class WebhookSender {
  readonly #lookup = publicLookup();

  constructor(
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** What came of it; whatever goes wrong is part of that. */
  async send(delivery: ClaimedDelivery, isStopping: AbortSignal): Promise<AttemptResult> {
    const limit = AbortSignal.timeout(this.config.webhookTimeoutMs);
    try {
      return await this.#post(delivery, AbortSignal.any([limit, isStopping]));
    } catch (error) {
      const reason = limit.aborted ? `no answer within ${this.config.webhookTimeoutMs} ms` : messageOf(error);
      return { statusCode: null, response: '', error: reason };
    }
  }

  async #post(delivery: ClaimedDelivery, signal: AbortSignal): Promise<AttemptResult> {
    const url = new URL(delivery.url);
    const { isProduction } = this.config;
    if (isProduction) checkTarget(url);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        method: 'POST',
        agent: false,
        headers: this.#headers(delivery),
        signal,
        ...(isProduction ? { lookup: this.#lookup } : {}),
      });
      request.once('response', resolve).on('error', reject);
      // Also an answer that is none of these, such as a change of protocol, ends the connection.
      request.once('close', () => reject(new Error('the connection was closed without an answer')));
      request.end(delivery.body);
    });
    const response = await readBeginning(answer);
    return { statusCode: answer.statusCode ?? null, response, error: '' };
  }

  /** Of Standard Webhooks 1.0: the id is the event's and stays, the time is that of the attempt. */
  #headers({ eventId, secret, body }: ClaimedDelivery): Record<string, string | number> {
    const now = this.clock.now();
    return {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'Refill-Webhooks/1.0',
      'webhook-id': eventId,
      'webhook-timestamp': Math.floor(now.getTime() / 1000),
      'webhook-signature': new Webhook(secret).sign(eventId, now, body),
    };
  }
}

/** What was allowed when the url was written down may not be now; and an address in digits is connected to without a lookup. */
function checkTarget(url: URL): void {
  if (url.protocol !== 'https:') throw new Error('only https is sent to');
  checkLiteral(url.hostname);
}

/**
 * Reads an answer to its end, or to 64 kB, and keeps less than 1 kB of it. Its status has come before: a body that breaks
 * off, or that has not ended when the time is over, makes no other answer of it.
 */
async function readBeginning(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      // Leaving the loop closes the connection.
      if (size >= MAX_READ_BYTES) break;
    }
  } catch {
    // What has come is what there is.
  }
  const text = Buffer.concat(chunks)
    .subarray(0, 4 * MAX_KEPT_CHARACTERS)
    .toString('utf8');
  return text.replaceAll('\0', '').slice(0, MAX_KEPT_CHARACTERS);
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, MAX_KEPT_CHARACTERS);
}
