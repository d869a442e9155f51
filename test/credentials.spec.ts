import { readFileSync } from 'node:fs';
import { EntityManager } from '@mikro-orm/postgresql';
import type { OpenAPIObject } from '@nestjs/swagger';
import { ApiKeysService } from '../src/auth/api-keys.service.js';
import { SCOPE_NAMES, type ScopeName } from '../src/auth/scopes.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { FuzzRequests, type Operation, operationsOf } from './support/fuzz-request.js';
import { expectSoundLedger } from './support/invariants.js';
import { textOf } from './support/text-of.js';

const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as OpenAPIObject;
const routes = operationsOf(document).map((operation) => ({ ...operation, access: accessOf(operation) }));
type Route = (typeof routes)[number];

/** A scope, `portal`, or nothing for what is public. */
function accessOf({ method, path }: Operation): ScopeName | 'portal' | undefined {
  const item = document.paths[path] as Record<string, { 'x-scope'?: ScopeName; security?: object[] }>;
  const { 'x-scope': scope, security = [] } = item[method.toLowerCase()] ?? {};
  return scope ?? (security.some((scheme) => 'session-token' in scheme) ? 'portal' : undefined);
}

/** Ids of what is not there to begin with. */
const UNKNOWN = 'unknown_000001';

const nameOf = ({ method, path }: Operation): string => `${method} ${path}`;
const scoped = routes.filter(({ access }) => access !== undefined && access !== 'portal');

