import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config.js';
import { SignedRequests } from '../../http/outbound/signed-requests.js';
import type { Scope } from '../../shared/scope.js';
import { type BillingReply, classifyReply } from './classify-reply.js';

/** Where an environment's billing system is, and what both sides sign with. */
export interface BillingAddress {
  url: string;
  secret: string;
}

export interface BillingRequest {
  type:
    | 'ping'
    | 'payment_method.attach'
    | 'payment.create'
    | 'payment.confirm'
    | 'payment.retrieve'
    | 'payment.cancel'
    | 'payment.refund'
    | 'payment.returns'
    | 'payment.list';
  data: object;
  /** Of what takes effect once. */
  idempotencyKey?: string;
}

/** The protocol of docs/payment-webhook.md: one signed request, one answer in JSON. */
@Injectable()
export class BillingSystemApi {
  constructor(
    private readonly requests: SignedRequests,
    private readonly config: Config,
  ) {}

  /** Asks once. Whatever goes wrong is an answer that is not known. */
  async ask(scope: Scope, { url, secret }: BillingAddress, request: BillingRequest): Promise<BillingReply> {
    const { type, data, idempotencyKey: key } = request;
    const limit = AbortSignal.timeout(this.config.paymentTimeoutMs);
    const message = {
      url,
      secrets: [secret],
      id: key === undefined ? `msg_${randomUUID()}` : idOfKey(scope, key),
      // The key is signed here; in the header it is for those who look for it there.
      body: JSON.stringify({
        type,
        environment_id: scope.environmentId,
        ...(key === undefined ? {} : { idempotency_key: key }),
        data,
      }),
      userAgent: 'Refill-Payments/1.0',
      ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
    };
    try {
      return classifyReply(await this.requests.post(message, limit));
    } catch (error) {
      const { paymentTimeoutMs } = this.config;
      const reason = limit.aborted ? `within ${paymentTimeoutMs} ms` : `(${messageOf(error)})`;
      return { kind: 'unknown', reason: `no answer from your billing system ${reason}` };
    }
  }
}

/** A repeat is the same message. */
function idOfKey({ environmentId }: Scope, key: string): string {
  return `msg_${createHash('sha256').update(`${environmentId} ${key}`).digest('hex').slice(0, 32)}`;
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 250);
}
