import { EntityManager } from '@mikro-orm/postgresql';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { startTestApp, type TestApp } from './support/app.js';
import { newTenantClient } from './support/api-client.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { WalletScene } from './support/wallet-scene.js';

describe.each(DATABASES)('holds over HTTP, on %s', (_name, createDatabase) => {
  let service: TestApp;
  let scene: WalletScene;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    scene = await WalletScene.create(service);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  const hold = (walletId: string, credits: string, more: object = {}) =>
    scene.client.post(`/v1/wallets/${walletId}/holds`, { credits, idempotency_key: scene.key(), ...more });
  const capture = (walletId: string, holdId: string, credits: string, more: object = {}) =>
    scene.client.post(`/v1/wallets/${walletId}/holds/${holdId}/capture`, {
      credits,
      idempotency_key: scene.key(),
      ...more,
    });
  const release = (walletId: string, holdId: string) =>
    scene.client.empty(`/v1/wallets/${walletId}/holds/${holdId}/release`);
  const idOf = ({ body }: { body: unknown }) => (body as { id: string }).id;

  it('reserves credits: they stay on the wallet and nobody else can spend them', async () => {
    const { id } = await scene.wallet('10');
    const made = await hold(id, '7', { description: 'scan 1', metadata: { scan: '1' } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      wallet_id: id,
      status: 'open',
      credits: '7',
      captured: '0',
      held: '7',
      overage: '0',
      description: 'scan 1',
      metadata: { scan: '1' },
      wallet: { id, credit_balance: '10' },
      wallet_transaction: null,
    });
    expect(await scene.balance(id)).toMatchObject({
      credit_balance: '10',
      real_time_credit_balance: '3',
      posted_credit_balance: '10',
      held_credit_balance: '7',
      available_credit_balance: '3',
    });
    expect((await scene.debit(id, '4')).status).toBe(402);
    expect((await hold(id, '3.000000001')).status).toBe(402);
    expect((await scene.debit(id, '3')).status).toBe(200);
    const read = await scene.client.get(`/v1/wallets/${id}/holds/${idOf(made)}`);
    expect(read.body).toMatchObject({ id: idOf(made), held: '7', status: 'open' });
  });

  it('is captured in parts, from the very lots it was made on, and the last part ends it', async () => {
    const { id } = await scene.wallet('0');
    const soon = await scene.grant(id, '5', { priority: 1 });
    const made = await hold(id, '5');
    await scene.grant(id, '5', { priority: 0 });
    expect((await capture(id, idOf(made), '2')).body).toMatchObject({ captured: '2', held: '3', status: 'open' });
    const second = await capture(id, idOf(made), '3');
    expect(second.body).toMatchObject({
      captured: '5',
      held: '0',
      status: 'captured',
      wallet_transaction: { type: 'debit', credit_amount: '3', metadata: { consumed_credit_tx_ids: soon['id'] } },
    });
    expect((await capture(id, idOf(made), '1')).status).toBe(400);
    expect(await scene.balance(id)).toMatchObject({ real_time_credit_balance: '5' });
  });

  it('gives the rest back with a final capture, and all of it with a release', async () => {
    const { id } = await scene.wallet('10');
    const first = idOf(await hold(id, '6'));
    expect((await capture(id, first, '1', { final: true })).body).toMatchObject({ status: 'captured', held: '0' });
    const second = idOf(await hold(id, '9'));
    expect((await release(id, second)).body).toMatchObject({ status: 'released', held: '0', captured: '0' });
    expect((await release(id, second)).status).toBe(400);
    expect(await scene.balance(id)).toMatchObject({ credit_balance: '9', real_time_credit_balance: '9' });
  });

  it('is captured beyond its credits as far as its overage allows, and not a billionth further', async () => {
    const { id } = await scene.wallet('10');
    const made = idOf(await hold(id, '4', { overage: '3' }));
    expect((await capture(id, made, '7.000000001')).status).toBe(402);
    expect((await capture(id, made, '5')).body).toMatchObject({ captured: '5', held: '0', status: 'open' });
    expect((await capture(id, made, '2.5')).status).toBe(402);
    expect((await capture(id, made, '2')).body).toMatchObject({ captured: '7', status: 'captured' });
    expect(await scene.balance(id)).toMatchObject({ real_time_credit_balance: '3' });
  });

  it('does not overdraw with its overage: what others hold stays theirs', async () => {
    const { id } = await scene.wallet('10');
    const made = idOf(await hold(id, '4', { overage: '5' }));
    await hold(id, '6');
    expect((await capture(id, made, '5')).status).toBe(402);
    expect((await capture(id, made, '4', { final: true })).status).toBe(200);
  });

  it('expires at its instant: can’t be captured from then on, and the task gives the credits back', async () => {
    const { id } = await scene.wallet('10');
    const expiresAt = new Date(service.clock.now().getTime() + 60_000).toISOString();
    const made = idOf(await hold(id, '10', { expires_at: expiresAt }));
    service.clock.advance(59_999);
    await service.get(ScheduledTask).run();
    expect((await capture(id, made, '1')).status).toBe(200);
    service.clock.advance(1);
    expect((await capture(id, made, '1')).status).toBe(400);
    await service.get(ScheduledTask).run();
    expect((await scene.client.get(`/v1/wallets/${id}/holds/${made}`)).body).toMatchObject({
      status: 'expired',
      held: '0',
    });
    expect(await scene.balance(id)).toMatchObject({ real_time_credit_balance: '9' });
  });

  it('counts as gone for automatic top-up', async () => {
    const { id } = await scene.wallet('20');
    const autoTopUp = { enabled: true, threshold: '10', amount: '50', invoicing: false };
    await scene.client.put(`/v1/wallets/${id}`, { auto_topup: autoTopUp });
    await hold(id, '9');
    await service.get(TopUpEngine).idle();
    expect(await scene.balance(id)).toMatchObject({ credit_balance: '20' });
    await hold(id, '1');
    await service.get(TopUpEngine).idle();
    expect(await scene.balance(id)).toMatchObject({ credit_balance: '70', real_time_credit_balance: '60' });
  });

  it('is listed by status, newest first', async () => {
    const { id } = await scene.wallet('10');
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      ids.push(idOf(await hold(id, '1')));
      service.clock.advance(1);
    }
    await release(id, ids[1]!);
    const list = async (query: string) => {
      const { body } = await scene.client.get(`/v1/wallets/${id}/holds?${query}`);
      return (body as { items: { id: string }[] }).items.map((item) => item.id);
    };
    expect(await list('')).toEqual(ids.toReversed());
    expect(await list('status=open&limit=1&offset=1')).toEqual([ids[0]]);
    expect(await list('status=released')).toEqual([ids[1]]);
    expect((await scene.client.get(`/v1/wallets/${id}/holds?status=gone`)).status).toBe(400);
  });

  it('happens once for a key, and the same key with another body is 422', async () => {
    const { id } = await scene.wallet('10');
    const key = scene.key();
    const answers = await Promise.all(Array.from({ length: 20 }, () => hold(id, '2', { idempotency_key: key })));
    expect(new Set(answers.map((answer) => idOf(answer))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(19);
    expect((await hold(id, '3', { idempotency_key: key })).status).toBe(422);
    expect(await scene.balance(id)).toMatchObject({ real_time_credit_balance: '8' });
  });

  it.each([
    ['credits', { credits: '0' }],
    ['credits', { credits: '-1' }],
    ['credits', { credits: 'ten' }],
    ['overage', { overage: '-1' }],
    ['expires_at', { expires_at: '2020-01-01T00:00:00Z' }],
    ['expires_at', { expires_at: 'tomorrow' }],
    ['colour', { colour: 'red' }],
  ])('refuses a wrong %s, by name', async (field, wrong) => {
    const { id } = await scene.wallet('10');
    const answer = await hold(id, '1', wrong);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toContain(field);
    expect(await scene.balance(id)).toMatchObject({ real_time_credit_balance: '10' });
  });

  it('is unknown to another tenant, and under another wallet', async () => {
    const { id } = await scene.wallet('10');
    const made = idOf(await hold(id, '1'));
    const other = await scene.wallet('10');
    const stranger = await newTenantClient(service);
    const body = { credits: '1', idempotency_key: 'k' };
    expect((await stranger.get(`/v1/wallets/${id}/holds/${made}`)).status).toBe(404);
    expect((await stranger.get(`/v1/wallets/${id}/holds`)).status).toBe(404);
    expect((await stranger.post(`/v1/wallets/${id}/holds`, body)).status).toBe(404);
    expect((await stranger.post(`/v1/wallets/${id}/holds/${made}/capture`, body)).status).toBe(404);
    expect((await capture(other.id, made, '1')).status).toBe(404);
    expect((await release(other.id, made)).status).toBe(404);
  });
});
