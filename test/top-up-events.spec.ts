import { EntityManager } from '@mikro-orm/postgresql';
import { WebhookEvent } from '../src/events/webhook-event.entity.js';
import { EndpointsService } from '../src/webhooks/endpoints.service.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { TopUpScene } from './support/top-ups.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Told = Record<string, Record<string, unknown>> & { event_type: string };

describe('what people wait for is told', () => {
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    service = await startTestApp({ database: await createTestDatabase(), config: { paymentTimeoutMs: 1500 } });
    scene = await TopUpScene.create(service);
    // Nobody answers there: what counts is what was written down.
    const endpoint = { url: 'http://127.0.0.1:9/hook' };
    await service.get(EndpointsService).create({ ...scene.caller, requestId: '' } as never, endpoint);
  });
  afterEach(async () => {
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(() => service.close());

  /** Of the wallet, in the order in which it happened, without what the ledger itself tells. */
  async function told(walletId: string): Promise<Told[]> {
    const events = await service
      .get(EntityManager)
      .fork()
      .find(WebhookEvent, { walletId }, { orderBy: { createdAt: 'asc', id: 'asc' } });
    return events
      .filter(({ eventType }) => !eventType.startsWith('wallet.'))
      .map(({ body }) => JSON.parse(body) as Told);
  }
  const typesOf = async (walletId: string) => (await told(walletId)).map(({ event_type: type }) => type);

  it('of a purchase: that it was decided, and that it succeeded, with its invoice', async () => {
    const { walletId } = await scene.newWallet('5');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.settle();
    expect(await typesOf(walletId)).toEqual(
      expect.arrayContaining(['top_up.created', 'top_up.succeeded', 'invoice.issued', 'invoice.paid']),
    );
    const [created, ...rest] = await told(walletId);
    expect(created).toMatchObject({
      event_type: 'top_up.created',
      top_up: { trigger: 'threshold', credits: '50', price_minor: 5000, reason_code: 'threshold_reached' },
    });
    const success = rest.find(({ event_type: type }) => type === 'top_up.succeeded');
    expect(success).toMatchObject({ top_up: { invoice_id: expect.stringMatching(/^inv_/) } });
    expect(await typesOf(walletId)).toHaveLength(4);
  });

  it('of a hard decline: that the purchase failed and the wallet is paused, and later that it goes on', async () => {
    const { walletId, customerId } = await scene.newWallet('5', 'pm_sandbox_decline_hard');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.settle();
    expect(await typesOf(walletId)).toEqual(
      expect.arrayContaining(['top_up.created', 'top_up.failed', 'auto_topup.paused']),
    );
    const [paused] = (await told(walletId)).filter(({ event_type: type }) => type === 'auto_topup.paused');
    expect(paused).toMatchObject({ auto_topup: { reason_code: 'card_declined', status: 'paused' } });
    await scene.useCard(customerId, 'pm_sandbox_approve');
    await scene.settle();
    const types = await typesOf(walletId);
    expect(types.filter((type) => type === 'auto_topup.paused')).toHaveLength(1);
    expect(types.filter((type) => type === 'auto_topup.resumed')).toHaveLength(1);
  });

  it('of a card that asks for its holder, and of a purchase that is taken back', async () => {
    const { walletId } = await scene.newWallet('5', 'pm_sandbox_requires_action');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.settle();
    service.clock.advance(2 * 60_000);
    await scene.runTask();
    await scene.setAutoTopUp(walletId, { enabled: false });
    await scene.settle();
    expect(await typesOf(walletId)).toEqual(['top_up.created', 'top_up.requires_action', 'top_up.canceled']);
  });

  it('of a monthly cap, at 80, 90 and 100 percent, once each', async () => {
    const { walletId } = await scene.newWallet('5');
    await scene.setLimits(walletId, { monthlyCount: 5, maxPerHour: 10 });
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '10', cooldown: { value: 1, unit: 'second' } });
    for (let purchase = 1; purchase <= 6; purchase += 1) {
      await scene.settle();
      service.clock.advance(HOUR_MS / 2);
      await scene.ledger.debit(walletId, '10').catch(() => undefined);
    }
    const reached = (await told(walletId)).filter(({ event_type: type }) => type === 'limit.reached');
    expect(reached.map(({ limit }) => limit?.['percent'])).toEqual([80, 90, 100]);
  });

  it('of purchased credits 7 days and 1 day before they expire, once each, and whether they will be renewed', async () => {
    const { walletId } = await scene.newWallet('5');
    const expiresAt = new Date(service.clock.now().getTime() + 10 * DAY_MS);
    await scene.ledger.credit(walletId, '40', { reason: 'PURCHASED_CREDIT_DIRECT', expiresAt });
    for (let day = 1; day <= 9; day += 1) {
      service.clock.advance(DAY_MS);
      await scene.runTask();
      await scene.ledger.debit(walletId, '1');
    }
    const notices = (await told(walletId)).filter(({ event_type: type }) => type === 'credits.expiring');
    expect(notices.map(({ expiring }) => [expiring?.['days_before'], expiring?.['will_be_renewed']])).toEqual([
      [7, false],
      [1, false],
    ]);
  });
});
