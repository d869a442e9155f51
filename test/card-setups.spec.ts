import { EntityManager } from '@mikro-orm/postgresql';
import { Stripe } from 'stripe';
import supertest from 'supertest';
import { PaymentMethod } from '../src/customers/payment-method.entity.js';
import { EventEngine } from '../src/payments/stripe/event-engine.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { call, createAccount, createTenant, type TestTenant } from './support/accounts.js';
import { type ApiClient, newTenantClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { BROWSER_PATH, LonePage } from './support/browser.js';
import { connectStripe, WEBHOOK_SECRET } from './support/stripe.js';

const URLS = { success_url: 'https://shop.example/done?s={CHECKOUT_SESSION_ID}', cancel_url: 'https://shop.example/' };
const ACCOUNT = '/account/billing/payment-method/setup/';

describe('cards that their holders give to Stripe', () => {
  let stripe: StripeStandIn;
  let service: TestApp;
  let tenant: TestTenant;
  let client: ApiClient;
  let customerId: string;
  let key: string;
  let events = 0;
  beforeAll(async () => {
    stripe = await StripeStandIn.start();
    const config = { stripeApiBase: stripe.url, paymentTimeoutMs: 1500 };
    service = await startTestApp({ config });
    tenant = await createTenant(service);
    client = withKey(service, tenant.serverKey, tenant);
  });
  beforeEach(async () => {
    ({ customerId, key } = await createAccount(service, tenant, null));
    await connectStripe(service, tenant, stripe.keys);
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  const path = (setupId = '') => `/v1/customers/${customerId}/setup${setupId && `/${setupId}`}`;
  const cards = (where: object = { status: 'published' }) =>
    service
      .get(EntityManager)
      .fork()
      .find(PaymentMethod, { customerId, ...where });
  async function begin(): Promise<string> {
    const { body, status } = await client.post(path(), URLS);
    expect(status).toBe(201);
    return body.setup_id as string;
  }
  /** What Stripe sends when a page was used. */
  async function tell(setupId: string): Promise<void> {
    const object = { id: setupId, object: 'checkout.session', mode: 'setup' };
    const payload = JSON.stringify({
      id: `evt_setup_${(events += 1)}`,
      type: 'checkout.session.completed',
      data: { object },
    });
    const timestamp = Math.floor(service.clock.now().getTime() / 1000);
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: WEBHOOK_SECRET, timestamp });
    await supertest(service.url)
      .post(`/v1/payments/webhooks/stripe/${tenant.environmentId}`)
      .set({ 'content-type': 'application/json', 'stripe-signature': signature })
      .send(payload)
      .expect(200);
    await service.get(EventEngine).idle();
  }

  it('are saved on a page of Stripe’s, and on file when the customer comes back', async () => {
    const { body } = await client.post(path(), URLS);
    expect(body).toEqual({
      setup_id: expect.stringMatching(/^cs_/),
      url: expect.stringMatching(/^http/),
      client_secret: null,
      publishable_key: null,
    });
    const open = await client.empty(path(body.setup_id));
    expect(open.body).toEqual({ setup_id: body.setup_id, status: 'open', detail: '', payment_method: null });
    stripe.dashboard.completeCheckout(body.setup_id, 'pm_card_mastercard');
    const saved = await client.empty(path(body.setup_id));
    expect(saved.body).toMatchObject({
      status: 'saved',
      payment_method: { provider: 'stripe', brand: 'mastercard', last4: '4444', expiry_year: expect.any(Number) },
    });
    expect(await cards()).toMatchObject([
      { providerRef: expect.stringMatching(/^pm_/), fingerprint: expect.any(String) },
    ]);
  });

  it('are put on file once, though events and several looks come at once, and stay what they have become since', async () => {
    const setupId = await begin();
    stripe.dashboard.completeCheckout(setupId, 'pm_card_visa');
    const look = () => client.empty(path(setupId));
    const looks = await Promise.all([look(), tell(setupId), look(), tell(setupId), look()]);
    expect(looks.filter((answer) => answer !== undefined).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await cards({})).toHaveLength(1);
    await client.post(`/v1/customers/${customerId}/payment-methods`, { token: 'pm_card_mastercard' });
    await tell(setupId);
    const late = await look();
    expect(late.body).toMatchObject({ status: 'saved', payment_method: { last4: '4444' } });
    expect(await cards()).toMatchObject([{ last4: '4444' }]);
  });

  it('are nobody else’s: another customer’s setup, another tenant’s and an unknown one are all not found', async () => {
    const mine = customerId;
    const setupId = await begin();
    stripe.dashboard.completeCheckout(setupId);
    const other = await createAccount(service, tenant, null);
    customerId = other.customerId;
    const answers = [await client.empty(path(setupId)), await client.empty(path('cs_test_unknown'))];
    answers.push(await client.empty(path('seti_unknown')), await client.empty(path('nonsense')));
    answers.push(await client.empty(path(`${setupId}%2Fexpire`)));
    const open = await begin();
    customerId = other.customerId;
    expect(await cards({})).toEqual([]);
    const stranger = await newTenantClient(service);
    await connectStripe(service, stranger.scope, stripe.keys);
    answers.push(await stranger.empty(path(open)));
    const created = await stranger.post('/v1/customers', { external_id: 'stranger', name: 'Stranger' });
    for (const id of [setupId, open])
      answers.push(await stranger.empty(`/v1/customers/${created.body.id}/setup/${id}`));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    customerId = mine;
    expect(await cards({})).toEqual([]);
    expect((await client.empty(path(setupId))).body.status).toBe('saved');
  });

  it('go through fields of one’s own page, too', async () => {
    const { body } = await client.post(path(), { via: 'fields' });
    expect(body).toEqual({
      setup_id: expect.stringMatching(/^seti_/),
      url: null,
      client_secret: expect.stringContaining(body.setup_id),
      publishable_key: stripe.keys.publishableKey,
    });
    const { hostname: host, port } = new URL(stripe.url);
    const browser = new Stripe(stripe.keys.secretKey, { host, port, protocol: 'http' });
    await browser.setupIntents.confirm(body.setup_id, { payment_method: 'pm_card_visa' });
    expect((await client.empty(path(body.setup_id))).body).toMatchObject({ status: 'saved' });
  });

  it('are saved by an account for itself', async () => {
    const by = call(service, key);
    const { body } = await by.post(ACCOUNT).send(URLS).expect(200);
    const form = await by.post(ACCOUNT).type('form').send('via=fields').expect(200);
    expect(form.body).toMatchObject({ url: null, publishable_key: stripe.keys.publishableKey });
    stripe.dashboard.completeCheckout(body.setup_id);
    const saved = await by.post(`${ACCOUNT}${body.setup_id}/`).send({}).expect(200);
    const date = { exp_month: expect.any(Number), exp_year: expect.any(Number), expires_soon: false };
    const card = { brand: 'visa', last4: '4242', ...date };
    expect(saved.body).toEqual({ setup_id: body.setup_id, status: 'saved', detail: '', payment_method: card });
    const other = await createAccount(service, tenant, null);
    await call(service, other.key).post(`${ACCOUNT}${body.setup_id}/`).send({}).expect(404);
  });

  it('come back to where they are told to: a web address, encrypted where cards are real', async () => {
    for (const wrong of [{}, { success_url: 'javascript:alert(1)', cancel_url: 'https://shop.example' }]) {
      const refused = await client.post(path(), wrong);
      expect(refused.status).toBe(400);
      expect(refused.body.error.details ?? refused.body.details).toBeDefined();
    }
    const live = await newTenantClient(service, 'production');
    const { body } = await live.post('/v1/customers', { external_id: 'live', name: 'Live' });
    const refused = await live.post(`/v1/customers/${body.id}/setup`, { ...URLS, cancel_url: 'http://shop.example/' });
    expect(JSON.stringify(refused.body)).toContain('must begin with https://');
  });

  it('end with the page that nobody has used', async () => {
    const setupId = await begin();
    const { hostname: host, port } = new URL(stripe.url);
    await new Stripe(stripe.keys.secretKey, { host, port, protocol: 'http' }).checkout.sessions.expire(setupId);
    expect((await client.empty(path(setupId))).body).toMatchObject({
      status: 'failed',
      detail: 'the page was not used in time',
    });
  });

  it('are said how to add on the sandbox, which has no page', async () => {
    const sandbox = await newTenantClient(service);
    const { body } = await sandbox.post('/v1/customers', { external_id: 'sandbox', name: 'Sandbox' });
    const refused = await sandbox.post(`/v1/customers/${body.id}/setup`, URLS);
    expect([refused.status, refused.body.code]).toEqual([400, 'invalid_operation']);
    expect(JSON.stringify(refused.body)).toContain('pm_sandbox_approve');
  });

  (BROWSER_PATH === undefined ? it.skip : it)('are typed in by a person in a browser', async () => {
    const phone = await LonePage.open();
    try {
      const urls = { success_url: `${service.url}/livez?s={CHECKOUT_SESSION_ID}`, cancel_url: service.url };
      const { body } = await client.post(path(), urls);
      await phone.goTo(body.url);
      await phone.type('#cardNumber', '5555 5555 5555 4444');
      await phone.click('#submit');
      await phone.until(`location.search === '?s=${body.setup_id}'`);
      expect((await client.empty(path(body.setup_id))).body).toMatchObject({ payment_method: { last4: '4444' } });
    } finally {
      await phone.close();
    }
  });
});
