import { EntityManager } from '@mikro-orm/postgresql';
import { Stripe } from 'stripe';
import supertest, { type Test } from 'supertest';
import { PaymentMethodsService } from '../src/customers/payment-methods.service.js';
import type { PaymentProvider } from '../src/payments/payment-provider.js';
import { PaymentProviders } from '../src/payments/payment-providers.js';
import { EventEngine } from '../src/payments/stripe/event-engine.js';
import { ProviderEvent } from '../src/payments/stripe/provider-event.entity.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { connectStripe, WEBHOOK_SECRET } from './support/stripe.js';
import { TopUpScene } from './support/top-ups.js';

const CONFIRM = '/v1/payment_intents/*/confirm';

describe('events of Stripe', () => {
  let stripe: StripeStandIn;
  let service: TestApp;
  let scene: TopUpScene;
  let count = 0;
  beforeAll(async () => {
    stripe = await StripeStandIn.start();
    const config = { stripeApiBase: stripe.url, paymentTimeoutMs: 1200 };
    service = await startTestApp({ config });
  });
  beforeEach(async () => {
    scene = await TopUpScene.create(service);
    await connectStripe(service, scene.scope, stripe.keys);
  });
  afterEach(async () => {
    stripe.faults.clear();
    stripe.outcomes.clear();
    await settled();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  const eventOf = (type: string, object: object, id = `evt_${(count += 1)}`) =>
    JSON.stringify({ id, object: 'event', type, data: { object } }, null, 2);
  const nowS = () => Math.floor(service.clock.now().getTime() / 1000);
  const sign = (payload: string, options: { secret?: string; timestamp?: number } = {}) =>
    Stripe.webhooks.generateTestHeaderString({ payload, secret: WEBHOOK_SECRET, timestamp: nowS(), ...options });
  function send(payload: string, signature?: string, environmentId = scene.scope.environmentId): Test {
    const request = supertest(service.url)
      .post(`/v1/payments/webhooks/stripe/${environmentId}`)
      .set('content-type', 'application/json; charset=utf-8');
    if (signature !== undefined) void request.set('stripe-signature', signature);
    return request.send(payload);
  }
  const tell = async (payload: string) => {
    const { status } = await send(payload, sign(payload));
    expect(status).toBe(200);
  };
  async function settled(): Promise<void> {
    await service.get(EventEngine).idle();
    await scene.settle();
  }
  const kept = () =>
    service
      .get(EntityManager)
      .fork()
      .find(ProviderEvent, scene.scope, { orderBy: { receivedAt: 'asc' } });

  /** A top-up that was charged, and whose answer was lost. */
  async function unknownTopUp() {
    const { walletId } = await scene.newWallet('20', 'pm_card_visa');
    stripe.faults.add({ path: CONFIRM, fault: { kind: 'truncate' } });
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    const [topUp] = await scene.topUps(walletId);
    expect(topUp).toMatchObject({ topUpStatus: 'unknown' });
    return { walletId, paymentId: topUp?.paymentId as string };
  }
  const chargesOf = (id: string) => stripe.books.paidCharges().filter(({ paymentIntentId }) => paymentIntentId === id);

  it('settle at once what was charged and not heard of, once, however often they come', async () => {
    const { walletId, paymentId } = await unknownTopUp();
    const event = eventOf('payment_intent.succeeded', { id: paymentId });
    await Promise.all([tell(event), tell(event), tell(event)]);
    await tell(eventOf('payment_intent.succeeded', { id: paymentId }));
    await settled();
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'succeeded', attempt: 1 }]);
    expect(await scene.balance(walletId)).toBe('55');
    expect(chargesOf(paymentId)).toHaveLength(1);
    expect(await kept()).toMatchObject([{ eventStatus: 'done' }, { eventStatus: 'done' }]);
  });

  it('are not believed in what they say: the payment itself is read', async () => {
    const { walletId } = await scene.newWallet('20', 'pm_card_visa');
    stripe.faults.add({ path: CONFIRM, fault: { kind: 'hang', when: 'before' } });
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    const [topUp] = await scene.topUps(walletId);
    stripe.outcomes.add({ outcome: { kind: 'decline', code: 'card_declined', declineCode: 'insufficient_funds' } });
    await tell(
      eventOf('payment_intent.succeeded', { id: topUp?.paymentId, status: 'succeeded', amount_received: 5000 }),
    );
    await settled();
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'retry_wait' }]);
    expect(await scene.balance(walletId)).toBe('5');
  });

  it('do not hurry a retry that waits for its time', async () => {
    const { walletId } = await scene.newWallet('20', 'pm_card_chargeCustomerFail');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    const [before] = await scene.topUps(walletId);
    await tell(eventOf('payment_intent.payment_failed', { id: before?.paymentId }));
    await settled();
    expect(await scene.topUps(walletId)).toMatchObject([
      { topUpStatus: 'retry_wait', attempt: 1, nextAttemptAt: before?.nextAttemptAt },
    ]);
  });

  it('put the card on file that a setup has saved, once', async () => {
    const { customerId } = await scene.newWallet('0');
    const provider = (await service.get(PaymentProviders).byName(scene.scope, 'stripe')) as PaymentProvider;
    const { setupId } = await provider.beginSetup({ customerId, via: { kind: 'fields' } }, `setup:${customerId}`);
    const { hostname: host, port } = new URL(stripe.url);
    const page = new Stripe(stripe.keys.secretKey, { host, port, protocol: 'http' });
    const event = eventOf('setup_intent.succeeded', { id: setupId });
    await tell(eventOf('setup_intent.succeeded', { id: setupId }));
    await settled();
    const cards = service.get(PaymentMethodsService);
    expect(await cards.findChargeable(scene.scope, customerId)).toBeUndefined();
    await page.setupIntents.confirm(setupId, { payment_method: 'pm_card_mastercard' });
    await tell(event);
    await settled();
    const saved = await cards.findChargeable(scene.scope, customerId);
    expect(saved).toMatchObject({ provider: 'stripe', brand: 'mastercard', last4: '4444' });
    await scene.useCard(customerId, 'pm_card_visa');
    await tell(eventOf('setup_intent.succeeded', { id: setupId }));
    await settled();
    expect(await cards.findChargeable(scene.scope, customerId)).toMatchObject({ last4: '4242' });
  });

  it('are refused, and nothing of them is kept, unless Stripe has signed them for this environment now', async () => {
    const other = await TopUpScene.create(service);
    const unconnected = other.scope.environmentId;
    const { walletId, paymentId } = await unknownTopUp();
    const payload = eventOf('payment_intent.succeeded', { id: paymentId });
    const good = sign(payload);
    const forgeries: [string, string | undefined, string?][] = [
      [payload, undefined],
      [payload, ''],
      [payload, 'nonsense'],
      [payload, sign(payload, { secret: 'whsec_other00000000000000000000' })],
      [payload, sign(payload, { timestamp: nowS() - 301 })],
      [payload, sign(payload, { timestamp: nowS() + 301 })],
      [payload, `t=${nowS()},${good}`],
      [payload, good.replace('v1=', 'v0=')],
      [payload, good.slice(0, -2)],
      [payload.slice(0, -1), good],
      [JSON.stringify(JSON.parse(payload)), good],
      [payload.replace('succeeded', 'canceled'), good],
      ['', sign('')],
      ['not json', sign('not json')],
      [payload, good, unconnected],
      [payload, good, 'env_unknown'],
    ];
    for (const [body, signature, environmentId] of forgeries) {
      const response = await send(body, signature, environmentId);
      expect([response.status, response.body.code]).toEqual([400, 'invalid_signature']);
    }
    await settled();
    expect(await kept()).toEqual([]);
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'unknown' }]);
    // At both ends of the window they are taken.
    for (const timestamp of [nowS() - 300, nowS() + 300]) {
      expect((await send(payload, sign(payload, { timestamp }))).status).toBe(200);
    }
  });

  it('are acknowledged and forgotten where they mean nothing here', async () => {
    await tell(eventOf('customer.created', { id: 'cus_1' }));
    expect(await kept()).toEqual([]);
    await tell(eventOf('payment_intent.succeeded', { id: 'pi_ofAnotherShop' }));
    await settled();
    expect(await kept()).toMatchObject([{ eventStatus: 'done', attempts: 1 }]);
  });

  it('are worked on again by the scheduled task when the first try failed, or its process has died', async () => {
    const { customerId } = await scene.newWallet('0');
    const provider = (await service.get(PaymentProviders).byName(scene.scope, 'stripe')) as PaymentProvider;
    const { setupId } = await provider.beginSetup({ customerId, via: { kind: 'fields' } }, `setup:${customerId}`);
    stripe.faults.add({ path: '/v1/setup_intents/*', times: 1, fault: { kind: 'unavailable', when: 'before' } });
    await tell(eventOf('setup_intent.succeeded', { id: setupId }));
    await settled();
    expect(await kept()).toMatchObject([{ eventStatus: 'pending', attempts: 1 }]);
    service.clock.advance(30_000);
    await scene.runTask();
    await settled();
    expect(await kept()).toMatchObject([{ eventStatus: 'done', attempts: 2 }]);
    // Taken up, and never finished.
    const em = service.get(EntityManager).fork();
    await em.nativeUpdate(ProviderEvent, scene.scope, { eventStatus: 'pending' });
    service.clock.advance(60_000);
    await scene.runTask();
    await settled();
    expect(await kept()).toMatchObject([{ eventStatus: 'done', attempts: 3 }]);
  });
});
