import { EntityManager } from '@mikro-orm/postgresql';
import { ApiKeysService } from '../src/auth/api-keys.service.js';
import { ACCOUNT_SCOPES } from '../src/auth/scopes.js';
import { LedgerSweeps } from '../src/ledger/ledger-sweeps.js';
import { LedgerService } from '../src/ledger/ledger.service.js';
import { Wallet } from '../src/ledger/wallet.entity.js';
import { decimal } from '../src/shared/decimal.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

const HOLDS = '/account/credits/holds/';
const CREDITS = '/account/credits/';

describe('holds of an account', () => {
  let service: TestApp;
  let tenant: TestTenant;
  beforeAll(async () => {
    service = await startTestApp();
    tenant = await createTenant(service);
  });
  afterAll(() => service.close());
  beforeEach(() => service.clock.set('2026-03-02T10:00:00.000Z'));
  afterEach(() => expectSoundLedger(service.get(EntityManager)));

  const creditsOf = async (account: TestAccount): Promise<object> =>
    (await call(service, account.key).get(CREDITS).expect(200)).body as object;
  const hold = async (account: TestAccount, body: object): Promise<{ id: string }> =>
    (await call(service, account.key).post(HOLDS).send(body).expect(201)).body as { id: string };

  /** 100 purchased credits and, where wanted, some promotional ones. */
  async function fund(promotional?: string): Promise<TestAccount> {
    const account = await createAccount(service, tenant);
    await call(service, account.key).post('/account/credits/top-up/').send({ pack_id: 'pack_100' }).expect(200);
    if (!promotional) return account;
    const { customerId } = account;
    const {
      id: walletId,
      tenantId,
      environmentId,
    } = await service.get(EntityManager).fork().findOneOrFail(Wallet, { customerId });
    await service.get(LedgerService).post({
      kind: 'credit',
      scope: { tenantId, environmentId },
      walletId,
      actor: { keyId: '', requestId: '' },
      terms: {
        credits: decimal(promotional),
        reason: 'FREE_CREDIT_GRANT',
        priority: 0,
        referenceType: 'EXTERNAL',
        referenceId: '',
      },
      answer: () => null,
    });
    return account;
  }

  it('reserve promotional credits first and show both kinds apart', async () => {
    const account = await fund('3');
    const { body } = await call(service, account.key)
      .post(HOLDS)
      .send({ credits: 5, description: 'Scan of example.com' })
      .expect(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^hold_/),
      status: 'open',
      credits: 5,
      captured_credits: 0,
      held_credits: 5,
      expires_at: null,
      description: 'Scan of example.com',
      created_at: '2026-03-02T10:00:00.000000Z',
      updated_at: '2026-03-02T10:00:00.000000Z',
    });
    expect(await creditsOf(account)).toMatchObject({
      promotional_credits: 0,
      purchased_credits: 98,
      on_hold_promotional: 3,
      on_hold_purchased: 2,
      balance: 98,
    });
  });

  it('are found by themselves, also when another wallet has become the account’s', async () => {
    const account = await createAccount(service, tenant);
    const open = (currency: string) =>
      call(service, tenant.serverKey)
        .post('/v1/wallets')
        .send({ customer_id: account.customerId, currency, initial_credits_to_load: '20' })
        .expect(200);
    await open('eur');
    const [kept, given] = [await hold(account, { credits: 5 }), await hold(account, { credits: 3 })];
    await open('usd');
    const { body } = await call(service, account.key)
      .post(`${HOLDS}${kept.id}/capture/`)
      .send({ credits: 5 })
      .expect(200);
    expect(body).toMatchObject({ id: kept.id, status: 'captured', captured_credits: 5 });
    await call(service, account.key).post(`${HOLDS}${given.id}/release/`).send({}).expect(200);
    expect((await call(service, account.key).get(`${HOLDS}${given.id}/`)).body).toMatchObject({ status: 'released' });
    const other = await createAccount(service, tenant);
    await call(service, other.key).get(`${HOLDS}${kept.id}/`).expect(404);
    await call(service, other.key).post(`${HOLDS}${given.id}/release/`).send({}).expect(404);
  });

  it('are charged in parts, and give the rest back with the last one', async () => {
    const account = await fund();
    const { id } = await hold(account, { credits: 5 });
    const capture = (body: object) => call(service, account.key).post(`${HOLDS}${id}/capture/`).send(body);
    const first = await capture({ credits: 2, final: false }).expect(200);
    expect(first.body).toMatchObject({ status: 'open', captured_credits: 2, held_credits: 3 });
    const over = await capture({ credits: 4 }).expect(402);
    expect(over.body).toEqual({
      detail: 'The hold has 3 credits left.',
      balance: '3',
      required: '4',
      top_up: null,
      paused_reason: null,
      no_top_up: null,
    });
    const last = await capture({ credits: 1 }).expect(200);
    expect(last.body).toMatchObject({ status: 'captured', captured_credits: 3, held_credits: 0 });
    expect(await creditsOf(account)).toMatchObject({ purchased_credits: 97, on_hold_purchased: 0, balance: 97 });
    const after = await capture({ credits: 1 }).expect(400);
    expect(after.body).toEqual({ non_field_errors: ['The hold is captured.'] });
    await call(service, account.key).post(`${HOLDS}${id}/release/`).send({}).expect(400);
  });

  it('give everything back when released', async () => {
    const account = await fund();
    const { id } = await hold(account, { credits: 100 });
    await call(service, account.key).post(HOLDS).send({ credits: 1 }).expect(402);
    const { body } = await call(service, account.key).post(`${HOLDS}${id}/release/`).send({}).expect(200);
    expect(body).toMatchObject({ status: 'released', held_credits: 0, captured_credits: 0 });
    await hold(account, { credits: 100 });
  });

  it('are over from their very instant on', async () => {
    const account = await fund();
    const { id } = await hold(account, { credits: 5, expires_at: '2026-03-02T11:00:00Z' });
    const get = async () => (await call(service, account.key).get(`${HOLDS}${id}/`).expect(200)).body as object;
    service.clock.set('2026-03-02T10:59:59.999Z');
    expect(await get()).toMatchObject({ status: 'open', held_credits: 5 });
    service.clock.set('2026-03-02T11:00:00.000Z');
    expect(await get()).toMatchObject({ status: 'expired', held_credits: 0 });
    const { body } = await call(service, account.key).post(`${HOLDS}${id}/capture/`).send({ credits: 1 }).expect(400);
    expect(body).toEqual({ non_field_errors: ['The hold has expired.'] });
    await service.get(LedgerSweeps).expireHolds();
    expect(await creditsOf(account)).toMatchObject({ purchased_credits: 100, on_hold_purchased: 0 });
    const late = await call(service, account.key)
      .post(HOLDS)
      .send({ credits: 1, expires_at: '2026-03-02T11:00:00Z' })
      .expect(400);
    expect(late.body).toEqual({ expires_at: ['Must be in the future.'] });
  });

  it('start the top-up that the account asked for, once, and go through when it has succeeded', async () => {
    const account = await createAccount(service, tenant);
    await call(service, account.key)
      .put('/account/credits/top-up/settings/')
      .send({ auto_top_up_on_insufficient: true, auto_top_up_credits_pack: { id: 'pack_10' } })
      .expect(201);
    const refusals = await Promise.all(
      Array.from({ length: 5 }, () => call(service, account.key).post(HOLDS).send({ credits: 25 })),
    );
    expect(refusals[0]?.body).toEqual({
      detail: '25 credits are needed, 0 are available.',
      balance: '0',
      required: '25',
      top_up: { id: expect.stringMatching(/^topup_/), status: 'created' },
      paused_reason: null,
      no_top_up: null,
    });
    expect(refusals.filter(({ status }) => status !== 402 && status !== 201)).toEqual([]);
    await service.get(TopUpEngine).idle();
    if (refusals.every(({ status }) => status === 402)) await hold(account, { credits: 25 });
    expect(await creditsOf(account)).toMatchObject({ on_hold_purchased: 25, purchased_credits: 5 });
  });

  it('happen once for an idempotency key', async () => {
    const account = await fund();
    const body = { credits: 5, idempotency_key: 'scan-1' };
    const [one, two] = await Promise.all([hold(account, body), hold(account, body)]);
    expect(one).toEqual(two);
    expect(await creditsOf(account)).toMatchObject({ on_hold_purchased: 5 });
    await call(service, account.key)
      .post(HOLDS)
      .send({ ...body, credits: 6 })
      .expect(422);
    const capture = () =>
      call(service, account.key)
        .post(`${HOLDS}${one.id}/capture/`)
        .set('Idempotency-Key', 'end-1')
        .send({ credits: 2 });
    const first = await capture().expect(200);
    const again = await capture().expect(200);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(await creditsOf(account)).toMatchObject({ purchased_credits: 98, on_hold_purchased: 0 });
  });

  it('are listed by page and status', async () => {
    const account = await fund();
    const first = await hold(account, { credits: 1 });
    service.clock.advance(1000);
    const second = await hold(account, { credits: 2 });
    await call(service, account.key).post(`${HOLDS}${first.id}/release/`).send({}).expect(200);
    const list = async (query: string) => (await call(service, account.key).get(`${HOLDS}${query}`).expect(200)).body;
    expect(await list('')).toMatchObject({ count: 2, results: [{ id: second.id }, { id: first.id }] });
    expect(await list('?status=open')).toMatchObject({ count: 1, results: [{ id: second.id }] });
    expect(await list('?ordering=created_at&length=1&page=2')).toMatchObject({ page: 2, results: [{ id: second.id }] });
    await call(service, account.key).get(`${HOLDS}?status=lost`).expect(400);
  });

  it('that a server has made are not for the account to end, nor those of another key of its own', async () => {
    const account = await fund();
    const { id: walletId } = await service
      .get(EntityManager)
      .fork()
      .findOneOrFail(Wallet, { customerId: account.customerId });
    const byServer = await call(service, tenant.serverKey)
      .post(`/v1/wallets/${walletId}/holds`)
      .send({ credits: '50', idempotency_key: account.customerId })
      .expect(201);
    const named = await call(service, tenant.serverKey)
      .post(HOLDS)
      .set('X-Customer-ID', account.customerId)
      .send({ credits: 1 })
      .expect(201);
    const other = await service.get(ApiKeysService).createApiKey(tenant, {
      name: 'another device',
      customerId: account.customerId,
      scopes: [...ACCOUNT_SCOPES, 'holds:write'],
    });
    const { id: own } = await hold(account, { credits: 2 });
    for (const [key, id] of [
      [account.key, byServer.body.id],
      [account.key, named.body.id],
      [other.plainKey, own],
    ] as [string, string][]) {
      await call(service, key).post(`${HOLDS}${id}/release/`).send({}).expect(403);
      await call(service, key).post(`${HOLDS}${id}/capture/`).send({ credits: 1 }).expect(403);
      await call(service, key).get(`${HOLDS}${id}/`).expect(200);
    }
    expect(await creditsOf(account)).toMatchObject({ balance: 47, on_hold_purchased: 53 });
    await call(service, account.key).post(`${HOLDS}${own}/release/`).send({}).expect(200);
  });

  it('are reserved by servers, and by no account key that was not granted it', async () => {
    const { customerId } = await fund();
    const { plainKey } = await service.get(ApiKeysService).createApiKey(tenant, { name: 'app', customerId });
    const refused = await call(service, plainKey).post(HOLDS).send({ credits: 1 }).expect(403);
    expect(JSON.stringify(refused.body)).toMatch(/holds:write/);
    await call(service, plainKey).get(HOLDS).expect(200);
  });

  it('of another account are unknown', async () => {
    const [mine, theirs] = [await fund(), await fund()];
    const { id } = await hold(theirs, { credits: 5 });
    const { get, post } = call(service, mine.key);
    await get(`${HOLDS}${id}/`).expect(404);
    await post(`${HOLDS}${id}/capture/`).send({ credits: 1 }).expect(404);
    const { body } = await post(`${HOLDS}${id}/release/`).send({}).expect(404);
    expect(body).toEqual({ detail: 'Hold not found.' });
    expect(await creditsOf(theirs)).toMatchObject({ on_hold_purchased: 5 });
  });

  it.each([
    [{}, 'credits'],
    [{ credits: 0 }, 'credits'],
    [{ credits: 1.5 }, 'credits'],
    [{ credits: 4_294_967_296 }, 'credits'],
    [{ credits: [1] }, 'credits'],
    [{ credits: 1, expires_at: 'soon' }, 'expires_at'],
    [{ credits: 1, description: 'a\u0000b' }, 'description'],
    [{ credits: 1, idempotency_key: '' }, 'idempotency_key'],
    [{ credits: 1, wallet_id: 'x' }, 'wallet_id'],
  ])('are refused for %j', async (body, field) => {
    const { key } = await createAccount(service, tenant);
    const answer = await call(service, key).post(HOLDS).send(body).expect(400);
    expect(Object.keys(answer.body as object)).toEqual([field]);
  });
});
