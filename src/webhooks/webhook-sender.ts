import { Injectable } from '@nestjs/common';
import { Config } from '../config.js';
import { SignedRequests } from '../http/outbound/signed-requests.js';
import type { AttemptResult } from './decide-delivery.js';
import type { ClaimedDelivery } from './delivery-queue.js';
import { SealedEndpointSecrets } from './endpoint-secrets.js';

const MAX_KEPT_CHARACTERS = 250;

/** One HTTP request for one attempt. */
@Injectable()
export class WebhookSender {
  constructor(
    private readonly requests: SignedRequests,
    private readonly secrets: SealedEndpointSecrets,
    private readonly config: Config,
  ) {}

  /** What came of it; whatever goes wrong is part of that. */
  async send(delivery: ClaimedDelivery, isStopping: AbortSignal): Promise<AttemptResult> {
    const { eventId: id, endpointId, tenantId, environmentId, url, sealedSecrets, body } = delivery;
    const limit = AbortSignal.timeout(this.config.webhookTimeoutMs);
    try {
      // As of this attempt: what was in force for the last one may be over.
      const secrets = this.secrets.inForce(sealedSecrets, { id: endpointId, tenantId, environmentId });
      const message = { id, url, secrets, body, userAgent: 'Refill-Webhooks/1.0' };
      const answer = await this.requests.post(message, AbortSignal.any([limit, isStopping]));
      // An answer that breaks off has said what counts with its status.
      return { statusCode: answer.statusCode ?? null, response: beginningOf(answer.body), error: '' };
    } catch (error) {
      const reason = limit.aborted ? `no answer within ${this.config.webhookTimeoutMs} ms` : messageOf(error);
      return { statusCode: null, response: '', error: reason };
    }
  }
}

/** Less than 1 kB of an answer is kept. */
function beginningOf(body: Buffer): string {
  const text = body.subarray(0, 4 * MAX_KEPT_CHARACTERS).toString('utf8');
  return text.replaceAll('\0', '').slice(0, MAX_KEPT_CHARACTERS);
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, MAX_KEPT_CHARACTERS);
}
