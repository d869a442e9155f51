import { EntityManager } from '@mikro-orm/postgresql';
import { BackupCards } from '../src/customers/backup-cards/backup-cards.service.js';
import { PaymentMethod } from '../src/customers/payment-method.entity.js';
import { EventEngine } from '../src/payments/stripe/event-engine.js';
import { TopUpGuard } from '../src/top-ups/rules/top-up-rule.entity.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { clientOf } from './support/stand-in-client.js';
import { connectStripe, WEBHOOK_SECRET } from './support/stripe.js';
import { TopUpScene } from './support/top-ups.js';

describe('a card that has changed at Stripe', () => {
  let stripe: StripeStandIn;
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    stripe = await StripeStandIn.start({ clock: { now: () => service.clock.now() } });
    service = await startTestApp({ config: { stripeApiBase: stripe.url, paymentTimeoutMs: 1500 } });
  });
  beforeEach(async () => {
    scene = await TopUpScene.create(service);
    await connectStripe(service, scene.scope, stripe.keys);
    stripe.addWebhook(`${service.url}/v1/payments/webhooks/stripe/${scene.scope.environmentId}`, WEBHOOK_SECRET);
  });
  afterEach(async () => {
    stripe.outcomes.clear();
    stripe.webhookScript.clear();
    await settled();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  async function settled(): Promise<void> {
    await scene.settle();
    await stripe.webhooks.idle();
    await service.get(EventEngine).idle();
    await scene.settle();
  }

  /** A wallet with 20 credits that buys 50 when it has 10 or fewer, and its card at Stripe. */
  async function prepare() {
    const token = stripe.dashboard.mintCard();
    const { walletId, customerId } = await scene.newWallet('20', token);
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    return { walletId, customerId, token, before: await cardOf(token) };
  }
  const cardOf = (providerRef: string) =>
    service
      .get(EntityManager)
      .fork()
      .findOneOrFail(PaymentMethod, { ...scene.scope, providerRef });
  const pauseOf = async (walletId: string) =>
    (await service.get(EntityManager).fork().findOneOrFail(TopUpGuard, { walletId })).pauseReason;

  /** Spends while the bank says no, so that the rule pauses. */
  async function pause(walletId: string, token: string, declineCode: string): Promise<void> {
    stripe.outcomes.add({ paymentMethod: token, outcome: { kind: 'decline', code: 'card_declined', declineCode } });
    await scene.ledger.debit(walletId, '15');
    await settled();
    stripe.outcomes.clear();
  }

  it('keeps its id, and has the number, the date and the fingerprint that its network gave it', async () => {
    const { token, before } = await prepare();
    stripe.webhookScript.add({ types: ['payment_method.*'], copies: 2, shuffleMs: 20 });
    stripe.dashboard.updateCard(token, { last4: '4343', expiryMonth: 3, expiryYear: 2039 });
    await settled();
    const after = await cardOf(token);
    expect(after).toMatchObject({
      id: before.id,
      status: 'published',
      last4: '4343',
      expiryMonth: 3,
      expiryYear: 2039,
    });
    expect(after.fingerprint).not.toBe(before.fingerprint);
    expect(after.noticeAt?.toISOString()).toBe('2039-03-02T00:00:00.000Z');
  });

  it('that had expired and was renewed resumes the rule, which buys with it', async () => {
    const { walletId, token } = await prepare();
    await pause(walletId, token, 'expired_card');
    expect(await pauseOf(walletId)).toBe('card_expired');
    stripe.dashboard.updateCard(token, { expiryYear: 2040 });
    await settled();
    expect(await pauseOf(walletId)).toBe('');
    expect(await scene.balance(walletId)).toBe('55');
    const [, again] = await scene.topUps(walletId);
    expect(await scene.attempts(again?.id as string)).toMatchObject([{ attempt: 1, outcome: 'succeeded' }]);
  });

  it('changes nothing for a pause that another date does not mend, and counts its declines on', async () => {
    const { walletId, token, before } = await prepare();
    await pause(walletId, token, 'lost_card');
    stripe.dashboard.updateCard(token, { expiryYear: 2040 });
    await settled();
    expect(await pauseOf(walletId)).toBe('card_declined');
    expect((await cardOf(token)).fingerprint).toBe(before.fingerprint);
    const [topUp] = await scene.topUps(walletId);
    expect(await scene.attempts(topUp?.id as string)).toMatchObject([{ cardFingerprint: before.fingerprint }]);
  });

  it('resumes what a new number mends', async () => {
    const { walletId, token } = await prepare();
    await pause(walletId, token, 'lost_card');
    stripe.dashboard.updateCard(token, { last4: '1881' });
    await settled();
    expect([await pauseOf(walletId), await scene.balance(walletId)]).toEqual(['', '55']);
  });

  it('is removed where it was detached, and the rule pauses until there is another', async () => {
    const { walletId, customerId, token } = await prepare();
    await clientOf(stripe).paymentMethods.detach(token, {}, { idempotencyKey: token });
    await settled();
    expect(await cardOf(token)).toMatchObject({ status: 'deleted' });
    expect(await pauseOf(walletId)).toBe('no_payment_method');
    await scene.useCard(customerId, 'pm_card_visa');
    expect(await pauseOf(walletId)).toBe('');
  });

  it('pauses nothing where it was the backup, and is none any more', async () => {
    const { walletId, customerId, token } = await prepare();
    await scene.useCard(customerId, 'pm_card_visa');
    await service.get(BackupCards).choose(scene.caller, customerId, (await cardOf(token)).id);
    await clientOf(stripe).paymentMethods.detach(token, {}, { idempotencyKey: token });
    await settled();
    expect(await cardOf(token)).toMatchObject({ status: 'deleted' });
    expect(await pauseOf(walletId)).toBe('');
  });

  it('that nobody here has saved means nothing', async () => {
    const { token, before } = await prepare();
    const other = stripe.dashboard.mintCard();
    stripe.dashboard.updateCard(other, { last4: '1881' });
    await settled();
    expect(await cardOf(token)).toEqual(before);
  });
});
