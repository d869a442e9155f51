import { EntityManager } from '@mikro-orm/postgresql';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { WebhookEvent } from '../../src/events/webhook-event.entity.js';
import { Hold } from '../../src/ledger/hold.entity.js';
import { EventEngine } from '../../src/payments/stripe/event-engine.js';
import { RefundEngine } from '../../src/top-ups/refunds/refund-engine.js';
import type { DisputeResponse, RefundResponse } from '../../src/top-ups/refunds/refunds.dto.js';
import { EndpointsService } from '../../src/webhooks/endpoints.service.js';
import type { StripeStandIn } from '../stripe-stand-in/stripe-stand-in.js';
import { type ApiClient, withKey } from './api-client.js';
import type { TestApp } from './app.js';
import { connectStripe, WEBHOOK_SECRET } from './stripe.js';
import { TopUpScene } from './top-ups.js';

/** A purchase of 50 credits for 50.00 USD, in a wallet that had 5 free ones. */
export interface Bought {
  walletId: string;
  customerId: string;
  topUpId: string;
  paymentId: string;
}

/** A tenant that charges through the stand-in, which tells it of everything, and what is asked of its refunds. */
export class RefundScene {
  private constructor(
    readonly service: TestApp,
    readonly stripe: StripeStandIn,
    readonly topUps: TopUpScene,
    readonly client: ApiClient,
  ) {}

  static async create(service: TestApp, stripe: StripeStandIn): Promise<RefundScene> {
    const topUps = await TopUpScene.create(service);
    await connectStripe(service, topUps.scope, stripe.keys);
    stripe.addWebhook(`${service.url}/v1/payments/webhooks/stripe/${topUps.scope.environmentId}`, WEBHOOK_SECRET);
    // Nobody answers there: what counts is what was written down.
    const endpoint = { url: 'http://127.0.0.1:9/hook' };
    await service.get(EndpointsService).create({ ...topUps.caller, requestId: '' } as never, endpoint);
    const { plainKey } = await service.get(ApiKeysService).createApiKey(topUps.scope, { name: 'Test' });
    return new RefundScene(service, stripe, topUps, withKey(service, plainKey, topUps.scope));
  }

  async buy(): Promise<Bought> {
    const { walletId, customerId } = await this.topUps.newWallet('5', 'pm_card_visa');
    await this.topUps.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await this.settle();
    const [topUp] = await this.topUps.topUps(walletId);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', priceMinor: 5000 });
    return { walletId, customerId, topUpId: topUp?.id as string, paymentId: topUp?.paymentId as string };
  }

  spend(walletId: string, credits: string): Promise<unknown> {
    return this.topUps.ledger.debit(walletId, credits);
  }

  /** @returns status and body */
  async refund(
    topUpId: string,
    body: Record<string, unknown> = {},
  ): Promise<[number, RefundResponse & { code: string }]> {
    const { status, body: answer } = await this.client.post(`/v1/top-ups/${topUpId}/refund`, body);
    return [status, answer as RefundResponse & { code: string }];
  }

  async returns(topUpId: string): Promise<{ refunds: RefundResponse[]; disputes: DisputeResponse[] }> {
    const { body } = await this.client.get(`/v1/top-ups/${topUpId}/returns`).expect(200);
    return body as { refunds: RefundResponse[]; disputes: DisputeResponse[] };
  }

  /** What can be spent, is held and is owed. */
  async wallet(walletId: string): Promise<[balance: string, held: string, debt: string]> {
    const { balance, held, debt } = await this.topUps.ledger.evaluate(walletId);
    return [balance, held, debt];
  }

  /** Until everything that the stand-in has told is worked off. */
  async settle(): Promise<void> {
    await this.topUps.settle();
    await this.service.get(RefundEngine).idle();
    await this.stripe.webhooks.idle();
    await this.service.get(EventEngine).idle();
    await this.topUps.settle();
  }

  /** What the stand-in has sent back to the card, minor units: by its own books. */
  sentBack(paymentId: string): number {
    const refunds = this.stripe.books.refunds.all().filter(({ payment_intent: id }) => id === paymentId);
    return refunds.filter(({ status }) => status === 'succeeded').reduce((total, { amount }) => total + amount, 0);
  }

  /** Events of a wallet about its purchases, in their order. */
  async told(walletId: string): Promise<Record<string, unknown>[]> {
    const orderBy = { createdAt: 'asc', id: 'asc' } as const;
    const events = await this.service.get(EntityManager).fork().find(WebhookEvent, { walletId }, { orderBy });
    return events
      .filter(({ eventType }) => /refund|dispute|paused/.test(eventType))
      .map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  }

  async invoice(topUpId: string): Promise<Record<string, unknown>> {
    const { body: topUp } = await this.client.get(`/v1/top-ups/${topUpId}`).expect(200);
    const { body } = await this.client.get(`/v1/invoices/${topUp.invoice_id}`).expect(200);
    return body as Record<string, unknown>;
  }

  async paymentStatus(topUpId: string): Promise<string> {
    const { body } = await this.client.get(`/v1/payments/${topUpId}`).expect(200);
    return (body as { payment_status: string }).payment_status;
  }

  holds(walletId: string): Promise<Hold[]> {
    return this.service.get(EntityManager).fork().find(Hold, { walletId });
  }
}
