import Stripe from 'stripe';
import { newId, randomText } from '../books/ids.js';
import { noSuch, wrongParameter } from '../wire/stripe-failure.js';
import type { Account } from './account.js';
import { mergeMetadata } from './metadata.js';
import { pageOf } from './page.js';

/** Who is told of events. */
export class WebhookEndpoints {
  constructor(private readonly account: Account) {}

  /** The secret is told here and never again. */
  create(params: Stripe.WebhookEndpointCreateParams): Stripe.WebhookEndpoint {
    checkUrl(params.url);
    const endpoint: Stripe.WebhookEndpoint = {
      id: newId('we'),
      object: 'webhook_endpoint',
      api_version: params.api_version ?? Stripe.API_VERSION,
      application: null,
      created: this.account.nowSeconds(),
      description: params.description || null,
      enabled_events: params.enabled_events,
      livemode: false,
      metadata: mergeMetadata({}, params.metadata),
      status: 'enabled',
      url: params.url,
    };
    this.account.books.webhookEndpoints.put(endpoint);
    const { secret } = this.account.books.webhookSecrets.put({ id: endpoint.id, secret: `whsec_${randomText(32)}` });
    return { ...endpoint, secret };
  }

  retrieve(id: string): Stripe.WebhookEndpoint {
    const endpoint = this.account.books.webhookEndpoints.find(id);
    if (!endpoint || endpoint.status === 'deleted') throw noSuch('webhook endpoint', id);
    return endpoint;
  }

  update(id: string, params: Stripe.WebhookEndpointUpdateParams): Stripe.WebhookEndpoint {
    const before = this.retrieve(id);
    const { disabled, metadata, description, url, enabled_events: events } = params;
    if (url !== undefined) checkUrl(url);
    return this.account.books.webhookEndpoints.put({
      ...before,
      description: description === undefined ? before.description : description || null,
      enabled_events: events ?? before.enabled_events,
      metadata: mergeMetadata(before.metadata, metadata),
      status: disabled === undefined ? before.status : disabled ? 'disabled' : 'enabled',
      url: url ?? before.url,
    });
  }

  delete(id: string): Stripe.DeletedWebhookEndpoint {
    this.account.books.webhookEndpoints.put({ ...this.retrieve(id), status: 'deleted' });
    return { id, object: 'webhook_endpoint', deleted: true };
  }

  list(params: Stripe.WebhookEndpointListParams): Stripe.ApiList<Stripe.WebhookEndpoint> {
    const kept = this.account.books.webhookEndpoints.all().filter(({ status }) => status !== 'deleted');
    return pageOf(kept, '/v1/webhook_endpoints', params);
  }
}

/** Stripe wants public addresses; the stand-in tells whoever is on this machine. */
function checkUrl(url: string): void {
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw wrongParameter('url', 'Invalid URL', 'url_invalid');
}
