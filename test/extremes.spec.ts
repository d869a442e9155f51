import { readFileSync } from 'node:fs';
import type { OpenAPIObject } from '@nestjs/swagger';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { type Operation, operationsOf } from './support/fuzz-request.js';

/** The first and the last that can be written, behind and before which something may be reckoned. */
const INSTANTS = ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'];
const DAYS = ['0001-01-01', '9999-12-31'];
/** What else decides from where a page is reckoned. */
const ORDERS = ['', '&order=asc', '&order=asc&type=debit', '&order=desc&type=debit'];
const LARGEST = 2_147_483_647;

type Parameter = Operation['parameters'][number] & { schema: { maximum?: number; description?: string } };

describe('the first and the last instant, and the largest number, in every field of every query', () => {
  let service: TestApp;
  let tenant: TestTenant;
  let account: TestAccount;
  const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as OpenAPIObject;
  const operations = operationsOf(document).filter(({ path }) => !path.endsWith('/stream'));

  beforeAll(async () => {
    service = await startTestApp();
    tenant = await createTenant(service);
    account = await createAccount(service, tenant);
  });
  afterAll(() => service.close());

  it('are answered, or refused by name: never a fault of ours', async () => {
    const { customerId, externalId, key } = account;
    const { post, get } = call(service, tenant.serverKey);
    const wallet = (await post('/v1/wallets').send({ customer_id: customerId, currency: 'eur' }).expect(200)).body.id;
    const { token } = (await get(`/v1/customers/portal/${externalId}`).expect(200)).body as { token: string };
    const faults: string[] = [];
    let answered = 0;
    for (const { path, parameters } of operations.filter(({ method }) => method === 'GET')) {
      const url = path.replace(/\{(\w+)\}/g, (_match, name: string) =>
        name.includes('external') ? externalId : path.includes('wallets') ? wallet : customerId,
      );
      const headers: Record<string, string> = path.startsWith('/v1/customer/portal')
        ? { 'x-session-token': token }
        : { 'x-api-key': path.startsWith('/account') ? key : tenant.serverKey };
      for (const query of (parameters as Parameter[]).flatMap(extremesOf)) {
        const response = await fetch(`${service.url}${url}?${query}`, { headers });
        const text = (await response.text()).slice(0, 100);
        if (response.status >= 500) faults.push(`${path}?${query}: ${response.status} ${text}`);
        if (response.ok) answered += 1;
      }
    }
    expect(faults).toEqual([]);
    expect(answered).toBeGreaterThan(100);
  }, 120_000);

  it('are of a period that begins before it can be written: nothing lies between', async () => {
    const { post } = call(service, tenant.serverKey);
    const { body } = await post('/v1/reconciliation/runs').send({ to: INSTANTS[0] }).expect(400);
    expect(body.details).toEqual({ to: 'must be after from' });
  });
});

function extremesOf({ name, in: place, schema }: Parameter): string[] {
  if (place !== 'query') return [];
  if (schema.type === 'integer') return ORDERS.map((order) => `${name}=${schema.maximum ?? LARGEST}${order}`);
  const isOfTime = /date|time|^from$|^to$|^at$/.test(`${name} ${schema.format ?? ''}`);
  return isOfTime ? [...DAYS, ...INSTANTS].map((value) => `${name}=${encodeURIComponent(value)}`) : [];
}
