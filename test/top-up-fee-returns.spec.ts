import { EntityManager } from '@mikro-orm/postgresql';
import { SettingsService } from '../src/settings/settings.service.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { type Bought, RefundScene } from './support/refund-scene.js';

const URLS = { success_url: 'https://shop.example/paid', cancel_url: 'https://shop.example/credits' };

/** Automatic top-ups of 50 credits for 50.00, a fee of 1.75 and a bonus of 5, in wallets that had 5 free credits. */
describe('what goes back of a top-up with a fee and a bonus', () => {
  let stripe: StripeStandIn;
  let service: TestApp;
  let scene: RefundScene;
  beforeAll(async () => {
    stripe = await StripeStandIn.start({ clock: { now: () => service.clock.now() } });
    service = await startTestApp({ config: { stripeApiBase: stripe.url, paymentTimeoutMs: 1500 } });
    scene = await RefundScene.create(service, stripe);
    const settings = service.get(SettingsService);
    const { scope } = scene.topUps;
    await settings.put(scope, 'top_up_fee', { mode: 'added', percent: '2.9', fixed_minor: { usd: 30 } });
    const bonus = { type: 'flat', value: '5' };
    const slab = { threshold: '10', operator: 'gte', bonus, expiration_duration: 1, expiration_duration_unit: 'YEAR' };
    await settings.put(scope, 'bonus_credits_topup_config', { enabled: true, slabs: [slab] });
  });
  afterEach(async () => {
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  async function buy(): Promise<Bought> {
    const { walletId, customerId } = await scene.topUps.newWallet('5', 'pm_card_visa');
    await scene.topUps.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.settle();
    const [topUp] = await scene.topUps.topUps(walletId);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', priceMinor: 5175, feeMinor: 175 });
    expect(await scene.wallet(walletId)).toEqual(['60', '0', '0']);
    return { walletId, customerId, topUpId: topUp?.id as string, paymentId: topUp?.paymentId as string };
  }

  it('refunded as a whole is all of it: the fee with the money, the bonus with the credits', async () => {
    const { walletId, topUpId, paymentId } = await buy();
    expect(await scene.refund(topUpId)).toMatchObject([
      200,
      { amount_minor: 5175, credits: '50', bonus_credits: '5', debt_credits: '0' },
    ]);
    await scene.settle();
    expect(scene.sentBack(paymentId)).toBe(5175);
    expect(await scene.wallet(walletId)).toEqual(['5', '0', '0']);
  });

  it('refunded in part is as large a part of credits and bonus; a bonus that is spent is let go', async () => {
    const { walletId, topUpId } = await buy();
    expect(await scene.refund(topUpId, { amount: '20.70' })).toMatchObject([
      200,
      { amount_minor: 2070, credits: '20', bonus_credits: '2' },
    ]);
    expect(await scene.wallet(walletId)).toEqual(['38', '0', '0']);
    // What expires first is spent first: the rest of the bonus.
    await scene.spend(walletId, '3');
    expect(await scene.refund(topUpId)).toMatchObject([
      200,
      { amount_minor: 3105, credits: '30', bonus_credits: '0', debt_credits: '0' },
    ]);
    expect(await scene.wallet(walletId)).toEqual(['5', '0', '0']);
  });

  it('disputed is frozen with its bonus, and lost it is taken with it', async () => {
    const { walletId, topUpId, paymentId } = await buy();
    const { id } = stripe.dashboard.openDispute(paymentId);
    await scene.settle();
    expect(await scene.wallet(walletId)).toEqual(['60', '55', '0']);
    stripe.dashboard.loseDispute(id);
    await scene.settle();
    expect((await scene.returns(topUpId)).disputes).toMatchObject([
      { status: 'lost', amount_minor: 5175, credits: '50', bonus_credits: '5', debt_credits: '0' },
    ]);
    expect(await scene.wallet(walletId)).toEqual(['5', '0', '0']);
  });

  it('is the same for what was paid on a page: the fee on top, the bonus with it, and both over the API', async () => {
    const { walletId } = await scene.topUps.newWallet('5', 'pm_card_visa');
    await scene.client
      .post(`/v1/wallets/${walletId}/top-up`, {
        transaction_reason: 'PURCHASED_CREDIT_INVOICED',
        credits_to_add: '50',
        idempotency_key: 'page',
        checkout: URLS,
      })
      .expect(200);
    const [waiting] = await scene.topUps.topUps(walletId);
    stripe.dashboard.completeCheckout(waiting?.paymentId as string);
    await scene.settle();
    await scene.topUps.runTask();
    const { body } = await scene.client.get(`/v1/top-ups/${waiting?.id}`).expect(200);
    expect(body).toMatchObject({ status: 'succeeded', price_minor: 5175, fee_minor: 175, bonus_credits: '5' });
    expect(body.bonus_expires_at).toBeTruthy();
    expect(await scene.wallet(walletId)).toEqual(['60', '0', '0']);
    const paid = stripe.books.paidCharges().filter(({ metadata }) => metadata['top_up_id'] === waiting?.id);
    expect(paid.map(({ amountMinor }) => amountMinor)).toEqual([5175]);
    expect(await scene.invoice(waiting?.id as string)).toMatchObject({
      total: '51.75',
      line_items: [
        { display_name: '50 credits', amount: '50' },
        { display_name: 'Fee', amount: '1.75' },
        { display_name: '5 bonus credits', amount: '0' },
      ],
    });
    const pdf = await scene.client.get(`/v1/invoices/${body.invoice_id}/pdf`).expect(200);
    expect(pdf.headers['content-type']).toContain('application/pdf');
  });
});
