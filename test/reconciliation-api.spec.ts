import request from 'supertest';
import { EntityManager } from '@mikro-orm/postgresql';
import { DailyReconciliation } from '../src/top-ups/reconciliation/daily-reconciliation.js';
import { Reconciliation } from '../src/top-ups/reconciliation/reconciliation.service.js';
import { ReconciliationFigures } from '../src/top-ups/reconciliation/reconciliation-figures.js';
import { ReconciliationRun } from '../src/top-ups/reconciliation/reconciliation-run.entity.js';
import { ApiKeysService } from '../src/auth/api-keys.service.js';
import type { ScopeName } from '../src/auth/scopes.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { SettingsService } from '../src/settings/settings.service.js';
import { startTestApp, type TestApp } from './support/app.js';
import { FrozenClock } from './support/frozen-clock.js';
import { expectSoundLedger } from './support/invariants.js';
import { TopUpScene } from './support/top-ups.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('reconciliation with the sandbox', () => {
  const clock = new FrozenClock();
  let service: TestApp;
  let scene: TopUpScene;
  let key: string;
  beforeAll(async () => {
    service = await startTestApp({ clock, config: { sweepIntervalMs: 3_600_000, paymentTimeoutMs: 500 } });
  });
  beforeEach(async () => {
    clock.advance(30 * DAY_MS);
    clock.set(`${clock.now().toISOString().slice(0, 10)}T10:00:00.000Z`);
    scene = await TopUpScene.create(service);
    key = await keyOf(scene);
  });
  afterEach(async () => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  async function keyOf({ scope }: TopUpScene, scopes?: ScopeName[]): Promise<string> {
    const draft = { name: 'test', ...(scopes ? { scopes } : {}) };
    return (await service.get(ApiKeysService).createApiKey(scope, draft)).plainKey;
  }

  const api = (method: 'get' | 'post', path: string, as = key) =>
    request(service.url)[method](`/v1/reconciliation${path}`).set('x-api-key', as);

  async function bought(card = 'pm_sandbox_approve'): Promise<string> {
    const { walletId } = await scene.newWallet('20', card);
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    return walletId;
  }

  const runsOf = ({ scope }: TopUpScene) =>
    service
      .get(EntityManager)
      .fork()
      .find(ReconciliationRun, scope, { orderBy: { createdAt: 'asc' } });

  it('runs over the API, finds a charge without credits, and credits it once when it is told to', async () => {
    await bought();
    const walletId = await bought('pm_sandbox_hang');
    clock.advance(2 * HOUR_MS);
    const begun = await api('post', '/runs').send({}).expect(202);
    expect(begun.body).toMatchObject({ status: 'running', origin: 'request' });
    await service.get(Reconciliation).idle();
    const { body: run } = await api('get', `/runs/${begun.body.id}`).expect(200);
    expect(run).toMatchObject({ status: 'finished', payments_read: 2, differences_open: 1, error: '' });
    const { body: runs } = await api('get', '/runs').expect(200);
    expect(runs).toMatchObject({ items: [{ id: run.id }], pagination: { total: 1 } });
    const { body: list } = await api('get', '/differences?state=open&kind=not_credited').expect(200);
    const [difference] = list.items;
    expect(difference).toMatchObject({
      repair: 'settle',
      provider: 'sandbox',
      wallet_id: walletId,
      there: { status: 'succeeded', amount_minor: 5000, currency: 'usd' },
      here: { status: 'unknown', amount_minor: 5000, currency: 'usd', credited: 0 },
    });
    const charges = scene.charges().length;
    const repair = await api('post', `/differences/${difference.id}/repair`).expect(200);
    expect(repair.body).toMatchObject({ state: 'repaired' });
    const again = await api('post', `/differences/${difference.id}/repair`).expect(200);
    expect(again.body).toEqual(repair.body);
    expect(await scene.balance(walletId)).toBe('55');
    expect(scene.charges()).toHaveLength(charges);
  });

  it('shows runs and differences to nobody else, and repairs nothing for a key that may only read', async () => {
    await bought('pm_sandbox_hang');
    clock.advance(2 * HOUR_MS);
    const { body: run } = await api('post', '/runs').send({}).expect(202);
    await service.get(Reconciliation).idle();
    const { body: list } = await api('get', '/differences').expect(200);
    const [{ id }] = list.items;
    const stranger = await keyOf(await TopUpScene.create(service));
    await api('get', `/runs/${run.id}`, stranger).expect(404);
    await api('get', `/differences/${id}`, stranger).expect(404);
    await api('post', `/differences/${id}/repair`, stranger).expect(404);
    await api('post', `/differences/${id}/accept`, stranger).send({ note: 'mine' }).expect(404);
    expect((await api('get', '/differences', stranger).expect(200)).body.items).toEqual([]);
    const reader = await keyOf(scene, ['wallets:read']);
    await api('get', `/differences/${id}`, reader).expect(200);
    await api('post', `/differences/${id}/repair`, reader).expect(403);
    await api('post', '/runs', reader).send({}).expect(403);
    const accepted = await api('post', `/differences/${id}/accept`).send({ note: 'seen' }).expect(200);
    expect(accepted.body).toMatchObject({ state: 'accepted', note: 'seen' });
    await api('post', `/differences/${id}/repair`).expect(400);
  });

  it('refuses a period that ends before it begins', async () => {
    const body = { from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' };
    await api('post', '/runs').send(body).expect(400);
  });

  it('takes place once a day after 3:00 UTC, whoever asks how often, and without holding the scheduled task', async () => {
    await bought();
    const daily = service.get(DailyReconciliation);
    clock.set(`${new Date(clock.now().getTime() + DAY_MS).toISOString().slice(0, 10)}T02:59:00.000Z`);
    await service.get(ScheduledTask).run();
    await daily.idle();
    expect(await runsOf(scene)).toEqual([]);
    clock.advance(HOUR_MS);
    for (let round = 0; round < 3; round += 1) {
      await service.get(ScheduledTask).run();
      await daily.idle();
    }
    const midnight = new Date(`${clock.now().toISOString().slice(0, 10)}T00:00:00.000Z`);
    expect(await runsOf(scene)).toMatchObject([
      { origin: 'daily', runStatus: 'finished', periodTo: midnight, paymentsRead: 1, differencesOpen: 0 },
    ]);
    const { body } = await request(service.url).get('/health/ready').expect(200);
    expect(body.details.reconciliation).toMatchObject({ status: 'up', open_differences: expect.any(Number) });
  });

  it('goes on with the other environments where one has a provider that is not there', async () => {
    await bought();
    const healthy = scene;
    scene = await TopUpScene.create(service);
    await bought();
    await service
      .get(EntityManager)
      .fork()
      .execute(`update top_up set provider = 'stripe' where environment_id = ?`, [scene.scope.environmentId]);
    const broken = scene;
    const before = service.get(ReconciliationFigures).failedRuns;
    clock.advance(DAY_MS);
    service.get(DailyReconciliation).wake();
    await service.get(DailyReconciliation).idle();
    expect(await runsOf(healthy)).toMatchObject([{ runStatus: 'finished', differencesOpen: 0 }]);
    expect(await runsOf(broken)).toMatchObject([{ runStatus: 'failed', error: expect.stringContaining('stripe') }]);
    expect(service.get(ReconciliationFigures).failedRuns).toBe(before + 1);
    await service.get(SettingsService).put(broken.scope, 'payments', { provider: 'none' });
    await service
      .get(EntityManager)
      .fork()
      .execute(`update top_up set provider = 'sandbox' where environment_id = ?`, [broken.scope.environmentId]);
    clock.advance(2 * HOUR_MS);
    service.get(DailyReconciliation).wake();
    await service.get(DailyReconciliation).idle();
    expect(await runsOf(broken)).toMatchObject([{ runStatus: 'finished', attempt: 2, error: '' }]);
  });

  it('is begun once at a time, and taken over from a process that is gone', async () => {
    await bought();
    const { body: run } = await api('post', '/runs').send({}).expect(202);
    await service.get(Reconciliation).idle();
    const em = service.get(EntityManager).fork();
    await em.nativeUpdate(ReconciliationRun, { id: run.id }, { runStatus: 'running' });
    await api('post', '/runs').send({}).expect(409);
    clock.advance(HOUR_MS);
    await api('post', '/runs').send({}).expect(202);
    await service.get(Reconciliation).idle();
    expect(await runsOf(scene)).toMatchObject([{ runStatus: 'failed' }, { runStatus: 'finished' }]);
  });
});
