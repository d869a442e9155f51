import { EntityManager } from '@mikro-orm/postgresql';
import { PacksService } from '../src/credits/packs/packs.service.js';
import { shardOf } from '../src/shared/shard.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { TopUpRule } from '../src/top-ups/rules/top-up-rule.entity.js';
import { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { untilSomebodyWaits } from './support/until-somebody-waits.js';

const SETTINGS = '/account/credits/top-up/settings/';
const HOLDS = '/account/credits/holds/';

describe('what an account agreed to', () => {
  let service: TestApp;
  let tenant: TestTenant;
  let account: TestAccount;
  beforeAll(async () => {
    service = await startTestApp();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    service.clock.set('2026-03-02T10:00:00.000Z');
    tenant = await createTenant(service);
    account = await createAccount(service, tenant);
    await api().put(SETTINGS).send(on('pack_10')).expect(201);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));

  const api = () => call(service, account.key);
  const on = (pack: string) => ({ auto_top_up_on_insufficient: true, auto_top_up_credits_pack: { id: pack } });
  const change = (what: object) => service.get(PacksService).change({ ...tenant }, 'pack_10', what);
  const pausedReason = async () =>
    ((await api().get('/account/credits/').expect(200)).body as Record<string, unknown>)['auto_top_up_paused_reason'];
  /** A hold that nothing covers; what was bought for it, in minor units. */
  async function need(credits: number): Promise<number[]> {
    await api().post(HOLDS).send({ credits }).expect(402);
    await service.get(TopUpEngine).idle();
    const { customerId } = account;
    const topUps = await service
      .get(EntityManager)
      .fork()
      .find(TopUp, { customerId }, { orderBy: { createdAt: 'asc' } });
    return topUps.map(({ priceMinor }) => priceMinor);
  }

  it.each([
    ['costs more', { priceMinor: 1101 }, 'pack_changed'],
    ['costs less', { priceMinor: 1099 }, 'pack_changed'],
    ['has fewer credits', { packAmount: 9 }, 'pack_changed'],
    ['has another currency', { currency: 'eur' }, 'pack_changed'],
    ['is withdrawn', { isOnSale: false }, 'pack_withdrawn'],
  ])('is not charged once the pack %s: it pauses and says so', async (_change, what, reason) => {
    expect(await pausedReason()).toBeNull();
    await change(what);
    expect(await pausedReason()).toBe(reason);
    expect(await need(5)).toEqual([]);
    const { body } = await api().get('/account/credits/top-up/decisions/').expect(200);
    expect(body).toMatchObject({ count: 1, results: [{ bought: false, code: 'paused' }] });
    const { reason: sentence } = (body as { results: { reason: string }[] }).results[0] as { reason: string };
    expect(sentence).toMatch(
      /^Did not buy: the pack is no longer (what was agreed to: choose it again|on sale: choose)/,
    );
    const settings = await api().get(SETTINGS).expect(200);
    expect(settings.body).toEqual({
      auto_top_up_on_expiration: false,
      auto_top_up_on_insufficient: true,
      auto_top_up_credits_pack: expect.objectContaining({ price: 1100, pack_amount: 10, currency_code: 'USD' }),
    });
  });

  it('goes on when only the name changed, or another pack did', async () => {
    await change({ name: 'Ten' });
    await service.get(PacksService).change(tenant, 'pack_100', { isOnSale: false });
    expect(await pausedReason()).toBeNull();
    expect(await need(5)).toEqual([1100]);
  });

  it('does not resume by itself, not with the old price, not with another flag', async () => {
    await change({ priceMinor: 1200 });
    await change({ priceMinor: 1100 });
    await api().patch(SETTINGS).send({ auto_top_up_on_insufficient: true }).expect(200);
    expect(await pausedReason()).toBe('pack_changed');
    expect(await need(5)).toEqual([]);
  });

  it('resumes at the new price when the pack is sent again', async () => {
    await change({ priceMinor: 1200 });
    const stale = { auto_top_up_credits_pack: { id: 'pack_10', price: 1100 } };
    await api().patch(SETTINGS).send(stale).expect(400);
    expect(await pausedReason()).toBe('pack_changed');
    await api()
      .patch(SETTINGS)
      .send({ auto_top_up_credits_pack: { id: 'pack_10', price: 1200 } })
      .expect(200);
    expect(await pausedReason()).toBeNull();
    expect(await need(5)).toEqual([1200]);
  });

  it('resumes with another pack when the old one was withdrawn', async () => {
    await change({ isOnSale: false });
    await api().put(SETTINGS).send(on('pack_10')).expect(400);
    await api().put(SETTINGS).send(on('pack_100')).expect(201);
    expect(await need(5)).toEqual([9900]);
  });

  it('waits for whoever has the wallet before it touches pack or rule, as an account that agrees has its wallet first', async () => {
    const { walletId } = await service
      .get(EntityManager)
      .fork()
      .findOneOrFail(TopUpRule, { customerId: account.customerId });
    const where = [shardOf(walletId), walletId];
    const changed = await service
      .get(EntityManager)
      .fork()
      .transactional(async (tx) => {
        await tx.execute('select from wallet where shard = ? and id = ? for update', where);
        const waiting = change({ priceMinor: 1200 });
        await untilSomebodyWaits(tx);
        await tx.execute(`select from credit_pack where id = 'pack_10' for update nowait`);
        await tx.execute('select from top_up_rule where shard = ? and wallet_id = ? for update nowait', where);
        return { waiting };
      });
    await changed.waiting;
    expect(await pausedReason()).toBe('pack_changed');
  });

  it('is never charged at another price, however price, settings and needs meet', async () => {
    const agreedPrices = new Set<number>();
    await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        await change({ priceMinor: 1100 + index });
        const { body } = await api().put(SETTINGS).send(on('pack_10'));
        const { price } = (body as { auto_top_up_credits_pack: { price: number } }).auto_top_up_credits_pack;
        agreedPrices.add(price);
        await api().post(HOLDS).send({ credits: 1 });
      }),
    );
    await service.get(TopUpEngine).idle();
    const { customerId } = account;
    const topUps = await service.get(EntityManager).fork().find(TopUp, { customerId });
    for (const { priceMinor } of topUps) expect(agreedPrices).toContain(priceMinor);
  });
});
