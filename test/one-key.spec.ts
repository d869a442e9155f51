import { EntityManager } from '@mikro-orm/postgresql';
import type { Test } from 'supertest';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { sandboxCharges } from './support/top-ups.js';

const BUY = '/account/credits/top-up/';
const HOLDS = '/account/credits/holds/';

describe.each(DATABASES)('a key on %s', (_name, createDatabase) => {
  let service: TestApp;
  let tenant: TestTenant;
  let account: TestAccount;
  let charged: number;

  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    tenant = await createTenant(service);
  });
  beforeEach(async () => {
    account = await createAccount(service, tenant);
    charged = charges();
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  const charges = () => sandboxCharges(service.config.dataDir).length;
  const buy = (key: string, idempotencyKey: string, who = account): Test =>
    call(service, key)
      .post(BUY)
      .set('X-Customer-ID', who.customerId)
      .set('Idempotency-Key', idempotencyKey)
      .send({ pack_id: 'pack_10' });
  const hold = (key: string, idempotencyKey: string, who = account): Test =>
    call(service, key)
      .post(HOLDS)
      .set('X-Customer-ID', who.customerId)
      .set('Idempotency-Key', idempotencyKey)
      .send({ credits: 3 });

  it.each([
    ['an account', () => account.key],
    ['a server', () => tenant.serverKey],
  ])('of %s that has bought something holds nothing, and what it bought is charged once', async (_who, keyOf) => {
    const key = `order-${_who}`;
    const [bought, again] = [await buy(keyOf(), key).expect(200), await buy(keyOf(), key).expect(200)];
    expect(again.body).toEqual(bought.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
    const refused = await hold(keyOf(), key).expect(422);
    expect(refused.body).toEqual({ detail: 'This idempotency key was used with another request.' });
    expect(charges()).toBe(charged + 1);
    const held = `scan-${_who}`;
    await hold(keyOf(), held).expect(201);
    await buy(keyOf(), held).expect(422);
    expect(charges()).toBe(charged + 1);
  });

  it('that is sent for a hold and a purchase at once is one of the two', async () => {
    await buy(account.key, 'fund').expect(200);
    charged = charges();
    const [bought, held] = await Promise.all([buy(account.key, 'both'), hold(account.key, 'both')]);
    expect([bought.status, held.status].sort((a, b) => a - b)).toEqual(bought.ok ? [200, 422] : [201, 422]);
    expect(charges()).toBe(charged + (bought.ok ? 1 : 0));
  });

  it('of a server is one key over both APIs', async () => {
    await buy(tenant.serverKey, 'order-7').expect(200);
    const wallets = await call(service, tenant.serverKey).get(`/v1/customers/${account.customerId}/wallets`);
    const [{ id }] = wallets.body as [{ id: string }];
    const post = (path: string, body: object) =>
      call(service, tenant.serverKey).post(`/v1/wallets/${id}${path}`).send(body);
    await post('/holds', { credits: '1', idempotency_key: 'order-7' }).expect(422);
    const debit = { credits: '1', transaction_reason: 'MANUAL_BALANCE_DEBIT' };
    await post('/debit', { ...debit, idempotency_key: 'order-7' }).expect(409);
    await post('/debit', { ...debit, idempotency_key: 'order-8' }).expect(200);
    await buy(tenant.serverKey, 'order-8').expect(422);
    expect(charges()).toBe(charged + 1);
  });

  it('of an account is its own: nobody else is refused for it', async () => {
    const other = await createAccount(service, tenant);
    await buy(account.key, 'order-1').expect(200);
    await buy(other.key, 'order-1', other).expect(200);
    await buy(tenant.serverKey, 'order-1').expect(200);
    expect(charges()).toBe(charged + 3);
  });
});
