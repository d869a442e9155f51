import { EntityManager } from '@mikro-orm/postgresql';
import request from 'supertest';
import { Lot } from '../src/ledger/lot.entity.js';
import { decimal } from '../src/shared/decimal.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { TestLedger } from './support/ledger.js';

const DAY_MS = 86_400_000;
const HOLDS = '/account/credits/holds/';

describe.each(DATABASES)('dates and debts of credits on %s', (_name, createDatabase) => {
  let service: TestApp;
  let tenant: TestTenant;
  let account: TestAccount;
  let ledger: TestLedger;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
  });
  beforeEach(async () => {
    service.clock.set('2027-01-10T10:00:00.000Z');
    tenant = await createTenant(service);
    account = await createAccount(service, tenant);
    ledger = new TestLedger(service, { tenantId: tenant.tenantId, environmentId: tenant.environmentId });
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  const api = () => call(service, account.key);
  const buy = (pack: string) => api().post('/account/credits/top-up/').send({ pack_id: pack }).expect(200);
  const creditsOf = async () => (await api().get('/account/credits/').expect(200)).body as Record<string, unknown>;
  const wallets = (method: 'get' | 'post', path: string) =>
    request(service.url)[method](`/v1${path}`).set('x-api-key', tenant.serverKey);
  const runTask = async (): Promise<void> => {
    await service.get(ScheduledTask).run();
    await service.get(TopUpEngine).idle();
  };
  const inDays = (days: number) => new Date(service.clock.now().getTime() + days * DAY_MS);
  const lotsOf = (walletId: string) =>
    service
      .get(EntityManager)
      .fork()
      .find(Lot, { walletId }, { orderBy: { createdAt: 'asc', id: 'asc' } });
  async function walletId(): Promise<string> {
    const { customerId } = account;
    return (await service.get(EntityManager).fork().findOneOrFail(Lot, { customerId })).walletId;
  }

  describe('credits that are given back to an account', () => {
    it('have the account’s date, not the one they were spent with: no pack is bought in January', async () => {
      await buy('pack_100');
      const id = await walletId();
      await ledger.debit(id, '100', 'spent');
      service.clock.set('2027-06-10T10:00:00.000Z');
      await buy('pack_10');
      const settings = { auto_top_up_on_expiration: true, auto_top_up_credits_pack: { id: 'pack_10' } };
      await api().put('/account/credits/top-up/settings/').send(settings).expect(201);
      service.clock.set('2027-12-10T10:00:00.000Z');
      await ledger.reverse(id, await ledger.entryId(id, 'spent'));
      service.clock.set('2028-01-10T10:00:00.000Z');
      await runTask();
      expect(await creditsOf()).toMatchObject({ purchased_credits: 110, purchased_expiration_date: '2028-06-10' });
    });

    it('two days after a renewal buy no other pack: what renewed them in the past is over', async () => {
      await buy('pack_10');
      const id = await walletId();
      const settings = { auto_top_up_on_expiration: true, auto_top_up_credits_pack: { id: 'pack_10' } };
      await api().put('/account/credits/top-up/settings/').send(settings).expect(201);
      service.clock.set('2028-01-10T09:59:00.000Z');
      await ledger.debit(id, '10', 'spent');
      await ledger.credit(id, '5', { reason: 'PURCHASED_CREDIT_DIRECT', expiresAt: inDays(0.0001) });
      await runTask();
      service.clock.advance(2 * DAY_MS);
      await runTask();
      const before = await creditsOf();
      await ledger.reverse(id, await ledger.entryId(id, 'spent'));
      await runTask();
      expect((await creditsOf())['purchased_credits']).toBe((before['purchased_credits'] as number) + 10);
      expect((await lotsOf(id)).every(({ renewalId }) => renewalId === null)).toBe(true);
    });

    it('by a shorter purchase get no shorter date', async () => {
      const id = await ledger.open({ customerId: account.customerId });
      const reason = 'PURCHASED_CREDIT_DIRECT';
      await ledger.credit(id, '5', { reason, purchasedExpireAt: inDays(90) });
      await ledger.credit(id, '5', { reason });
      await ledger.credit(id, '5', { reason, purchasedExpireAt: inDays(30) });
      expect((await lotsOf(id)).map(({ expiresAt }) => expiresAt)).toEqual([inDays(90), null, inDays(90)]);
    });
  });

  it('ten credits restored beside forty expired ones on hold are ten', async () => {
    const id = await ledger.open();
    await ledger.credit(id, '50', { expiresAt: inDays(1) });
    await ledger.debit(id, '10', 'spent');
    await ledger.hold(id, 'hold_1', '40');
    service.clock.advance(2 * DAY_MS);
    const spent = await ledger.entryId(id, 'spent');
    const answer = await wallets('post', `/transactions/${spent}/reverse`).send({
      idempotency_key: 'back',
      expired_credits: 'restore',
    });
    expect(answer.body).toMatchObject({ restored: '10', wallet_transaction: { credit_amount: '10' } });
    await ledger.release(id, 'hold_1');
    service.clock.advance(1000);
    expect(await ledger.evaluate(id)).toEqual({ balance: '10', held: '0', debt: '0' });
  });

  describe('credits that come free beside a debt', () => {
    it('repay it first, whatever their priority: what is available can be held, and no more', async () => {
      const id = await ledger.open({ overdraftLimit: decimal(50) });
      await ledger.credit(id, '100', { priority: 3 });
      await ledger.debit(id, '100', 'first');
      await ledger.debit(id, '50');
      await ledger.reverse(id, await ledger.entryId(id, 'first'));
      await ledger.hold(id, 'hold_1', '10');
      await expect(ledger.hold(id, 'hold_2', '40.000000001')).rejects.toThrow('40 are available');
      await wallets('get', `/wallets/${id}`).expect(200);
      expect(await ledger.evaluate(id)).toEqual({ balance: '50', held: '10', debt: '0' });
      await expect(ledger.debit(id, '90.000000001')).rejects.toThrow('40 are available and 50 may be overdrawn');
    });

    it('do so when a hold ends, in a transaction of nothing but that', async () => {
      const id = await ledger.open({ overdraftLimit: decimal(50) }, '40');
      await ledger.hold(id, 'hold_1', '40');
      await ledger.debit(id, '30');
      const answer = await wallets('post', `/wallets/${id}/holds/hold_1/release`).send({});
      expect(answer.body).toMatchObject({ wallet_transaction: null, wallet: { credit_balance: '10' } });
      expect(await ledger.evaluate(id)).toEqual({ balance: '10', held: '0', debt: '0' });
      const { body } = await wallets('get', `/wallets/${id}/transactions?limit=1`).expect(200);
      const [last] = (body as { items: Record<string, string>[] }).items;
      expect(last).toMatchObject({ transaction_reason: 'DEBT_REPAYMENT', credit_amount: '0', type: 'debit' });
      const { body: details } = await wallets('get', `/transactions/${last?.['id']}`).expect(200);
      expect(details).toMatchObject({ debt_change: '-30', links: [{ kind: 'repay', credits: '-30' }] });
    });
  });

  it('an invoice paid after its credits have expired gives them for as long as was promised', async () => {
    const id = await ledger.open({}, '1');
    const asked = await wallets('post', `/wallets/${id}/top-up`).send({
      credits_to_add: '10',
      transaction_reason: 'PURCHASED_CREDIT_INVOICED',
      expiry_date_utc: inDays(30).toISOString(),
      bonus_credits_to_add: '2',
      bonus_credits_expiry_date_utc: inDays(60).toISOString(),
    });
    const { invoice_id: invoiceId } = asked.body as { invoice_id: string };
    service.clock.advance(40 * DAY_MS);
    await request(service.url)
      .put(`/v1/invoices/${invoiceId}/payment`)
      .set('x-api-key', tenant.serverKey)
      .send({ payment_status: 'SUCCEEDED' })
      .expect(200);
    const [, main, bonus] = await lotsOf(id);
    expect([main?.expiresAt, bonus?.expiresAt]).toEqual([inDays(30), inDays(20)]);
    expect(await ledger.evaluate(id)).toMatchObject({ balance: '13' });
  });

  it('a debit under the wallet’s own id as its key does not keep the wallet open', async () => {
    const id = await ledger.open({}, '10');
    await ledger.debit(id, '1', id);
    await wallets('post', `/wallets/${id}/terminate`).send({}).expect(200);
    const { body } = await wallets('get', `/wallets/${id}/transactions?limit=1`).expect(200);
    expect((body as { items: object[] }).items).toMatchObject([
      { transaction_reason: 'WALLET_TERMINATION', credit_amount: '9', idempotency_key: id },
    ]);
  });

  it('a hold looks the same in both APIs: beyond its credits, and past its end', async () => {
    await buy('pack_100');
    const id = await walletId();
    const body = { credits: '5', overage: '2', expires_at: inDays(1).toISOString(), idempotency_key: 'hold' };
    const made = await wallets('post', `/wallets/${id}/holds`).send(body).expect(201);
    const { id: holdId } = made.body as { id: string };
    const seen = async () => {
      const ours = (await wallets('get', `/wallets/${id}/holds/${holdId}`).expect(200)).body as Record<string, unknown>;
      const theirs = (await api().get(`${HOLDS}${holdId}/`).expect(200)).body as Record<string, unknown>;
      return [ours['status'], ours['held'], theirs['status'], theirs['held_credits']];
    };
    const listed = async (status: string) => {
      const { body: page } = await wallets('get', `/wallets/${id}/holds?status=${status}`).expect(200);
      return (page as { items: object[] }).items.length;
    };
    const capture = { credits: '6', idempotency_key: 'capture' };
    await wallets('post', `/wallets/${id}/holds/${holdId}/capture`).send(capture).expect(200);
    expect(await seen()).toEqual(['open', '0', 'open', 0]);
    service.clock.advance(DAY_MS);
    expect(await seen()).toEqual(['expired', '0', 'expired', 0]);
    expect([await listed('open'), await listed('expired')]).toEqual([0, 1]);
  });

  it('credits available are the same wherever they are listed: none of a lot that has expired or is held', async () => {
    const id = await ledger.open();
    await ledger.credit(id, '5', { expiresAt: inDays(1) });
    service.clock.advance(1000);
    await ledger.credit(id, '7');
    await ledger.hold(id, 'hold_1', '6');
    const listed = async (query: string) => {
      const { body } = await wallets('get', `/wallets/${id}/transactions?order=asc&${query}`).expect(200);
      return (body as { items: Record<string, string>[] }).items.map((item) => item['credits_available']);
    };
    expect(await listed('')).toEqual(['0', '6']);
    expect(await listed('credits_available_gt=0')).toEqual(['6']);
    await ledger.release(id, 'hold_1');
    expect(await listed('')).toEqual(['5', '7']);
    service.clock.advance(DAY_MS);
    expect(await listed('')).toEqual(['0', '7']);
    expect(await listed('credits_available_gt=0')).toEqual(['7']);
  });

  it('the forecast counts spending that stands', async () => {
    const id = await ledger.open({}, '100');
    await ledger.debit(id, '20', 'old');
    service.clock.advance(2 * DAY_MS);
    await ledger.debit(id, '10', 'new');
    await ledger.debit(id, '4');
    await ledger.reverse(id, await ledger.entryId(id, 'new'), '7');
    await ledger.reverse(id, await ledger.entryId(id, 'old'));
    const { body } = await wallets('get', `/wallets/${id}/forecast`).expect(200);
    const { rates } = body as { rates: { debited_credits: string }[] };
    expect(rates.map((rate) => rate.debited_credits)).toEqual(['7', '7', '7']);
  });
});
