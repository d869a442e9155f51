import { EntityManager } from '@mikro-orm/postgresql';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { TopUpScene } from './support/top-ups.js';

describe.each(DATABASES)('a burst of debits across a threshold, on %s', (_name, createDatabase) => {
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase(), config: { paymentTimeoutMs: 4000 } });
    scene = await TopUpScene.create(service);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  async function burst(walletId: string): Promise<void> {
    const debits = Array.from({ length: 1000 }, async (_, index) => {
      // Not all in one batch: the top-up settles in the middle of it.
      if (index >= 600) await new Promise((resolve) => setTimeout(resolve, index % 50));
      return scene.ledger.debit(walletId, '1');
    });
    await Promise.all(debits);
    await scene.settle();
  }

  it('buys once: 1,000 debits, one charge', async () => {
    const before = scene.charges().length;
    const { walletId } = await scene.newWallet('1500');
    await scene.setAutoTopUp(walletId, { threshold: '1000', amount: '2000' });
    await burst(walletId);
    expect(scene.charges()).toHaveLength(before + 1);
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'succeeded', units: 1 }]);
    expect(await scene.balance(walletId)).toBe('2500');
    await scene.runTask();
    expect(scene.charges()).toHaveLength(before + 1);
  });

  it('starts no second purchase while the first one has not been answered', async () => {
    const before = scene.charges().length;
    const { walletId } = await scene.newWallet('1500', 'pm_sandbox_hang');
    await scene.setAutoTopUp(walletId, { threshold: '1000', amount: '2000' });
    await burst(walletId);
    expect(scene.charges()).toHaveLength(before + 1);
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'unknown' }]);
    expect(await scene.balance(walletId)).toBe('500');
    service.clock.advance(60_000);
    await scene.runTask();
    expect(await scene.balance(walletId)).toBe('2500');
    expect(scene.charges()).toHaveLength(before + 1);
  });
});
