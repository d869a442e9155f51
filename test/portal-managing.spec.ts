import { EntityManager } from '@mikro-orm/postgresql';
import supertest, { type Response, type Test } from 'supertest';
import { buildOpenApi } from '../src/app.setup.js';
import { PortalLooks } from '../src/wallets/portal/portal-looks.service.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { type ApiClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { operationsOf } from './support/fuzz-request.js';
import { expectSoundLedger } from './support/invariants.js';
import { untilSomebodyWaits } from './support/until-somebody-waits.js';

const PORTAL = '/v1/customer/portal';
const HOUR_MS = 3_600_000;
const OFF = { auto_top_up_on_expiration: false, auto_top_up_on_insufficient: false, auto_top_up_credits_pack: null };

describe('a session of the portal that may manage', () => {
  let service: TestApp;
  let tenant: TestTenant;
  let client: ApiClient;
  let account: TestAccount;
  let token: string;
  let keys = 0;
  beforeAll(async () => {
    service = await startTestApp();
    tenant = await createTenant(service);
    client = withKey(service, tenant.serverKey, tenant);
  });
  beforeEach(async () => {
    account = await createAccount(service, tenant);
    token = await start(account);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  async function start({ externalId }: TestAccount, rights = 'manage', by = client): Promise<string> {
    const { body } = await by.get(`/v1/customers/portal/${externalId}?rights=${rights}`).expect(200);
    return (body as { token: string }).token;
  }
  type Method = 'get' | 'post' | 'patch' | 'delete';
  const visit = (method: Method, path: string, by = token): Test =>
    supertest(service.url)[method](`${PORTAL}${path}`).set('X-Session-Token', by);
  const buy = (pack = 'pack_10', more: object = {}, by = token): Test => {
    const total = { pack_10: 1100, pack_100: 9900, pack_1000: 88_000 }[pack];
    return visit('post', '/purchases', by).send({
      pack_id: pack,
      total,
      idempotency_key: `buy-${(keys += 1)}`,
      ...more,
    });
  };
  const balanceOf = async (of = account): Promise<number> =>
    (await call(service, of.key).get('/account/credits/').expect(200)).body.balance;
  const setting = (value: object) => client.put('/v1/settings/portal', { value }).expect(200);

  describe('and what it may', () => {
    it('is chosen when it starts: nothing but looking unless it was asked for, by a key that may', async () => {
      const { body } = await client.get(`/v1/customers/portal/${account.externalId}`).expect(200);
      expect(body.rights).toBe('view');
      expect((await visit('get', '/session', body.token).expect(200)).body).toMatchObject({
        rights: 'view',
        may_manage: false,
        shows_account: true,
        is_test: true,
        expires_at: body.expires_at,
      });
      expect((await visit('get', '/session').expect(200)).body).toMatchObject({ rights: 'manage', may_manage: true });
      await client.get(`/v1/customers/portal/${account.externalId}?rights=all`).expect(400);
      const { body: made } = await client.post('/v1/secrets/api/keys', { name: 'Reads', scopes: ['wallets:read'] });
      const reader = withKey(service, made.api_key, tenant);
      const refused = await reader.get(`/v1/customers/portal/${account.externalId}?rights=manage`).expect(403);
      expect(refused.body.details).toMatchObject({ scope: 'account:write' });
      const looks = await start(account, 'view', reader);
      expect((await visit('get', '/session', looks).expect(200)).body).toMatchObject({ shows_account: false });
      for (const path of ['/card', '/top-up-settings', '/top-ups', '/packs', '/usage/report']) {
        await visit('get', path, looks).expect(403);
      }
    });

    it('is refused on every route that changes something to one that may only look, and on all to one that has ended', async () => {
      const looks = await start(account, 'view');
      const routes = operationsOf(buildOpenApi(service.app)).filter(({ path }) => path.startsWith(`${PORTAL}/`));
      const changes = routes.filter(({ method, path }) => method !== 'GET' && !/\/(?:wallets|invoices)$/.test(path));
      expect(changes.map(({ method, path }) => `${method} ${path.slice(PORTAL.length)}`).sort()).toEqual([
        'DELETE /card',
        'PATCH /top-up-settings',
        'POST /card/setup',
        'POST /card/setup/{setup_id}',
        'POST /purchases',
        'POST /top-ups/{id}/cancel',
      ]);
      const ask = ({ method, path }: { method: string; path: string }, by?: string) => {
        const url = path.slice(PORTAL.length).replaceAll(/\{\w+\}/g, 'some_01');
        const request = visit(method.toLowerCase() as Method, url, by);
        return method === 'GET' ? request : request.send({});
      };
      for (const route of changes) expect((await ask(route, looks).expect(403)).body.code).toBe('view_only');
      service.clock.advance(HOUR_MS);
      for (const route of routes) {
        await ask(route).expect(401);
        await ask(route, '').expect(401);
      }
      expect(await balanceOf()).toBe(0);
    });

    it('is nothing of another customer’s, whose ids answer as unknown ones', async () => {
      const other = await createAccount(service, tenant, 'pm_sandbox_requires_action');
      const theirs = await start(other);
      const { body: waiting } = await buy('pack_10', {}, theirs).expect(202);
      const { body: bought } = await buy().expect(200);
      await visit('post', `/top-ups/${waiting.top_up_id}/cancel`).send({}).expect(404);
      await visit('get', `/invoices/${bought.invoice_id}/pdf`, theirs).expect(404);
      const { body: wallets } = await visit('post', '/wallets').expect(200);
      for (const part of ['/curve', '/lots']) {
        await visit('get', `/wallets/${wallets[0].id}${part}`).expect(200);
        await visit('get', `/wallets/${wallets[0].id}${part}`, theirs).expect(404);
      }
      const { body: list } = await visit('get', '/top-ups').expect(200);
      expect(list.results.map(({ id }: { id: string }) => id)).toEqual([bought.top_up_id]);
      const named = await visit('get', '/top-ups').set('X-Customer-ID', other.customerId).expect(200);
      expect(named.body).toEqual(list);
      await visit('post', `/top-ups/${waiting.top_up_id}/cancel`, theirs).send({}).expect(200);
    });
  });

  describe('and buys', () => {
    it('what it has asked for, whatever key another customer has chosen', async () => {
      const other = await createAccount(service, tenant);
      const key = { idempotency_key: 'the-same' };
      const { body: first } = await buy('pack_10', key).expect(200);
      const answer = await buy('pack_10', key, await start(other));
      expect([answer.status, answer.body.top_up_id === first.top_up_id]).toEqual([200, false]);
      expect([await balanceOf(), await balanceOf(other)]).toEqual([10, 10]);
    });

    it('a pack at the price that was shown, once for its key', async () => {
      const { body: packs } = await visit('get', '/packs').expect(200);
      expect(packs.results[0]).toMatchObject({ id: 'pack_10', price: 1100, fee: 0 });
      const key = { idempotency_key: 'once' };
      const { body } = await buy('pack_10', key).expect(200);
      expect(body).toMatchObject({ outcome: 'bought', action_url: null });
      const again = await buy('pack_10', key).expect(200);
      expect(again.body).toEqual(body);
      expect(again.headers['idempotent-replayed']).toBe('true');
      expect(await balanceOf()).toBe(10);
      const pdf = await visit('get', `/invoices/${body.invoice_id}/pdf`).expect(200);
      expect(pdf.headers['content-type']).toBe('application/pdf');
      const csv = await visit('get', '/usage/report').expect(200);
      expect(csv.text.split('\r\n').filter(Boolean)).toHaveLength(2);
    });

    it('nothing at another price, without a key, without a card, or with one that declines', async () => {
      expect((await buy('pack_10', { total: 1 }).expect(400)).body.details).toEqual({ total: 'is 1100 now' });
      await visit('post', '/purchases').send({ pack_id: 'pack_10', total: 1100 }).expect(400);
      await buy('pack_gone', { total: 1 }).expect(400);
      // The sandbox has no page.
      await buy('pack_10', { on_page: true }).expect(400);
      const without = await createAccount(service, tenant, null);
      await buy('pack_10', {}, await start(without)).expect(400);
      const declined = await createAccount(service, tenant, 'pm_sandbox_decline_hard');
      const refusal = await buy('pack_10', {}, await start(declined));
      expect([refusal.status, refusal.body.code]).toEqual([402, 'payment_declined']);
      expect(await balanceOf()).toBe(0);
    });

    it('nothing for a fee that has changed since it was shown, also in the moment in which it buys', async () => {
      const fee = (value: object) => client.put('/v1/settings/top_up_fee', { value }).expect(200);
      let buying: Promise<Response> | undefined;
      await service
        .get(EntityManager)
        .fork()
        .transactional(async (tx) => {
          // Its price has been looked at; now it waits for the wallet that its first purchase opens.
          await tx.execute('lock table credits_account in exclusive mode');
          buying = buy('pack_10').then((response) => response);
          await untilSomebodyWaits(tx);
          await fee({ mode: 'added', percent: '10' });
        });
      const response = await buying;
      await fee({ mode: 'none' });
      expect([response?.status, response?.body.details]).toEqual([400, { total: 'is 1210 now' }]);
      expect(await balanceOf()).toBe(0);
    });

    it('one thing at a time, and takes back what waits', async () => {
      const holder = await createAccount(service, tenant, 'pm_sandbox_requires_action');
      const theirs = await start(holder);
      const { body } = await buy('pack_10', {}, theirs).expect(202);
      expect(body).toMatchObject({ outcome: 'pending', is_checkout: false });
      expect((await buy('pack_10', {}, theirs).expect(409)).body.code).toBe('purchase_under_way');
      const path = `/top-ups/${body.top_up_id}/cancel`;
      expect((await visit('post', path, theirs).send({}).expect(200)).body.status).toMatch(/^cancel/);
    });

    it('no more in a day than the environment allows, from any number of sessions at once', async () => {
      await setting({ purchases_per_day: 2 });
      try {
        const sessions = await Promise.all(Array.from({ length: 6 }, () => start(account)));
        const answers = await Promise.all(sessions.map((session) => buy('pack_10', {}, session)));
        for (const { status } of answers) expect([200, 202, 409]).toContain(status);
        while ((await buy()).status === 200);
        expect(await balanceOf()).toBe(20);
        expect((await buy().expect(409)).body).toMatchObject({ code: 'portal_limit' });
        // A server that buys for the customer is not a link that has leaked.
        await call(service, account.key).post('/account/credits/top-up/').send({ pack_id: 'pack_100' }).expect(200);
        service.clock.advance(24 * HOUR_MS);
        await buy('pack_10', {}, await start(account)).expect(200);
        await setting({ spend_per_day_minor: { usd: 12_000 } });
        service.clock.advance(24 * HOUR_MS);
        token = await start(account);
        await buy('pack_100').expect(200);
        expect((await buy('pack_100').expect(409)).body.details).toMatchObject({ spend_per_day_minor: 12_000 });
        await buy('pack_10').expect(200);
        await setting({ purchases_per_day: 0 });
        await buy('pack_10').expect(409);
      } finally {
        await client.delete('/v1/settings/portal').expect(204);
      }
    });
  });

  it('agrees to automatic top-up with a consent that names it, and ends that', async () => {
    expect((await visit('get', '/top-up-settings').expect(200)).body).toMatchObject({
      ...OFF,
      paused_reason: null,
      max_per_hour: 3,
      monthly_amount: null,
    });
    const pack = { id: 'pack_10', price: 1100, fee: 0 };
    const asked = { auto_top_up_on_insufficient: true, auto_top_up_credits_pack: pack };
    await visit('patch', '/top-up-settings')
      .send({ ...asked, auto_top_up_credits_pack: { ...pack, price: 1000 } })
      .expect(400);
    const { body } = await visit('patch', '/top-up-settings').send(asked).expect(200);
    expect(body).toMatchObject({ auto_top_up_on_insufficient: true, auto_top_up_credits_pack: pack });
    await visit('patch', '/top-up-settings').send({ auto_top_up_on_insufficient: false }).expect(200);
    const { body: consents } = await client.get(`/v1/customers/${account.customerId}/consents`).expect(200);
    const sessions = consents.items.map((consent: Record<string, unknown>) => consent['portal_session_id']);
    expect(sessions).toEqual([expect.stringMatching(/^session_/), sessions[0]]);
  });

  it('sees its card, and removes it', async () => {
    const { body } = await visit('get', '/card').expect(200);
    expect(body).toMatchObject({ card: { brand: 'visa', last4: '4242' }, backup_card: null, has_pages: false });
    await visit('post', '/card/setup').expect(400);
    expect((await visit('delete', '/card').expect(200)).body.card).toBeNull();
    await visit('delete', '/card').expect(404);
  });

  describe('and its page', () => {
    const framersOf = (environmentId: string) => service.get(PortalLooks).framersOf(environmentId);
    const linkOf = async () => {
      const { body } = await client.get(`/v1/customers/portal/${account.externalId}`).expect(200);
      return (body as { url: string }).url.replace(/#.*/, '');
    };

    it('has the tenant’s name, colour and logo, and may be shown where they say', async () => {
      const page = `${service.url}${PORTAL}`;
      expect(await linkOf()).toBe(page);
      expect(await framersOf(tenant.environmentId)).toEqual([]);
      const origins = ['https://app.acme.example'];
      const logo = 'data:image/png;base64,iVBORw0KGgo=';
      await setting({ display_name: 'Acme Scans', accent_color: '#1a7f5a', logo, allowed_origins: origins });
      try {
        expect((await visit('get', '/session').expect(200)).body.brand).toEqual({
          name: 'Acme Scans',
          accent_color: '#1a7f5a',
          logo,
        });
        expect(await linkOf()).toBe(`${page}?environment=${tenant.environmentId}`);
        service.clock.advance(5000);
        expect(await framersOf(tenant.environmentId)).toEqual(origins);
        for (const none of ['env_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB', 'env_', '', "x'; *"]) {
          expect(await framersOf(none)).toEqual([]);
        }
      } finally {
        await client.delete('/v1/settings/portal').expect(204);
      }
    });

    it('takes no colour that is not seen, and no origin that is more than one', async () => {
      const refused = async (value: object) =>
        (await client.put('/v1/settings/portal', { value }).expect(400)).body.details;
      expect(await refused({ accent_color: '#ffe08a' })).toHaveProperty(['value.accent_color']);
      expect(await refused({ allowed_origins: ['https://*.acme.example'] })).toHaveProperty(['value.allowed_origins']);
    });
  });
});
