import { EntityManager } from '@mikro-orm/postgresql';
import request from 'supertest';
import { ApiKeysService } from '../src/auth/api-keys.service.js';
import { PaymentMethod } from '../src/customers/payment-method.entity.js';
import { PaymentMethodsService } from '../src/customers/payment-methods.service.js';
import { TopUpRulesService } from '../src/top-ups/rules/top-up-rules.service.js';
import { TopUpsService } from '../src/top-ups/purchases/top-ups.service.js';
import { shardOf } from '../src/shared/shard.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { ACTOR } from './support/ledger.js';
import { PACK, TopUpScene } from './support/top-ups.js';
import { untilSomebodyWaits } from './support/until-somebody-waits.js';

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;

describe('what becomes of a top-up', () => {
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    service = await startTestApp({ config: { paymentTimeoutMs: 1500 } });
    scene = await TopUpScene.create(service);
  });
  afterEach(async () => {
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(() => service.close());

  async function lowWallet(card: string): Promise<{ walletId: string; customerId: string }> {
    const wallet = await scene.newWallet('5', card);
    await scene.setAutoTopUp(wallet.walletId, { threshold: '10', amount: '50' });
    await scene.settle();
    return wallet;
  }

  const pauseReason = async (walletId: string) =>
    (await service.get(TopUpRulesService).ofWallets(scene.scope, [{ id: walletId, currency: 'usd' }])).get(walletId)
      ?.guard?.pauseReason;

  it('tries a soft decline again after 1 h, 4 h and 24 h, then pauses: four attempts, no charge', async () => {
    const { walletId } = await lowWallet('pm_sandbox_decline');
    const [topUp] = await scene.topUps(walletId);
    expect(topUp).toMatchObject({ topUpStatus: 'retry_wait', lastErrorCode: 'insufficient_funds' });
    for (let hour = 0; hour < 24 * 30; hour += 1) {
      service.clock.advance(HOUR_MS);
      if (hour < 40 || hour % 24 === 0) await scene.runTask();
    }
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'failed', attempt: 4 }]);
    expect(await scene.attempts(topUp!.id)).toHaveLength(4);
    expect(await scene.balance(walletId)).toBe('5');
    expect((await scene.decisions(walletId)).at(-1)).toMatchObject({ verdict: 'skip', code: 'paused' });
  });

  it('pauses at once on a hard decline, and resumes with another card but not with the same one', async () => {
    const { walletId, customerId } = await lowWallet('pm_sandbox_decline_hard');
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'failed', attempt: 1 }]);
    service.clock.advance(SECOND_MS);
    await scene.useCard(customerId, 'pm_sandbox_decline_hard');
    await scene.runTask();
    expect(await scene.topUps(walletId)).toHaveLength(1);
    service.clock.advance(SECOND_MS);
    await scene.useCard(customerId, 'pm_sandbox_approve');
    await scene.runTask();
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'failed' }, { topUpStatus: 'succeeded' }]);
    expect(await scene.balance(walletId)).toBe('55');
  });

  it('credits once a charge whose answer never came', async () => {
    const before = scene.charges().length;
    const { walletId } = await lowWallet('pm_sandbox_hang');
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'unknown' }]);
    expect(scene.charges()).toHaveLength(before + 1);
    expect(await scene.balance(walletId)).toBe('5');
    service.clock.advance(31 * SECOND_MS);
    await Promise.all([scene.runTask(), scene.runTask()]);
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'succeeded' }]);
    expect(scene.charges()).toHaveLength(before + 1);
    expect(await scene.balance(walletId)).toBe('55');
  });

  it('charges, at once, the card that came after the choice of one and before the lock', async () => {
    const { walletId, customerId } = await scene.newWallet('5', 'pm_sandbox_approve');
    await scene.useCard(customerId, 'pm_sandbox_decline');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.settle();
    service.clock.advance(HOUR_MS);
    const em = service.get(EntityManager).fork();
    const approved = await em.findOneOrFail(PaymentMethod, { customerId, status: 'archived' });
    const { round } = await em.transactional(async (tx) => {
      await tx.execute('select from wallet where shard = ? and id = ? for update', [shardOf(walletId), walletId]);
      const begun = { round: scene.runTask() };
      await untilSomebodyWaits(tx);
      await tx.nativeUpdate(PaymentMethod, { customerId, status: 'published' }, { status: 'archived' });
      await tx.nativeUpdate(PaymentMethod, { id: approved.id }, { status: 'published' });
      return begun;
    });
    await round;
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'succeeded', attempt: 2 }]);
  });

  it('waits while a payment is processing and credits it when it is through', async () => {
    const { walletId } = await lowWallet('pm_sandbox_processing');
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'processing' }]);
    expect(await scene.balance(walletId)).toBe('5');
    service.clock.advance(6 * SECOND_MS);
    await scene.runTask();
    expect(await scene.balance(walletId)).toBe('55');
  });

  it('asks the customer where the card wants authentication, and gives up after a day without a charge', async () => {
    const before = scene.charges().length;
    const { walletId } = await lowWallet('pm_sandbox_requires_action');
    expect(await scene.topUps(walletId)).toMatchObject([
      { topUpStatus: 'requires_action', lastErrorCode: 'authentication_required' },
    ]);
    service.clock.advance(25 * HOUR_MS);
    await scene.runTask();
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'failed' }]);
    expect(scene.charges()).toHaveLength(before);
  });

  it('recovers from a provider error before the charge', async () => {
    const { walletId } = await lowWallet('pm_sandbox_error_once');
    for (let look = 0; look < 4; look += 1) {
      service.clock.advance(HOUR_MS);
      await scene.runTask();
    }
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'succeeded', attempt: 1 }]);
    expect(await scene.balance(walletId)).toBe('55');
  });

  // As processes leave it that die between the charge and its answer, and before they have noted the payment's id.
  it.each(['', ', payment_id = null'])(
    'takes up what a crashed process left%s, and charges once',
    async (forgotten) => {
      const before = scene.charges().length;
      const { walletId } = await lowWallet('pm_sandbox_hang');
      await service
        .get(EntityManager)
        .fork()
        .execute(`update top_up set top_up_status = 'charging' ${forgotten} where wallet_id = ?`, [walletId]);
      service.clock.advance(61 * SECOND_MS);
      await scene.runTask();
      expect(scene.charges()).toHaveLength(before + 1);
      expect(await scene.balance(walletId)).toBe('55');
    },
  );

  it('returns the money when the wallet was closed while the card was charged', async () => {
    const { walletId } = await lowWallet('pm_sandbox_hang');
    await scene.ledger.close(walletId);
    service.clock.advance(31 * SECOND_MS);
    await scene.runTask();
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'refunded', lastErrorCode: 'wallet_closed' }]);
  });

  it('pauses without a card, and says so', async () => {
    const { walletId, customerId } = await scene.newWallet('5');
    await service
      .get(EntityManager)
      .fork()
      .execute(`update payment_method set status = 'deleted' where customer_id = ?`, [customerId]);
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.settle();
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'failed', lastErrorCode: 'no_payment_method' }]);
  });

  it('pauses when a server key removes the card, says why, and goes on with another', async () => {
    const { walletId, customerId } = await scene.newWallet('20');
    const other = await scene.newWallet('20');
    for (const wallet of [walletId, other.walletId]) {
      await scene.setAutoTopUp(wallet, { threshold: '10', amount: '50' });
    }
    const key = await service.get(ApiKeysService).createApiKey(scene.scope, { name: 'server', customerId: null });
    const card = await service.get(PaymentMethodsService).findChargeable(scene.scope, customerId);
    const remove = () =>
      request(service.url)
        .delete(`/v1/customers/${customerId}/payment-methods/${card!.id}`)
        .set('x-api-key', key.plainKey);
    const answers = await Promise.all([remove(), remove(), remove()]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 404, 404]);
    expect((await scene.decisions(walletId)).at(-1)).toMatchObject({
      verdict: 'skip',
      code: 'paused',
      reason: 'did not buy: automatic top-up is paused (no_payment_method): there is no payment method on file',
    });
    expect(await pauseReason(walletId)).toBe('no_payment_method');
    await scene.useCard(customerId, 'pm_sandbox_decline_hard');
    await scene.runTask();
    await remove().expect(404);
    expect(await pauseReason(walletId)).toBe('');
    expect(await pauseReason(other.walletId)).toBe('');
  });

  describe('a purchase that somebody asks for', () => {
    const buy = async (wallet: { walletId: string; customerId: string }, key?: string) =>
      service.get(TopUpsService).purchase({
        scope: scene.scope,
        wallet: { id: wallet.walletId, customerId: wallet.customerId },
        pack: PACK,
        provider: 'sandbox',
        description: '100 credits',
        actor: ACTOR,
        idempotency: key ? { key, requestHash: 'same' } : undefined,
      });

    it('is charged, credited with its new date and invoiced; the same key never charges again', async () => {
      const wallet = await scene.newWallet('5');
      const before = scene.charges().length;
      const { topUp } = await buy(wallet, `buy-${wallet.walletId}`);
      expect(topUp).toMatchObject({ topUpStatus: 'succeeded', trigger: 'manual', priceMinor: 9900 });
      expect(topUp.invoiceId).toMatch(/^inv_/);
      const again = await buy(wallet, `buy-${wallet.walletId}`);
      expect(again).toMatchObject({ isReplayed: true, topUp: { id: topUp.id } });
      expect(scene.charges()).toHaveLength(before + 1);
      expect(await scene.balance(wallet.walletId)).toBe('105');
    });

    it('is one purchase for three impatient clicks', async () => {
      const wallet = await scene.newWallet('5', 'pm_sandbox_hang');
      const before = scene.charges().length;
      const clicks = await Promise.allSettled([buy(wallet), buy(wallet), buy(wallet)]);
      expect(clicks.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(scene.charges()).toHaveLength(before + 1);
      service.clock.advance(31 * SECOND_MS);
      await scene.runTask();
      expect(await scene.balance(wallet.walletId)).toBe('105');
    });

    it('credits nothing when the card is declined', async () => {
      const wallet = await scene.newWallet('5', 'pm_sandbox_decline');
      const { topUp } = await buy(wallet);
      expect(topUp).toMatchObject({ topUpStatus: 'failed', lastErrorCode: 'insufficient_funds' });
      expect(await scene.balance(wallet.walletId)).toBe('5');
    });
  });

  // The last one: its payment is looked up in every round, and is silent for as long as a call may take.
  it('never takes silence for a refusal: what did not answer stays open and starts no second charge', async () => {
    const before = scene.charges().length;
    const { walletId } = await lowWallet('pm_sandbox_hang_before');
    for (let look = 0; look < 5; look += 1) {
      service.clock.advance(HOUR_MS);
      await scene.runTask();
      await scene.ledger.debit(walletId, '0.1');
    }
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'unknown', attempt: 1 }]);
    expect(scene.charges()).toHaveLength(before);
  });
});
