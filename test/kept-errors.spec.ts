import { EntityManager } from '@mikro-orm/postgresql';
import type { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { connectStripe } from './support/stripe.js';
import { TopUpScene } from './support/top-ups.js';

const CREATE = '/v1/payment_intents';
const CONFIRM = '/v1/payment_intents/*/confirm';
const CANCEL = '/v1/payment_intents/*/cancel';
const before = { kind: 'server_error', when: 'before' } as const;
const after = { kind: 'server_error', when: 'after' } as const;

/** Stripe keeps a 500 of the endpoint under its idempotency key for a day, whatever the request has done. */
describe('an error that Stripe keeps under its key', () => {
  let stripe: StripeStandIn;
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    stripe = await StripeStandIn.start();
    service = await startTestApp({ config: { stripeApiBase: stripe.url, paymentTimeoutMs: 1500 } });
  });
  beforeEach(async () => {
    scene = await TopUpScene.create(service);
    await connectStripe(service, scene.scope, stripe.keys);
    stripe.books.calls.length = 0;
  });
  afterEach(async () => {
    stripe.faults.clear();
    stripe.outcomes.clear();
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  /** A wallet that has just decided to buy 50 credits. */
  async function spend(card = 'pm_card_visa'): Promise<string> {
    const { walletId } = await scene.newWallet('20', card);
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    return walletId;
  }

  /** @returns the top-up, so many minutes later, the task run every half of one or as said */
  async function minutesLater(walletId: string, minutes: number, step = 0.5): Promise<TopUp> {
    for (let passed = 0; passed < minutes; passed += step) {
      service.clock.advance(step * 60_000);
      await scene.runTask();
    }
    return (await scene.topUps(walletId))[0] as TopUp;
  }
  const keysOf = (wanted: RegExp) => {
    const calls = stripe.books.calls.filter(({ method, path }) => method === 'POST' && wanted.test(path));
    return calls.map(({ idempotencyKey }) => idempotencyKey);
  };
  const chargesOf = ({ id }: TopUp) => stripe.books.charges().filter(({ metadata }) => metadata['top_up_id'] === id);

  it('is asked past with another key once it is kept for certain, and charged once, within minutes', async () => {
    stripe.faults.add({ path: CONFIRM, fault: before });
    const walletId = await spend();
    expect(await minutesLater(walletId, 2)).toMatchObject({ topUpStatus: 'unknown', attempt: 1, keyNumber: 2 });
    const topUp = await minutesLater(walletId, 1);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', attempt: 1 });
    expect(chargesOf(topUp)).toHaveLength(1);
    const key = `topup:${topUp.id}:confirm:1`;
    expect(keysOf(/confirm$/)).toEqual([key, key, `${key}:2`]);
    expect(await scene.balance(walletId)).toBe('55');
  });

  it('is asked past twice', async () => {
    stripe.faults.add({ path: CONFIRM, nth: 1, fault: before });
    stripe.faults.add({ path: CONFIRM, nth: 3, fault: before });
    const topUp = await minutesLater(await spend(), 15);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', attempt: 1, keyNumber: 3 });
    expect(chargesOf(topUp)).toHaveLength(1);
    expect(new Set(keysOf(/confirm$/)).size).toBe(3);
  });

  it('that came after charging is never asked past: the record says what it did', async () => {
    stripe.faults.add({ path: CONFIRM, fault: after });
    const topUp = await minutesLater(await spend(), 1);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', keyNumber: 1 });
    expect(keysOf(/confirm$/)).toHaveLength(1);
    expect(chargesOf(topUp)).toHaveLength(1);
  });

  it('may come before charging once, and after it the second time', async () => {
    stripe.faults.add({ path: CONFIRM, nth: 1, fault: before });
    stripe.faults.add({ path: CONFIRM, nth: 3, fault: after });
    const topUp = await minutesLater(await spend(), 5);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', keyNumber: 2 });
    expect(keysOf(/confirm$/)).toHaveLength(3);
    expect(chargesOf(topUp)).toHaveLength(1);
  });

  it('is not asked past while the record cannot be read', async () => {
    stripe.faults.add({ path: CONFIRM, fault: before });
    const walletId = await spend();
    await minutesLater(walletId, 0.5);
    stripe.faults.add({ method: 'GET', times: 0, fault: { kind: 'unavailable', when: 'before' } });
    expect(await minutesLater(walletId, 30, 5)).toMatchObject({ topUpStatus: 'unknown', keyNumber: 2 });
    expect(keysOf(/confirm$/)).toHaveLength(2);
    stripe.faults.clear();
    expect(chargesOf(await minutesLater(walletId, 60, 20))).toHaveLength(1);
  });

  it.each([
    ['before', before],
    ['after', after],
  ])('keeps no payment from being made (%s it was made), and one is charged', async (_when, fault) => {
    stripe.faults.add({ method: 'POST', path: CREATE, fault });
    const topUp = await minutesLater(await spend(), 3);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', attempt: 1 });
    expect(chargesOf(topUp)).toHaveLength(1);
  });

  it('keeps no payment from being given up', async () => {
    stripe.faults.add({ path: CANCEL, fault: before });
    stripe.outcomes.add({ outcome: { kind: 'decline', code: 'card_declined', declineCode: 'lost_card' }, times: 1 });
    const topUp = await minutesLater(await spend(), 1);
    expect(topUp).toMatchObject({ topUpStatus: 'failed', lastErrorCode: 'lost_card' });
    expect(stripe.books.paymentIntents.find(topUp.paymentId as string)).toMatchObject({ status: 'canceled' });
  });

  it('of the second attempt is no second decline: the record still says that of the first', async () => {
    const walletId = await spend('pm_card_chargeCustomerFail');
    const [declined] = await scene.topUps(walletId);
    expect(declined).toMatchObject({ topUpStatus: 'retry_wait', attempt: 1 });
    stripe.faults.add({ path: CONFIRM, fault: before });
    stripe.outcomes.add({ paymentIntent: declined?.paymentId as string, outcome: { kind: 'succeed' } });
    const topUp = await minutesLater(walletId, 66, 3);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', attempt: 2, keyNumber: 2 });
    expect(chargesOf(topUp).map(({ status }) => status)).toEqual(['failed', 'succeeded']);
  });
});
