import { readFileSync } from 'node:fs';
import { EntityManager } from '@mikro-orm/postgresql';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';

import { call, createAccount, createTenant, type TestAccount } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createPgliteDatabase } from './support/database.js';
import { FuzzRequests, type Operation, operationsOf, random } from './support/fuzz-request.js';
import { expectSoundLedger } from './support/invariants.js';
import { textOf } from './support/text-of.js';

const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 3000);
const PARALLEL = 8;
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_121);
/** What any route may answer, documented or not: it is about the request, not about the route. */
const ANYWHERE: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 413, 415]);
/** What a list answers. */
const idsOf = ({ items }: { items: { id: string }[] }): string[] => items.map(({ id }) => id);

/** Succeeds only where Stripe, or a billing system, answers, or where a payment has gone wrong. */
const NEEDS_A_PROVIDER = /\/payments\/(stripe|webhook)|\/setup\b|^\/pay\/|\/differences\/|\/backup\b/;

const ENDING = /^DELETE|\/terminate$|\/modify$/;
const JSON_TYPE = 'application/json';

/** `FUZZ_SEED=7 FUZZ_REQUESTS=50000 npm test -- test/fuzz.spec.ts` for another, longer run. */
describe(`${REQUESTS} requests made from openapi.json with seed ${SEED}`, () => {
  let service: TestApp;
  let document: OpenAPIObject;
  let serverKey: string;
  let account: TestAccount;
  let portalToken: string;
  let requests: FuzzRequests;
  const ids: Record<string, string[]> = {};
  const faults = new Map<string, string>();
  const statuses = new Map<number, number>();
  const succeeded = new Set<Operation>();
  const checks = new Map<string, ValidateFunction>();
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false });

  beforeAll(async () => {
    // Files of one room run on PostgreSQL only: here every route meets the embedded database.
    service = await startTestApp({ database: createPgliteDatabase(), config: { paymentTimeoutMs: 1000 } });
    const tenant = await createTenant(service);
    serverKey = tenant.serverKey;
    account = await createAccount(service, tenant);
    document = JSON.parse(readFileSync('openapi.json', 'utf8')) as OpenAPIObject;
    (ajvFormats as unknown as (ajv: Ajv2020) => void)(ajv);
    ajv.addSchema({ ...document, $id: 'openapi' });
    const { post, get } = call(service, serverKey);
    // Nobody listens there, and nothing leaves the machine.
    const url = 'http://127.0.0.1:9/hook';
    const { body: endpoint } = await post('/v1/webhooks/endpoints').send({ url });
    const customers = [account.customerId];
    const wallets: string[] = [];
    for (let count = 0; count < 15; count += 1) {
      const { customerId } = await createAccount(service, tenant);
      customers.push(customerId);
      const wallet = { customer_id: customerId, currency: 'usd', initial_credits_to_load: '1000' };
      wallets.push(((await post('/v1/wallets').send(wallet)).body as { id: string }).id);
    }
    const { body: events } = await get('/v1/webhooks/events');
    await call(service, account.key).post('/account/credits/top-up/').send({ pack_id: 'pack_1000' }).expect(200);
    const { body: paid } = await get('/v1/payments').expect(200);
    const { body: billed } = await get('/v1/invoices').expect(200);
    const { body: run } = await post('/v1/reconciliation/runs').send({});
    const session = await get(`/v1/customers/portal/${account.externalId}?rights=manage`);
    portalToken = (session.body as { token: string }).token;
    const holds = ['hold_unknown'];
    Object.assign(ids, {
      customers,
      customer_id: customers,
      external_customer_id: [account.externalId],
      external_id: [account.externalId, 'new-1', 'new-2'],
      lookup_key: [account.externalId],
      wallets,
      wallet_id: wallets,
      to_wallet_id: wallets,
      hold_id: holds,
      holds,
      coupons: ['coupon_unknown'],
      'payment-methods': ['pm_unknown'],
      transactions: ['wtxn_unknown'],
      invoices: idsOf(billed),
      payments: idsOf(paid),
      'top-ups': ['topup_unknown'],
      runs: [(run as { id: string }).id],
      endpoints: [(endpoint as { id: string }).id],
      system_event_id: (events as { items: { id: string }[] }).items.map(({ id }) => id),
      url: [url],
      environments: [tenant.environmentId],
      tenants: [tenant.tenantId],
      'credits-packs': ['pack_10', 'pack_100'],
      'credit-packs': ['pack_10', 'pack_100', 'pack_1000'],
      pack_id: ['pack_10', 'pack_100'],
      currency: ['usd', 'eur'],
      token: ['pm_sandbox_approve', 'pm_sandbox_decline', 'pm_sandbox_hang'],
      key: [
        'wallets',
        'payments',
        'credits',
        'invoice_config',
        'wallet_balance_alert_config',
        'bonus_credits_topup_config',
      ],
    });
    requests = new FuzzRequests(document, random(SEED), ids);
  });
  afterAll(async () => {
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
  });

  it(
    'are never answered with a 5xx, and always as documented',
    async () => {
      const operations = operationsOf(document);
      let left = REQUESTS;
      const worker = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          const operation = requests.pick(operations);
          // What ends wallets, customers and keys would soon leave nothing to ask for.
          if (!ENDING.test(`${operation.method} ${operation.path}`) || requests.chance(0.05)) await send(operation);
        }
      };
      await Promise.all(Array.from({ length: PARALLEL }, worker));
      expect([...faults].map(([where, what]) => `${where}: ${what}`)).toEqual([]);
      // Enough got through for it to mean something.
      for (const status of [200, 201, 400, 401, 403, 404]) expect(statuses.get(status) ?? 0).toBeGreaterThan(5);
      expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 10);
      // A short run has not been everywhere.
      const reachable = operations.filter(({ path }) => !NEEDS_A_PROVIDER.test(path));
      expect(succeeded.size).toBeGreaterThan(reachable.length * (REQUESTS < 5000 ? 0.7 : 0.75));
      // A long run on a busy machine: nobody waits for it.
    },
    180_000 + 100 * REQUESTS,
  );

  async function send(operation: Operation): Promise<void> {
    const isAccount = operation.path.startsWith('/account') ? requests.chance(0.7) : requests.chance(0.03);
    const key = requests.chance(0.02) ? 'sk_wrong' : isAccount ? account.key : serverKey;
    const headers: Record<string, string> = { 'x-api-key': key };
    if (operation.path.startsWith('/v1/customer/portal')) headers['x-session-token'] = portalToken;
    if (operation.path.startsWith('/account') && requests.chance(0.8)) headers['x-customer-id'] = account.customerId;
    if (requests.chance(0.1)) headers['idempotency-key'] = requests.pick(['once', 'twice', '"three"', 'x'.repeat(300)]);
    const body = bodyOf(operation, headers);
    const path = requests.path(operation);
    const init: RequestInit = { method: operation.method, headers, ...(body === undefined ? {} : { body }) };
    const response = await fetch(service.url + path, init);
    await inspect(operation, `${operation.method} ${path} ${body ?? ''}`.slice(0, 700), response);
  }

  function bodyOf(operation: Operation, headers: Record<string, string>): string | undefined {
    const schema = operation.bodies[JSON_TYPE];
    if (!schema) return undefined;
    headers['content-type'] = requests.chance(0.02) ? 'text/plain' : JSON_TYPE;
    const text = JSON.stringify(requests.body(schema));
    if (requests.chance(0.01)) return text.slice(0, -1);
    if (requests.chance(0.01)) return text.replace('{', '{"credits":1,"credits":2,');
    if (requests.chance(0.005)) return `${'['.repeat(5000)}${']'.repeat(5000)}`;
    return requests.chance(0.005) ? JSON.stringify('x'.repeat(70_000)) : text;
  }

  async function inspect(operation: Operation, request: string, response: Response): Promise<void> {
    const { status } = response;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status < 300) succeeded.add(operation);
    const where = `${operation.method} ${operation.path} ${status}`;
    const text = await textOf(response);
    if (status >= 500) faults.set(where, `${text.slice(0, 200)} for ${request}`);
    const documented = operation.responses[String(status)];
    if (!documented) {
      if (!ANYWHERE.has(status)) faults.set(where, `is not documented, for ${request}`);
      return;
    }
    const isJson = response.headers.get('content-type')?.startsWith(JSON_TYPE) ?? false;
    if (!documented.content?.[JSON_TYPE] || !isJson) return;
    const check = checkOf(operation, status);
    const value: unknown = JSON.parse(text);
    if (!check(value)) faults.set(where, `${ajv.errorsText(check.errors)} in ${text.slice(0, 300)} for ${request}`);
    if (status < 300 && value !== null) learn(value);
  }

  function checkOf({ method, path }: Operation, status: number): ValidateFunction {
    const place = ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', JSON_TYPE, 'schema'];
    const pointer = place.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const known = checks.get(pointer) ?? ajv.compile({ $ref: `openapi#/${pointer}` });
    checks.set(pointer, known);
    return known;
  }

  /** What was made, or listed, can be asked for. */
  function learn(value: unknown): void {
    const { items } = value as { items?: unknown };
    if (Array.isArray(items)) items.forEach(learn);
    const { id: own, wallet_transaction: transaction } = value as { id?: string; wallet_transaction?: { id: string } };
    const id = own ?? transaction?.id;
    if (typeof id !== 'string') return;
    const pool = {
      wallet: 'wallets',
      hold: 'hold_id',
      wtxn: 'transactions',
      cust: 'customers',
      inv: 'invoices',
      endpoint: 'endpoints',
      topup: 'top-ups',
      pm: 'payment-methods',
      coupon: 'coupons',
    }[id.split('_')[0] as string];
    const known = pool && ids[pool];
    if (!known || known.includes(id)) return;
    known.push(id);
    if (known.length > 60) known.shift();
  }
});
