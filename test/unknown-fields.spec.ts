import type { Type as Class } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';
import { EntityManager } from '@mikro-orm/postgresql';
import { flattenFieldErrors } from '../src/http/field-errors.js';
import { fieldsOnlyOfSdk, validated } from '../src/http/validation.pipe.js';
import { DomainError } from '../src/shared/errors.js';
import { Wallet } from '../src/ledger/wallet.entity.js';
import { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { pathWithoutNames, type ServedRoute, servedRoutes } from './support/routes.js';
import { type SdkRequest, sdkRequests } from './support/sdk-requests.js';

/** Flexprice's coupons are for subscriptions; ours, for packs, share nothing with them but the path. */
const OURS_ALONE = ['POST /v1/coupons'];

const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${pathWithoutNames(path)}`;

/** Where a value has fields that its DTO does not know, as dotted paths. */
function unknownFields(dto: Class<object> | undefined, value: object): string[] {
  if (!dto) return [];
  try {
    validated(dto, value);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const errors = flattenFieldErrors(error.fields ?? {});
    return errors.filter(([, sentence]) => sentence.startsWith('is not a known field')).map(([path]) => path);
  }
}

function knownFields(dto: Class<object>): Set<string> {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  return new Set(rules.map(({ propertyName }) => propertyName));
}

/** The same value with a field too many in each of its objects, and where these are. */
function withOneTooMany(value: object, at = ''): { value: object; paths: string[] } {
  const paths = [`${at}no_such_field`];
  const fields = Object.entries(value).map(([name, member]: [string, unknown]) => {
    if (typeof member !== 'object' || member === null || name === 'metadata') return [name, member];
    const inner = withOneTooMany(member, `${at}${name}.`);
    paths.push(...inner.paths.filter((path) => !Array.isArray(member) || path !== `${at}${name}.no_such_field`));
    return [name, Array.isArray(member) ? Object.values(inner.value).slice(0, -1) : inner.value];
  });
  return { value: { ...Object.fromEntries(fields), no_such_field: 1 }, paths };
}

const queryOf = ({ query }: SdkRequest) => Object.fromEntries(query.map((name) => [name, 'x']));

describe('unknown fields', () => {
  let service: TestApp;
  let client: ApiClient;
  let customerId: string;
  let routes: ServedRoute[];
  let ofSdk: { request: SdkRequest; route: ServedRoute }[];
  beforeAll(async () => {
    service = await startTestApp();
    client = await newTenantClient(service);
    customerId = (await client.post('/v1/customers', { external_id: 'acme', name: 'Acme' }).expect(201)).body
      .id as string;
    routes = servedRoutes(service);
    const byName = new Map(routes.map((route) => [nameOf(route), route]));
    ofSdk = sdkRequests().flatMap((request) => {
      const route = byName.get(nameOf(request));
      return route && !OURS_ALONE.includes(nameOf(request)) ? [{ request, route }] : [];
    });
  });
  afterAll(() => service.close());

  describe('of every route', () => {
    it('are refused, in bodies and queries of both APIs', () => {
      const classes = new Set(routes.flatMap(({ body, query }) => [body, query]).filter((dto) => dto !== undefined));
      expect(classes.size).toBeGreaterThan(70);
      const lenient = [...classes].filter((dto) => !unknownFields(dto, { no_such_field: 1 }).includes('no_such_field'));
      expect(lenient).toEqual([]);
    });
  });

  describe('of the SDK', () => {
    it('are none: all that it can send to a route of ours is taken', () => {
      expect(ofSdk.length).toBeGreaterThan(35);
      const refused = ofSdk.flatMap(({ request, route }) =>
        [...unknownFields(route.body, request.body ?? {}), ...unknownFields(route.query, queryOf(request))].map(
          (path) => `${nameOf(request)}: ${path}`,
        ),
      );
      expect(refused).toEqual([]);
    });

    it('are refused at every depth of what it sends', () => {
      const bodies = ofSdk.filter(({ request, route }) => request.body && route.body);
      expect(bodies.length).toBeGreaterThan(12);
      for (const { request, route } of bodies) {
        const dto = route.body as Class<object>;
        const meant = Object.entries(request.body as object).filter(([field]) => !fieldsOnlyOfSdk(dto).has(field));
        const { value, paths } = withOneTooMany(Object.fromEntries(meant));
        expect([nameOf(request), unknownFields(dto, value).sort()]).toEqual([nameOf(request), paths.sort()]);
      }
    });

    it('are dropped only where the SDK sends them and we do not use them', () => {
      const classes = new Set(routes.flatMap(({ body, query }) => [body, query]).filter((dto) => dto !== undefined));
      for (const dto of classes) {
        const sent = ofSdk.flatMap(({ request, route }) => [
          ...(route.body === dto ? Object.keys(request.body ?? {}) : []),
          ...(route.query === dto ? request.query : []),
        ]);
        const dropped = [...fieldsOnlyOfSdk(dto)];
        expect([dto.name, dropped.filter((field) => !sent.includes(field) || knownFields(dto).has(field))]).toEqual([
          dto.name,
          [],
        ]);
      }
    });
  });

  describe('of wallets', () => {
    const messageOf = async (body: object) =>
      (await client.post('/v1/wallets', { customer_id: customerId, currency: 'usd', ...body }).expect(400)).body
        .message;

    it('are named with the nearest that there is, and no wallet is made', async () => {
      const sentence = 'auto_top_up: is not a known field; did you mean auto_topup?';
      const rule = { enabled: true, threshold: 10, amount: 50, invoicing: false };
      const { body } = await client
        .post('/v1/wallets', { customer_id: customerId, currency: 'usd', auto_top_up: rule })
        .expect(400);
      expect(body).toEqual({
        code: 'validation_error',
        message: sentence,
        http_status_code: 400,
        details: { auto_top_up: 'is not a known field; did you mean auto_topup?' },
        success: false,
        error: { message: sentence, internal_error: null },
      });
      expect(await messageOf({ topup_limits: { monthly_count: 1 } })).toMatch(/did you mean top_up_limits\?/);
      expect(await messageOf({ auto_topup: { ...rule, treshold: 1 } })).toBe(
        'auto_topup.treshold: is not a known field; did you mean threshold?',
      );
      expect(await messageOf({ top_up_limits: { monthly: 1 } })).toMatch(/did you mean monthly_(count|amount)\?/);
      expect(await messageOf({ colour: 'red' })).toMatch(/^colour: is not a known field; known are currency, /);
      expect(await service.get(EntityManager).fork().count(Wallet, { customerId })).toBe(0);
    });

    it('cost little, however many they are', async () => {
      const many = Object.fromEntries(Array.from({ length: 190 }, (_, index) => [`auto_top_up_${index}`, 1]));
      const { body } = await client.post('/v1/wallets', many).expect(400);
      const hints = Object.values(body.details as object).filter((sentence: string) => sentence.includes(';'));
      expect(hints).toHaveLength(20);
    });

    it('are not what a name, prices and caps are: a wallet may be opened with these', async () => {
      const wallet = {
        customer_id: customerId,
        currency: 'eur',
        name: 'Main',
        config: { allowed_price_types: ['ALL'] },
        auto_topup: { enabled: true, threshold: 10, amount: 50, invoicing: false },
        top_up_limits: { max_per_hour: 1, max_units: 2, monthly_count: 0, monthly_amount: '500' },
      };
      const { body } = await client.post('/v1/wallets', wallet).expect(200);
      expect(body).toMatchObject({ name: 'Main', config: { allowed_price_types: ['ALL'] } });
      expect(body.top_up_limits).toMatchObject(wallet.top_up_limits);
      // The cap holds for the top-up that the empty wallet would have begun with.
      expect(
        await service
          .get(EntityManager)
          .fork()
          .count(TopUp, { walletId: body.id as string }),
      ).toBe(0);
      const fraction = { customer_id: customerId, currency: 'jpy', top_up_limits: { monthly_amount: '0.5' } };
      expect((await client.post('/v1/wallets', fraction).expect(400)).body.message).toMatch(/monthly_amount/);
    });
  });

  describe('of lists', () => {
    it.each([
      ['/v1/wallets?statuss=active', 'statuss: is not a known field; did you mean status?'],
      ['/v1/customers?customer_id=cust_1', 'customer_id: is not a known field; did you mean customer_ids?'],
      ['/v1/invoices?customerId=cust_1', 'customerId: is not a known field; did you mean customer_id?'],
    ])('are refused in %s', async (path, message) => {
      expect((await client.get(path).expect(400)).body.message).toBe(message);
    });

    it('are refused as filters and sorts, with the nearest', async () => {
      const filters = [{ field: 'curency', operator: 'eq', value: { string: 'usd' } }];
      const filtered = await client.post('/v1/wallets/search', { filters }).expect(400);
      expect(filtered.body.message).toMatch(/^filters\.0\.field: must be one of id, .*; did you mean currency\?$/);
      const sorted = await client.post('/v1/wallets/search', { sort: 'createdAt' }).expect(400);
      expect(sorted.body.message).toMatch(/^sort\.0\.field: must be one of .*; did you mean created_at\?$/);
    });
  });

  it('of the SDK that would do harm if they were dropped mean what they say', async () => {
    const key = { name: 'Reader', type: 'private_key', service_account_id: 'sa_reader' };
    const { body } = await client.post('/v1/secrets/api/keys', key).expect(404);
    expect(body.message).toBe('service account not found');
    const found = await client.post('/v1/customers/search', { parent_customer_ids: [customerId] }).expect(200);
    expect(found.body).toMatchObject({ items: [], pagination: { total: 0 } });
    const all = await client.post('/v1/customers/search', { parent_customer_ids: [] }).expect(200);
    expect(all.body.pagination.total).toBe(1);
  });

  describe('ids of another kind of thing', () => {
    it('are told from each other, and nothing of what exists', async () => {
      for (const id of [customerId, 'cust_missing']) {
        for (const request of [
          client.get(`/v1/wallets/${id}`),
          client.post(`/v1/wallets/${id}/top-up`, { credits_to_add: 1, transaction_reason: 'FREE_CREDIT_GRANT' }),
          client.get(`/v1/wallets/${id}/transactions`),
        ]) {
          const { body } = await request.expect(404);
          expect(body).toMatchObject({ code: 'not_found', details: { wallet_id: id } });
          expect(body.message).toBe(
            'wallet not found: this is the id of a customer; GET /v1/customers/{id}/wallets lists its wallets',
          );
        }
      }
      const customer = await client.get('/v1/customers/wallet_1').expect(404);
      expect(customer.body.message).toBe(
        'customer not found: this is the id of a wallet; GET /v1/wallets/{id} says whose it is',
      );
      const topUp = await client.get('/v1/top-ups/inv_1').expect(404);
      expect(topUp.body.message).toBe('top-up not found: this is the id of an invoice');
      expect((await client.get('/v1/wallets/wallet_missing').expect(404)).body.message).toBe('wallet not found');
      expect((await client.get('/v1/wallets/acme').expect(404)).body.message).toBe('wallet not found');
    });
  });
});
