import { EntityManager } from '@mikro-orm/postgresql';
import { SettingsService } from '../src/settings/settings.service.js';
import { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { TopUpsService } from '../src/top-ups/purchases/top-ups.service.js';
import { TopUpPolicy } from '../src/top-ups/rules/top-up-policy.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { ACTOR } from './support/ledger.js';
import { PACK, TopUpScene } from './support/top-ups.js';

describe('whether a top-up is charged is part of the decision', () => {
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    service = await startTestApp();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    service.clock.set('2027-03-02T10:00:00.000Z');
    scene = await TopUpScene.create(service);
  });
  afterEach(async () => {
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });

  const chargeBy = (provider: 'sandbox' | 'none') =>
    service.get(SettingsService).put(scene.scope, 'payments', { provider });
  /** Decides, and is killed right after the commit. */
  async function decide(walletId: string): Promise<void> {
    const policy = service.get(TopUpPolicy);
    const { onDue } = policy;
    policy.onDue = () => {};
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    policy.onDue = onDue;
  }

  it('is not given away because nothing is charged any more when its turn comes', async () => {
    const { walletId } = await scene.newWallet('1');
    await decide(walletId);
    const before = scene.charges().length;
    await chargeBy('none');
    await scene.runTask();
    const [first] = await scene.topUps(walletId);
    expect(first).toMatchObject({ topUpStatus: 'canceled', lastErrorCode: 'provider_changed', provider: 'sandbox' });
    expect(await scene.decisions(walletId)).toContainEqual(
      expect.objectContaining({ verdict: 'cancel', code: 'provider_changed', topUpId: first?.id }),
    );
    expect(scene.charges()).toHaveLength(before);
    // What the rule decides now is given: nothing is charged here any more.
    expect((await scene.topUps(walletId))[1]).toMatchObject({ topUpStatus: 'succeeded', provider: 'none' });
  });

  it('is not given away either where a decline is to be tried again', async () => {
    const { walletId } = await scene.newWallet('1', 'pm_sandbox_decline');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.settle();
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'retry_wait' }]);
    await scene.setLimits(walletId, { monthlyCount: 1 });
    await chargeBy('none');
    service.clock.advance(2 * 3_600_000);
    await scene.runTask();
    // The payment of the declined attempt is given up at the provider first.
    await scene.runTask();
    expect((await scene.topUps(walletId))[0]).toMatchObject({ topUpStatus: 'canceled', transactionId: null });
  });

  it('is not charged because money is taken now, where it was decided to be given', async () => {
    const { walletId } = await scene.newWallet('1');
    await chargeBy('none');
    await decide(walletId);
    await chargeBy('sandbox');
    const before = scene.charges().length;
    await scene.runTask();
    expect((await scene.topUps(walletId))[0]).toMatchObject({
      topUpStatus: 'canceled',
      lastErrorCode: 'provider_changed',
    });
    // The rule still finds too little, decides anew in that very commit, and what is decided now is charged.
    expect((await scene.topUps(walletId))[1]).toMatchObject({ topUpStatus: 'succeeded', provider: 'sandbox' });
    expect(scene.charges()).toHaveLength(before + 1);
  });

  it('is given where nothing was charged, and still is not', async () => {
    const { walletId } = await scene.newWallet('1');
    await chargeBy('none');
    await decide(walletId);
    await scene.runTask();
    expect(await scene.topUps(walletId)).toMatchObject([
      { topUpStatus: 'succeeded', paymentId: null, provider: 'none' },
    ]);
    expect(await scene.balance(walletId)).toBe('51');
  });

  it('is not given away where it was decided before that was kept', async () => {
    const { walletId } = await scene.newWallet('1');
    await decide(walletId);
    await service.get(EntityManager).fork().nativeUpdate(TopUp, { walletId }, { provider: null });
    await scene.setLimits(walletId, { monthlyCount: 1 });
    await chargeBy('none');
    await scene.runTask();
    expect((await scene.topUps(walletId))[0]).toMatchObject({ topUpStatus: 'canceled', transactionId: null });
  });

  it('holds for a purchase by hand, too', async () => {
    const wallet = await scene.newWallet('1');
    await chargeBy('none');
    const { topUp } = await service.get(TopUpsService).purchase({
      scope: scene.scope,
      wallet: { id: wallet.walletId, customerId: wallet.customerId },
      pack: PACK,
      // It was on file and chargeable a moment ago.
      provider: 'sandbox',
      description: '100 credits',
      actor: ACTOR,
    });
    expect(topUp).toMatchObject({ topUpStatus: 'canceled', lastErrorCode: 'provider_changed' });
    expect(await scene.balance(wallet.walletId)).toBe('1');
  });
});
