import { EntityManager } from '@mikro-orm/postgresql';
import supertest from 'supertest';
import { WebhookEvent } from '../src/events/webhook-event.entity.js';
import { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { EndpointsService } from '../src/webhooks/endpoints.service.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { startTestApp, type TestApp } from './support/app.js';
import { BROWSER_PATH, LonePage } from './support/browser.js';
import { expectSoundLedger } from './support/invariants.js';
import { expectOwnElementsOnly } from './support/page-policy.js';
import { connectStripe } from './support/stripe.js';
import { clientOf } from './support/stand-in-client.js';
import { TopUpScene } from './support/top-ups.js';

const DAY_MS = 86_400_000;
const ASKING = 'pm_card_authenticationRequired';

describe('a payment that asks for the holder of its card', () => {
  let stripe: StripeStandIn;
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    stripe = await StripeStandIn.start();
    service = await startTestApp({ config: { stripeApiBase: stripe.url, paymentTimeoutMs: 1500 } });
    service.config.publicUrl = service.url;
  });
  beforeEach(async () => {
    scene = await TopUpScene.create(service);
    await connectStripe(service, scene.scope, stripe.keys);
  });
  afterEach(async () => {
    stripe.outcomes.clear();
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  interface Asked {
    walletId: string;
    customerId: string;
    topUp: TopUp;
    /** The link without what stands behind `#`. */
    page: string;
    token: string;
  }

  /** A wallet with 20 credits that buys 50 when it has 10 or fewer, a debit that leaves it 5, and the link that came of it. */
  async function ask(): Promise<Asked> {
    const { walletId, customerId } = await scene.newWallet('20', ASKING);
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    return { walletId, customerId, ...(await linkOf(walletId)) };
  }
  async function linkOf(walletId: string): Promise<Pick<Asked, 'topUp' | 'page' | 'token'>> {
    const [topUp] = await scene.topUps(walletId);
    const [page = '', token = ''] = (topUp?.actionUrl ?? '').split('#');
    return { topUp: topUp as TopUp, page, token };
  }
  const post = (page: string, what: string, token: string) => supertest(page).post(`/${what}`).send({ token });
  const charges = ({ topUp }: Pick<Asked, 'topUp'>) =>
    stripe.books.paidCharges().filter(({ paymentIntentId }) => paymentIntentId === topUp.paymentId);

  /** What the page's script does, and the bank's page after it. */
  async function confirm({ topUp }: Pick<Asked, 'topUp'>, succeeds: boolean): Promise<void> {
    const paymentId = topUp.paymentId as string;
    const card = topUp.paymentMethodRef as string;
    await clientOf(stripe).paymentIntents.confirm(
      paymentId,
      { payment_method: card },
      { idempotencyKey: `${Math.random()}` },
    );
    stripe.dashboard.authenticate(paymentId, succeeds);
  }

  it('waits, buys nothing more, and has one link that stays the same and is told once', async () => {
    const endpoint = { url: 'http://127.0.0.1:9/hook', event_types: ['top_up.requires_action'] };
    await service.get(EndpointsService).create({ ...scene.caller, requestId: '' } as never, endpoint);
    const { walletId, topUp, page, token } = await ask();
    expect(topUp).toMatchObject({ topUpStatus: 'requires_action', lastErrorCode: 'authentication_required' });
    expect(page).toBe(`${service.url}/pay/${topUp.id}`);
    await scene.ledger.debit(walletId, '1');
    service.clock.advance(61_000);
    await scene.runTask();
    const all = await scene.topUps(walletId);
    expect(all).toMatchObject([{ topUpStatus: 'requires_action', actionUrl: `${page}#${token}` }]);
    expect(await scene.balance(walletId)).toBe('4');
    const told = await service.get(EntityManager).fork().find(WebhookEvent, { walletId });
    expect(told.map(({ body }) => JSON.parse(body) as object)).toMatchObject([
      { event_type: 'top_up.requires_action', top_up: { id: topUp.id, action_url: `${page}#${token}` } },
    ]);
  });

  it('is credited once when its holder has confirmed it, whoever looks first, and the next one is bought again', async () => {
    const asked = await ask();
    const { walletId, page, token } = asked;
    const open = await post(page, 'payment', token).expect(200);
    expect(open.body).toEqual({
      status: 'open',
      amount: '50.00',
      currency: 'USD',
      card_brand: 'visa',
      card_last4: expect.stringMatching(/^\d{4}$/),
      publishable_key: stripe.keys.publishableKey,
      client_secret: expect.stringContaining(asked.topUp.paymentId as string),
      payment_method: asked.topUp.paymentMethodRef,
    });
    expect((await post(page, 'outcome', token).expect(200)).body).toMatchObject({
      status: 'open',
      client_secret: null,
    });
    await confirm(asked, true);
    const looks = await Promise.all([post(page, 'outcome', token), post(page, 'outcome', token), scene.runTask()]);
    expect(looks[0].status).toBe(200);
    expect((await post(page, 'outcome', token)).body).toMatchObject({ status: 'paid' });
    expect((await post(page, 'payment', token)).body).toMatchObject({ status: 'paid', client_secret: null });
    expect(await scene.balance(walletId)).toBe('55');
    expect(charges(asked)).toHaveLength(1);
    service.clock.advance(3_600_000);
    await scene.ledger.debit(walletId, '50');
    await scene.settle();
    expect(await scene.topUps(walletId)).toHaveLength(2);
  });

  it('waits on after a holder whom the bank did not believe, who may try again', async () => {
    const asked = await ask();
    const { walletId, page, token } = asked;
    await confirm(asked, false);
    expect((await post(page, 'outcome', token)).body).toMatchObject({ status: 'open' });
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'requires_action', attempt: 1 }]);
    await confirm(asked, true);
    expect((await post(page, 'outcome', token)).body).toMatchObject({ status: 'paid' });
    expect(charges(asked)).toHaveLength(1);
  });

  it('opens to its own link only, for 24 hours, and says the same of every other', async () => {
    const mine = await ask();
    const theirs = await ask();
    const [endsAt = '', signature = ''] = mine.token.split('.');
    const forged = [
      theirs.token,
      `${Number(endsAt) + 1}.${signature}`,
      `${endsAt}.${signature.slice(0, -2)}AA`,
      `${endsAt}.`,
      `${endsAt}.${signature}.${signature}`,
      `${endsAt}.${'A'.repeat(43)}`,
      'nonsense',
    ];
    const answers = forged.map((token) => post(mine.page, 'payment', token));
    answers.push(post(`${service.url}/pay/topup_unknown`, 'payment', mine.token));
    answers.push(post(mine.page, 'outcome', theirs.token));
    const refused = await Promise.all(answers);
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(refused.map(() => [404, 'link_not_valid']));
    await post(mine.page, 'payment', mine.token).expect(200);
    service.clock.advance(DAY_MS);
    await post(mine.page, 'payment', mine.token).expect(404);
    await post(mine.page, 'outcome', mine.token).expect(404);
  });

  it('is closed when what it was for is not agreed to any more, and its link dies with it when another card pays', async () => {
    const off = await ask();
    await scene.setAutoTopUp(off.walletId, { enabled: false });
    await scene.settle();
    const closed = await post(off.page, 'payment', off.token).expect(200);
    expect(closed.body).toMatchObject({ status: 'closed', client_secret: null, publishable_key: null });
    const replaced = await ask();
    await scene.useCard(replaced.customerId, 'pm_card_visa');
    await scene.runTask();
    expect(await scene.topUps(replaced.walletId)).toMatchObject([{ topUpStatus: 'succeeded' }]);
    await post(replaced.page, 'payment', replaced.token).expect(404);
    expect(charges(replaced)).toEqual([]);
  });

  it('has no link where nobody has said where customers reach the service, nor on the sandbox', async () => {
    service.config.publicUrl = '';
    try {
      expect((await ask()).topUp).toMatchObject({ topUpStatus: 'requires_action', actionUrl: null });
    } finally {
      service.config.publicUrl = service.url;
    }
    const sandbox = await TopUpScene.create(service);
    const { walletId } = await sandbox.newWallet('20', 'pm_sandbox_requires_action');
    await sandbox.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await sandbox.ledger.debit(walletId, '15');
    await sandbox.settle();
    expect(await sandbox.topUps(walletId)).toMatchObject([{ topUpStatus: 'requires_action', actionUrl: null }]);
  });

  it('is shown on a page that allows its own script and the provider’s hosts, and nothing else', async () => {
    await expectOwnElementsOnly(service.url, '/pay/topup_of_nobody', stripe.url);
  });

  // A machine without a browser says so, instead of looking complete.
  (BROWSER_PATH === undefined ? describe.skip : describe)('in a browser of a phone', () => {
    let phone: LonePage;
    beforeAll(async () => {
      phone = await LonePage.open();
    });
    afterAll(() => phone.close());

    const isAt = (status: string) => phone.until(`document.body.dataset.status === '${status}'`);
    async function answerBank(button: string): Promise<void> {
      await phone.click('#confirm');
      await phone.until(`document.querySelector('iframe')`);
      await phone.clickInFrame(button);
    }

    it('is confirmed by its holder, after a first try that failed, and credited by the time the page says so', async () => {
      const asked = await ask();
      await phone.goTo(`${asked.page}#${asked.token}`);
      await isAt('open');
      expect(await phone.evaluate(`document.querySelector('#amount').textContent`)).toContain('USD 50.00');
      expect(await phone.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
      expect(await phone.evaluate(`document.querySelector('#confirm').offsetHeight >= 44`)).toBe(true);
      await answerBank('#fail');
      await phone.until(`!document.querySelector('#error').hidden`);
      await isAt('open');
      await answerBank('#complete');
      await isAt('paid');
      expect(await scene.balance(asked.walletId)).toBe('55');
      expect(charges(asked)).toHaveLength(1);
      await phone.goTo('about:blank');
      await phone.goTo(`${asked.page}#${asked.token}`);
      await isAt('paid');
    });

    it('is not there for a wrong link', async () => {
      const { page } = await ask();
      await phone.goTo('about:blank');
      await phone.goTo(`${page}#1.nonsense`);
      await isAt('invalid');
      expect(await phone.evaluate(`document.querySelector('#confirm').offsetHeight`)).toBe(0);
    });
  });
});
