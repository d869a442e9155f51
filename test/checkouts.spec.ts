import { EntityManager } from '@mikro-orm/postgresql';
import { Stripe } from 'stripe';
import supertest from 'supertest';
import { PaymentMethodsService } from '../src/customers/payment-methods.service.js';
import { EventEngine } from '../src/payments/stripe/event-engine.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { call, createAccount, createTenant, type TestTenant } from './support/accounts.js';
import { type ApiClient, newTenantClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { BROWSER_PATH, LonePage } from './support/browser.js';
import { expectSoundLedger } from './support/invariants.js';
import { clientOf } from './support/stand-in-client.js';
import { connectStripe, WEBHOOK_SECRET } from './support/stripe.js';

const URLS = { success_url: 'https://shop.example/paid', cancel_url: 'https://shop.example/credits' };
const DAY_MS = 86_400_000;

describe('credits that are paid for on a page of Stripe’s', () => {
  let stripe: StripeStandIn;
  let service: TestApp;
  let tenant: TestTenant;
  let client: ApiClient;
  let customerId: string;
  let accountKey: string;
  let walletId: string;
  let count = 0;
  beforeAll(async () => {
    stripe = await StripeStandIn.start();
    const config = { stripeApiBase: stripe.url, paymentTimeoutMs: 1500 };
    service = await startTestApp({ config });
    tenant = await createTenant(service);
    client = withKey(service, tenant.serverKey, tenant);
  });
  beforeEach(async () => {
    ({ customerId, key: accountKey } = await createAccount(service, tenant, null));
    await connectStripe(service, tenant, stripe.keys);
    const { body } = await client.post('/v1/wallets', { customer_id: customerId, currency: 'usd' });
    walletId = body.id;
  });
  afterEach(async () => {
    stripe.faults.clear();
    await service.get(TopUpEngine).idle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  const begin = (more: object = {}, checkout: object = {}) =>
    client.post(`/v1/wallets/${walletId}/top-up`, {
      transaction_reason: 'PURCHASED_CREDIT_INVOICED',
      credits_to_add: '50',
      idempotency_key: `checkout-${(count += 1)}`,
      checkout: { ...URLS, ...checkout },
      ...more,
    });
  const topUps = () =>
    service
      .get(EntityManager)
      .fork()
      .find(TopUp, { customerId }, { orderBy: { id: 'asc' } });
  const last = async () => (await topUps()).at(-1) as TopUp;
  const balance = async () => (await client.get(`/v1/wallets/${walletId}`)).body.credit_balance;
  const charges = () => {
    const ids = stripe.books.paidCharges().filter(({ metadata }) => metadata['customer_id'] === customerId);
    return ids.map(({ amountMinor }) => amountMinor);
  };
  async function runTask(): Promise<void> {
    service.clock.advance(61_000);
    await service.get(ScheduledTask).run();
    await service.get(TopUpEngine).idle();
  }
  /** What Stripe sends of a page. */
  async function tell(type: string, id: string): Promise<void> {
    const object = { id, mode: 'payment' };
    const payload = JSON.stringify({ id: `evt_page_${(count += 1)}`, type, data: { object } });
    const timestamp = Math.floor(service.clock.now().getTime() / 1000);
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: WEBHOOK_SECRET, timestamp });
    await supertest(service.url)
      .post(`/v1/payments/webhooks/stripe/${tenant.environmentId}`)
      .set({ 'content-type': 'application/json', 'stripe-signature': signature })
      .send(payload)
      .expect(200);
    await service.get(EventEngine).idle();
    await service.get(TopUpEngine).idle();
  }

  it('are there once the page was used, once, however often and whoever tells of it', async () => {
    const { body, status } = await begin();
    expect(status).toBe(200);
    const intent = await last();
    expect(body).toMatchObject({
      wallet_transaction: null,
      wallet: { id: walletId, credit_balance: '0' },
      checkout_session: { id: intent.id, checkout_status: 'pending', payment_action: { type: 'checkout_url' } },
    });
    expect(intent).toMatchObject({ topUpStatus: 'requires_action', attempt: 0, priceMinor: 5000 });
    const page = intent.paymentId as string;
    expect(body.checkout_session.payment_action.url).toContain(page);
    await tell('checkout.session.completed', page);
    expect(await balance()).toBe('0');
    stripe.dashboard.completeCheckout(page);
    const done = 'checkout.session.completed';
    await Promise.all([tell(done, page), tell(done, page), runTask()]);
    await tell(done, page);
    await runTask();
    expect(await topUps()).toMatchObject([
      { topUpStatus: 'succeeded', paymentId: expect.stringMatching(/^pi_/), actionUrl: null },
    ]);
    expect(await balance()).toBe('50');
    expect(charges()).toEqual([5000]);
    const [charge] = stripe.books.paidCharges().filter(({ metadata }) => metadata['top_up_id'] === intent.id);
    expect(charge?.paymentIntentId).toBe((await last()).paymentId);
    expect(await service.get(PaymentMethodsService).findChargeable(tenant, customerId)).toBeUndefined();
  });

  it('come without any event, by asking', async () => {
    await begin();
    stripe.dashboard.completeCheckout((await last()).paymentId as string);
    await runTask();
    expect(await balance()).toBe('50');
  });

  it('leave the card on file where that was asked for', async () => {
    await begin({}, { save_card: true });
    stripe.dashboard.completeCheckout((await last()).paymentId as string, 'pm_card_mastercard');
    await runTask();
    expect(await topUps()).toMatchObject([{ topUpStatus: 'succeeded' }]);
    expect(await balance()).toBe('50');
    expect(charges()).toEqual([5000]);
    const card = await service.get(PaymentMethodsService).findChargeable(tenant, customerId);
    expect(card).toMatchObject({ provider: 'stripe', last4: '4444' });
  });

  it('have one page for one key, also where the first answer was lost', async () => {
    stripe.faults.add({ path: '/v1/checkout/sessions', fault: { kind: 'truncate' } });
    const key = { idempotency_key: 'one-page' };
    const lost = await begin(key);
    expect(lost.body.checkout_session).toMatchObject({ checkout_status: 'initiated', payment_action: null });
    expect(await last()).toMatchObject({ topUpStatus: 'unknown' });
    await runTask();
    const again = await begin(key);
    expect(again.body.checkout_session).toMatchObject({ checkout_status: 'pending' });
    expect(again.headers['idempotent-replayed']).toBe('true');
    const sessions = await clientOf(stripe).checkout.sessions.list({ limit: 100 });
    expect(sessions.data.filter(({ metadata }) => metadata?.['customer_id'] === customerId)).toHaveLength(1);
  });

  it('are asked for one at a time', async () => {
    await begin();
    const second = await begin();
    expect([second.status, second.body.code]).toEqual([409, 'purchase_under_way']);
    expect(await topUps()).toHaveLength(1);
  });

  it('are not bought where the page has ended: told by Stripe, by the clock, or taken back', async () => {
    await begin();
    const told = (await last()).paymentId as string;
    await clientOf(stripe).checkout.sessions.expire(told);
    await tell('checkout.session.expired', told);
    expect(await last()).toMatchObject({ topUpStatus: 'canceled', lastErrorCode: 'checkout_expired' });
    await begin();
    const late = (await last()).paymentId as string;
    service.clock.advance(DAY_MS);
    await runTask();
    expect(await last()).toMatchObject({ topUpStatus: 'canceled', lastErrorCode: 'checkout_expired' });
    expect(stripe.books.sessions.find(late)).toMatchObject({ status: 'expired' });
    await begin();
    const back = await last();
    expect((await client.empty(`/v1/top-ups/${back.id}/cancel`)).status).toBe(200);
    await service.get(TopUpEngine).idle();
    expect(await last()).toMatchObject({ topUpStatus: 'canceled', lastErrorCode: 'canceled_by_request' });
    expect(stripe.books.sessions.find(back.paymentId as string)).toMatchObject({ status: 'expired' });
    expect(charges()).toEqual([]);
  });

  it('are credited where somebody has paid while it was taken back', async () => {
    await begin();
    const { id, paymentId } = await last();
    stripe.dashboard.completeCheckout(paymentId as string);
    await client.empty(`/v1/top-ups/${id}/cancel`);
    await service.get(TopUpEngine).idle();
    expect(await last()).toMatchObject({ topUpStatus: 'succeeded' });
    expect(await balance()).toBe('50');
  });

  it('wait on while Stripe cannot be asked, and are not charged to another card that comes meanwhile', async () => {
    await begin();
    stripe.faults.add({ times: 0, path: '/v1/checkout/sessions/*', fault: { kind: 'unavailable', when: 'before' } });
    await runTask();
    expect(await last()).toMatchObject({ topUpStatus: 'requires_action', actionUrl: expect.stringContaining('http') });
    stripe.faults.clear();
    await client.post(`/v1/customers/${customerId}/payment-methods`, { token: 'pm_card_visa' });
    await runTask();
    expect(await last()).toMatchObject({ topUpStatus: 'requires_action', attempt: 0 });
    expect(charges()).toEqual([]);
  });

  it('are a pack that an account buys without a card on file', async () => {
    const by = call(service, accountKey);
    const path = '/account/credits/top-up/';
    await by.post(path).send({ pack_id: 'pack_100' }).expect(400);
    const { body } = await by.post(path).send({ pack_id: 'pack_100', checkout: URLS }).expect(202);
    expect(body).toMatchObject({ top_up: { status: 'requires_action', action_url: expect.stringMatching(/^http/) } });
    stripe.dashboard.completeCheckout((await last()).paymentId as string);
    await runTask();
    expect(await last()).toMatchObject({ topUpStatus: 'succeeded', packId: 'pack_100' });
    expect(charges()).toEqual([9900]);
    const invoices = await by.get('/account/invoices/').expect(200);
    expect(invoices.body.results).toHaveLength(1);
  });

  it('are refused where they cannot be had: without addresses, with what a payment does not carry, without a page', async () => {
    const refused = [
      await begin({ checkout: {} }),
      await begin({}, { success_url: 'javascript:alert(1)' }),
      await begin({ transaction_reason: 'PURCHASED_CREDIT_DIRECT' }),
      await begin({ priority: 1 }),
      await begin({ bonus_credits_to_add: '5' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    const sandbox = await newTenantClient(service);
    const customer = await sandbox.post('/v1/customers', { external_id: 'sandbox', name: 'Sandbox' });
    const wallet = await sandbox.post('/v1/wallets', { customer_id: customer.body.id, currency: 'usd' });
    const { status, body } = await sandbox.post(`/v1/wallets/${wallet.body.id}/top-up`, {
      transaction_reason: 'PURCHASED_CREDIT_INVOICED',
      credits_to_add: '50',
      checkout: URLS,
    });
    expect([status, body.code]).toEqual([400, 'invalid_operation']);
    expect(await topUps()).toEqual([]);
  });

  (BROWSER_PATH === undefined ? it.skip : it)('are paid for by a person in a browser', async () => {
    const phone = await LonePage.open();
    try {
      const { body } = await begin({}, { success_url: `${service.url}/health/live?paid` });
      await phone.goTo(body.checkout_session.payment_action.url);
      await phone.click('#submit');
      await phone.until(`location.search === '?paid'`);
      await runTask();
      expect(await balance()).toBe('50');
    } finally {
      await phone.close();
    }
  });
});
