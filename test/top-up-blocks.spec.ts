import { EntityManager } from '@mikro-orm/postgresql';
import request from 'supertest';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { TopUpGuard } from '../src/top-ups/rules/top-up-rule.entity.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

type Body = Record<string, unknown>;

const DAY_MS = 24 * 3_600_000;
const BUY = '/account/credits/top-up/';
const TOP_UPS = '/account/credits/top-ups/';

describe('what stands in the way of an automatic top-up', () => {
  let service: TestApp;
  let tenant: TestTenant;
  let client: ApiClient;

  beforeAll(async () => {
    service = await startTestApp();
  });
  beforeEach(async () => {
    tenant = await createTenant(service);
    client = new ApiClient(service.url, tenant.serverKey, tenant);
  });
  afterEach(async () => {
    await service.get(TopUpEngine).idle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(() => service.close());

  /** What is due now, and what it started. */
  async function runTask(): Promise<void> {
    await service.get(ScheduledTask).run();
    await service.get(TopUpEngine).idle();
  }

  async function newWallet(card?: string | null): Promise<{ id: string; account: TestAccount }> {
    const account = await createAccount(service, tenant, card);
    const { body } = await client.post('/v1/wallets', { customer_id: account.customerId, currency: 'usd' });
    return { id: (body as { id: string }).id, account };
  }
  async function switchOn(id: string, more: Body = {}): Promise<void> {
    const auto_topup = { enabled: true, threshold: '10', amount: '50', invoicing: false, ...more };
    await client.put(`/v1/wallets/${id}`, { auto_topup }).expect(200);
    await service.get(TopUpEngine).idle();
  }
  const topUps = async (id: string): Promise<Body[]> =>
    ((await client.get(`/v1/wallets/${id}/top-ups?order=asc`)).body as { items: Body[] }).items.toReversed();
  const wallet = async (id: string): Promise<Body & { auto_topup: Body }> =>
    (await client.get(`/v1/wallets/${id}`)).body as Body & { auto_topup: Body };
  const pay = (topUp: Body | undefined, body: Body = {}) =>
    client.put(`/v1/invoices/${String(topUp?.['invoice_id'])}/payment`, { payment_status: 'SUCCEEDED', ...body });
  const debit = (id: string, credits: string) =>
    client.post(`/v1/wallets/${id}/debit`, {
      credits,
      transaction_reason: 'MANUAL_BALANCE_DEBIT',
      idempotency_key: `debit-${(keys += 1)}`,
    });
  let keys = 0;

  describe('an invoice', () => {
    it('that somebody asked for by hand and nobody pays never mutes the card rule', async () => {
      const { id } = await newWallet();
      const body = { credits_to_add: '10', transaction_reason: 'PURCHASED_CREDIT_INVOICED' };
      await client.post(`/v1/wallets/${id}/top-up`, body).expect(200);
      await switchOn(id);
      expect(await topUps(id)).toMatchObject([
        { trigger: 'manual', status: 'awaiting_payment' },
        { trigger: 'threshold', status: 'succeeded' },
      ]);
    });

    it('of a rule keeps the next one back until it is paid, and no card rule', async () => {
      const { id } = await newWallet();
      await switchOn(id, { invoicing: true });
      await debit(id, '1').expect(402);
      await runTask();
      expect(await topUps(id)).toMatchObject([{ status: 'awaiting_payment', invoicing: true }]);
      service.clock.advance(61_000);
      await switchOn(id, { invoicing: false });
      expect(await topUps(id)).toMatchObject([{ status: 'awaiting_payment' }, { status: 'succeeded' }]);
      await pay((await topUps(id))[0]).expect(200);
      expect(await wallet(id)).toMatchObject({ credit_balance: '100' });
    });

    it('of a rule that is marked FAILED mutes nothing for longer than it is due', async () => {
      await client.put('/v1/settings/invoice_config', { value: { due_days: 3 } }).expect(200);
      const { id } = await newWallet();
      await switchOn(id, { invoicing: true });
      const [first] = await topUps(id);
      await pay(first, { payment_status: 'FAILED' }).expect(200);
      service.clock.advance(3 * DAY_MS - 1000);
      await runTask();
      expect(await topUps(id)).toMatchObject([{ status: 'awaiting_payment' }]);
      service.clock.advance(1000);
      await runTask();
      expect(await topUps(id)).toMatchObject([{ status: 'overdue' }]);
      expect(await wallet(id)).toMatchObject({ auto_topup: { paused_reason: 'invoice_overdue' } });
      const refused = (await debit(id, '1').expect(402)).body as { details: Body };
      expect(refused.details).toMatchObject({
        top_up: { id: first?.['id'], status: 'overdue' },
        paused_reason: 'invoice_overdue',
      });
      await client.empty(`/v1/wallets/${id}/auto-topup/resume`).expect(200);
      await service.get(TopUpEngine).idle();
      expect(await topUps(id)).toMatchObject([{ status: 'overdue' }, { status: 'awaiting_payment' }]);
    });

    it('that is overdue pauses its rule; paid late, it is credited and the rule goes on', async () => {
      const { id } = await newWallet();
      await switchOn(id, { invoicing: true });
      service.clock.advance(14 * DAY_MS);
      await runTask();
      expect(await wallet(id)).toMatchObject({ auto_topup: { paused_reason: 'invoice_overdue' } });
      await pay((await topUps(id))[0], { amount: '20' }).expect(200);
      expect(await wallet(id)).toMatchObject({ auto_topup: { paused_reason: 'invoice_overdue' } });
      await pay((await topUps(id))[0], { amount: '30' }).expect(200);
      expect(await wallet(id)).toMatchObject({ credit_balance: '50', auto_topup: { paused_reason: null } });
      service.clock.advance(DAY_MS);
      await debit(id, '45').expect(200);
      await service.get(TopUpEngine).idle();
      expect(await topUps(id)).toMatchObject([{ status: 'succeeded' }, { status: 'awaiting_payment' }]);
    });

    it('that is voided frees the rule, whether it waited or was overdue', async () => {
      const { id } = await newWallet();
      await switchOn(id, { invoicing: true });
      const [waiting] = await topUps(id);
      await client.empty(`/v1/invoices/${String(waiting?.['invoice_id'])}/void`).expect(200);
      await service.get(TopUpEngine).idle();
      service.clock.advance(14 * DAY_MS);
      await runTask();
      const [, overdue] = await topUps(id);
      expect(await topUps(id)).toMatchObject([{ status: 'canceled' }, { status: 'overdue' }]);
      await client.empty(`/v1/invoices/${String(overdue?.['invoice_id'])}/void`).expect(200);
      await service.get(TopUpEngine).idle();
      expect(await wallet(id)).toMatchObject({ auto_topup: { paused_reason: null } });
      expect(await topUps(id)).toMatchObject([
        { status: 'canceled', last_error_code: 'invoice_voided' },
        { status: 'canceled' },
        { status: 'awaiting_payment' },
      ]);
    });
  });

  describe('a top-up that waits', () => {
    it('is found and canceled by its account, and the next purchase goes through', async () => {
      const account = await createAccount(service, tenant, 'pm_sandbox_requires_action');
      const mine = call(service, account.key);
      await mine.post(BUY).send({ pack_id: 'pack_10' }).expect(202);
      await mine.post(BUY).send({ pack_id: 'pack_10' }).expect(409);
      const { body } = await mine.get(`${TOP_UPS}?status=requires_action`).expect(200);
      expect(body).toMatchObject({
        count: 1,
        results: [{ credits: '10', price: 1100, currency_code: 'USD', is_automatic: false }],
      });
      const [{ id }] = (body as { results: [{ id: string }] }).results;
      const canceled = await mine.post(`${TOP_UPS}${id}/cancel/`).expect(200);
      expect(['canceling', 'canceled']).toContain((canceled.body as Body)['status']);
      await service.get(TopUpEngine).idle();
      expect((await client.get(`/v1/top-ups/${id}`)).body).toMatchObject({
        id,
        status: 'canceled',
        last_error_code: 'canceled_by_request',
      });
      const again = await mine.post(`${TOP_UPS}${id}/cancel/`).expect(400);
      expect(again.body).toEqual({ non_field_errors: [expect.stringMatching(/only one that waits can be canceled/)] });
      await client
        .post(`/v1/customers/${account.customerId}/payment-methods`, { token: 'pm_sandbox_approve' })
        .expect(({ status }) => expect([200, 201]).toContain(status));
      await mine.post(BUY).send({ pack_id: 'pack_10' }).expect(200);
    });

    it('is nobody else’s to see or to cancel', async () => {
      const account = await createAccount(service, tenant, 'pm_sandbox_requires_action');
      await call(service, account.key).post(BUY).send({ pack_id: 'pack_10' }).expect(202);
      const [{ id }] = (await call(service, account.key).get(TOP_UPS)).body.results as [{ id: string }];
      const other = call(service, (await createAccount(service, tenant)).key);
      await other.post(`${TOP_UPS}${id}/cancel/`).expect(404);
      expect((await other.get(TOP_UPS)).body).toMatchObject({ count: 0, results: [] });
      const stranger = await newTenantClient(service);
      await stranger.get(`/v1/top-ups/${id}`).expect(404);
      await stranger.empty(`/v1/top-ups/${id}/cancel`).expect(404);
      await client.empty('/v1/top-ups/topup_unknown/cancel').expect(404);
    });

    it('and is canceled is not bought again at once: the rule waits until somebody resumes it', async () => {
      const { id } = await newWallet('pm_sandbox_decline');
      await switchOn(id);
      const [topUp] = await topUps(id);
      expect(topUp).toMatchObject({ status: 'retry_wait' });
      await client.empty(`/v1/top-ups/${String(topUp?.['id'])}/cancel`).expect(200);
      await service.get(TopUpEngine).idle();
      expect(await topUps(id)).toMatchObject([{ status: 'canceled', last_error_code: 'canceled_by_request' }]);
      expect(await wallet(id)).toMatchObject({ auto_topup: { enabled: true, paused_reason: 'canceled_by_request' } });
      service.clock.advance(DAY_MS);
      await runTask();
      expect(await topUps(id)).toHaveLength(1);
      const resumed = await client.empty(`/v1/wallets/${id}/auto-topup/resume`).expect(200);
      expect(resumed.body).toMatchObject({ id, auto_topup: { paused_reason: null } });
      await service.get(TopUpEngine).idle();
      expect(await topUps(id)).toMatchObject([{ status: 'canceled' }, { status: 'retry_wait' }]);
    });
  });

  it('a pause is ended over HTTP without an edit, and it is kept who did it', async () => {
    const { id } = await newWallet('pm_sandbox_decline_hard');
    await switchOn(id);
    const { body: paused } = await debit(id, '1').expect(402);
    expect(paused).toMatchObject({
      details: {
        top_up: null,
        paused_reason: 'card_declined',
        no_top_up: { code: 'paused', next_evaluation_at: null },
      },
    });
    const rule = (await wallet(id)).auto_topup;
    await client.empty(`/v1/wallets/${id}/auto-topup/resume`).expect(200);
    const guard = await service.get(EntityManager).fork().findOneOrFail(TopUpGuard, { walletId: id });
    expect(guard).toMatchObject({ pauseReason: '', resumedBy: tenant.keyId, resumedAt: service.clock.now() });
    expect((await wallet(id)).auto_topup).toEqual({ ...rule, paused_reason: null });
    await service.get(TopUpEngine).idle();
    const stranger = await newTenantClient(service);
    await stranger.empty(`/v1/wallets/${id}/auto-topup/resume`).expect(404);
    await client.empty(`/v1/wallets/${id}/terminate`).expect(200);
    await client.empty(`/v1/wallets/${id}/auto-topup/resume`).expect(400);
  });

  it('a 402 of the account’s own API says it, too', async () => {
    const account = await createAccount(service, tenant, 'pm_sandbox_decline_hard');
    const mine = call(service, account.key);
    const settings = { auto_top_up_on_insufficient: true, auto_top_up_credits_pack: { id: 'pack_10' } };
    await mine.put('/account/credits/top-up/settings/').send(settings).expect(201);
    await mine.post('/account/credits/holds/').send({ credits: 5 }).expect(402);
    await service.get(TopUpEngine).idle();
    const { body } = await mine.post('/account/credits/holds/').send({ credits: 5 }).expect(402);
    expect(body).toMatchObject({
      balance: '0',
      required: '5',
      top_up: null,
      paused_reason: 'card_declined',
      no_top_up: { code: 'paused' },
    });
  });

  it('a charge without progress for 15 minutes is in the details of /health/ready, and names nobody', async () => {
    const ready = async (): Promise<Body> =>
      ((await request(service.url).get('/health/ready').expect(200)).body as { details: { top_ups: Body } }).details
        .top_ups;
    const account = await createAccount(service, tenant, 'pm_sandbox_processing');
    await call(service, account.key).post(BUY).send({ pack_id: 'pack_10' }).expect(202);
    service.clock.advance(15 * 60_000 - 1000);
    expect(await ready()).toEqual({ status: 'up', stuck: 0, oldest_seconds: 0 });
    service.clock.advance(6000);
    expect(await ready()).toEqual({ status: 'up', stuck: 1, oldest_seconds: 905 });
    await runTask();
    service.clock.advance(6000);
    expect(await ready()).toEqual({ status: 'up', stuck: 0, oldest_seconds: 0 });
  });
});