/** Every route, with every kind of credential: in parallel, as each answer stands alone. */
describe(`${routes.length} routes`, () => {
  let service: TestApp;
  let tenant: TestTenant;
  let mine: TestAccount;
  let portalToken: string;
  const ids: Record<string, string> = {};
  /** Always half: bodies of the fields that are required, with the values of their examples. */
  const requests = new FuzzRequests(document, () => 0.5, {});

  beforeAll(async () => {
    service = await startTestApp();
    tenant = await createTenant(service);
    mine = await createAccount(service, tenant);
    const { get, post } = call(service, tenant.serverKey);
    const account = call(service, mine.key);
    await account.post('/account/credits/top-up/').send({ pack_id: 'pack_100' }).expect(200);
    const { body: hold } = await account.post('/account/credits/holds/').send({ credits: 4 }).expect(201);
    const { body: wallet } = await post('/v1/wallets')
      .send({ customer_id: mine.customerId, currency: 'eur', initial_credits_to_load: '1000' })
      .expect(200);
    const { body: endpoint } = await post('/v1/webhooks/endpoints')
      .send({ url: 'http://127.0.0.1:9/hook' })
      .expect(201);
    const { body: coupon } = await post('/v1/coupons').send({ id: 'HALF', name: 'Half', percent_off: 50 }).expect(201);
    const { body: session } = await get(`/v1/customers/portal/${mine.externalId}?rights=manage`).expect(200);
    const sold = { name: 'Ours', price_minor: 100, currency: 'usd', pack_amount: 1 };
    const { body: pack } = await post('/v1/credit-packs').send(sold).expect(201);
    const { body: run } = await post('/v1/reconciliation/runs').send({}).expect(202);
    const first = async (path: string): Promise<string> =>
      ((await get(path).expect(200)).body as { items: { id: string }[] }).items[0]?.id ?? `none_of_${path}`;
    portalToken = (session as { token: string }).token;
    Object.assign(ids, {
      holds: (hold as { id: string }).id,
      wallets: (wallet as { id: string }).id,
      endpoints: (endpoint as { id: string }).id,
      coupons: (coupon as { id: string }).id,
      customers: mine.customerId,
      customer_id: mine.customerId,
      external: mine.externalId,
      lookup: mine.externalId,
      portal: mine.externalId,
      invoices: await first('/v1/invoices'),
      payments: await first('/v1/payments'),
      transactions: await first(`/v1/wallets/${(wallet as { id: string }).id}/transactions`),
      environments: tenant.environmentId,
      tenants: tenant.tenantId,
      keys: tenant.keyId,
      'credit-packs': (pack as { id: string }).id,
      'credits-packs': (pack as { id: string }).id,
      'top-ups': await first('/v1/payments'),
      'payment-methods': await first(`/v1/customers/${mine.customerId}/payment-methods`),
      runs: (run as { id: string }).id,
      others: UNKNOWN,
    });
  });
  afterAll(async () => {
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
  });

  const newKey = async (options: Omit<Parameters<ApiKeysService['createApiKey']>[1], 'name'>): Promise<string> =>
    (await service.get(ApiKeysService).createApiKey(tenant, { name: 'test', ...options })).plainKey;

  /** The path with ids that are there: those of our tenant, or made-up ones of the same form. */
  function pathOf({ path }: Operation, isKnown: boolean): string {
    return path.replaceAll(/([\w-]+)\/\{(\w+)\}/g, (_match, collection: string, name: string) => {
      const id = ids[name] ?? ids[collection] ?? UNKNOWN;
      return `${collection}/${isKnown ? id : id.replace(/.{6}$/, '000000')}`;
    });
  }

  async function send(
    route: Route,
    headers: Record<string, string>,
    isKnown = true,
  ): Promise<{ status: number; text: string }> {
    const schema = route.bodies['application/json'];
    const response = await fetch(service.url + pathOf(route, isKnown), {
      method: route.method,
      headers: schema ? { ...headers, 'content-type': 'application/json' } : headers,
      ...(schema ? { body: JSON.stringify(requests.body(schema)) } : {}),
    });
    return { status: response.status, text: await textOf(response) };
  }

  /** What was not answered with the status, by route. */
  async function othersThan(status: number, of: Route[], headersOf: (route: Route) => Promise<Record<string, string>>) {
    const others: string[] = [];
    for (let from = 0; from < of.length; from += 8) {
      const answers = of.slice(from, from + 8).map(async (route) => {
        const answer = await send(route, await headersOf(route));
        if (answer.status !== status) others.push(`${nameOf(route)}: ${answer.status}`);
      });
      await Promise.all(answers);
    }
    return others;
  }

  it('are those of the document, each with what it asks for', () => {
    expect(scoped.length).toBeGreaterThan(130);
    expect(routes.filter(({ access }) => access === 'portal').length).toBeGreaterThanOrEqual(3);
  });

  it.each<[string, () => Promise<Record<string, string>>]>([
    ['nothing', async () => ({})],
    ['a key that never was', async () => ({ 'x-api-key': `${tenant.serverKey.slice(0, -1)}x` })],
    ['a key in basic authentication', async () => ({ authorization: `Basic ${btoa(`${tenant.serverKey}:`)}` })],
    ['a key in a cookie', async () => ({ cookie: `x-api-key=${tenant.serverKey}` })],
    ['the token of a portal', async () => ({ 'x-api-key': portalToken, 'x-session-token': portalToken })],
    ['a revoked key', async () => ({ 'x-api-key': await revokedKey() })],
    ['a key past its end', async () => ({ 'x-api-key': await endedKey() })],
  ])('answer 401 to %s, unless they are public', async (_name, credentials) => {
    const headers = await credentials();
    expect(await othersThan(401, scoped, async () => headers)).toEqual([]);
  });

  it('answer 401 on the portal to keys of any kind', async () => {
    const portal = routes.filter(({ access }) => access === 'portal');
    for (const key of [tenant.serverKey, mine.key]) {
      const headers = { 'x-api-key': key, 'x-session-token': key };
      expect(await othersThan(401, portal, async () => headers)).toEqual([]);
    }
  });

  it('answer 403 to a key with every scope but their own', async () => {
    const keys = new Map<string, string>();
    for (const scope of SCOPE_NAMES) {
      keys.set(scope, await newKey({ scopes: SCOPE_NAMES.filter((other) => other !== scope) }));
    }
    expect(
      await othersThan(403, scoped, async ({ access }) => ({ 'x-api-key': keys.get(access as string) ?? '' })),
    ).toEqual([]);
  });

  it.each<[string, (access: string) => boolean, () => Promise<string>]>([
    [
      'an account’s key',
      (access) => access.startsWith('account:') || /^packs:read|^holds:/.test(access),
      async () => mine.key,
    ],
    ['a publishable key', (access) => access === 'packs:read', () => newKey({ type: 'publishable_key' })],
  ])('answer 403 to %s where it has no business', async (_name, hasBusiness, keyOf) => {
    const key = await keyOf();
    const closed = scoped.filter(({ access }) => !hasBusiness(access as string));
    expect(closed.length).toBeGreaterThan(90);
    expect(await othersThan(403, closed, async () => ({ 'x-api-key': key }))).toEqual([]);
  });

  it.each(['another tenant', 'another environment of the tenant'])(
    'answer to the server key of %s for our ids as for unknown ones',
    async (whose) => {
      const key = whose === 'another tenant' ? (await createTenant(service)).serverKey : await siblingKey();
      const differing: string[] = [];
      const isShared = (path: string): boolean =>
        whose !== 'another tenant' && /^\/v1\/(environments|tenants)\//.test(path);
      for (const route of scoped.filter(({ path }) => /\{(?!key)/.test(path) && !isShared(path))) {
        const [ours, unknown] = [
          await send(route, { 'x-api-key': key }),
          await send(route, { 'x-api-key': key }, false),
        ];
        const strip = ({ status, text }: typeof ours): string => `${status} ${withoutIds(text)}`;
        if (strip(ours) !== strip(unknown))
          differing.push(`${nameOf(route)}: ${strip(ours).slice(0, 300)} is not ${strip(unknown)}`);
      }
      expect(differing).toEqual([]);
    },
  );

  async function revokedKey(): Promise<string> {
    const { secret, plainKey } = await service.get(ApiKeysService).createApiKey(tenant, { name: 'revoked' });
    await call(service, tenant.serverKey).delete(`/v1/secrets/api/keys/${secret.id}`).expect(204);
    return plainKey;
  }

  async function endedKey(): Promise<string> {
    const expiresAt = new Date(service.clock.now().getTime() + 1000);
    const plainKey = await newKey({ expiresAt });
    service.clock.advance(1000);
    return plainKey;
  }

  async function siblingKey(): Promise<string> {
    const { post } = call(service, tenant.serverKey);
    const { body } = await post('/v1/environments').send({ name: 'Other', type: 'development' }).expect(201);
    const scope = { tenantId: tenant.tenantId, environmentId: (body as { id: string }).id };
    return (await service.get(ApiKeysService).createApiKey(scope, { name: 'sibling' })).plainKey;
  }

  /** Answers say which id was unknown, when, and under which request. */
  function withoutIds(text: string): string {
    return Object.values(ids)
      .flatMap((id) => [id, id.replace(/.{6}$/, '000000')])
      .reduce((shown, id) => shown.replaceAll(id, '…'), text)
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then')
      .replaceAll(/[a-z]+_[0-9A-Z]{26}/g, 'an id');
  }
});
