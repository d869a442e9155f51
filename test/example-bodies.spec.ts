import { EntityManager } from '@mikro-orm/postgresql';
import type { OpenAPIObject } from '@nestjs/swagger';
import request from 'supertest';
import { EXAMPLE_BODIES } from '../src/http/openapi/example-bodies.js';
import { call, createAccount, createTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

type Ids = Record<string, string | undefined>;

interface Operation {
  operationId: string;
  requestBody?: { content: Record<string, { example: object }> };
}

describe('the bodies that the API documentation fills in', () => {
  let service: TestApp;
  let document: OpenAPIObject;
  beforeAll(async () => {
    service = await startTestApp();
    const { body } = await request(service.url).get('/openapi.json').expect(200);
    document = body as OpenAPIObject;
  });
  afterAll(async () => {
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
  });

  /** What the demo has: its customer, who has a wallet and has done a little of everything. */
  async function begin(path: string): Promise<{ keys: { server: string; account: string }; ids: Record<string, Ids> }> {
    const tenant = await createTenant(service);
    const account = await createAccount(service, tenant);
    const server = call(service, tenant.serverKey);
    const idOf = async (path: string, body: object) => ((await server.post(path).send(body)).body as { id: string }).id;
    await server.put(`/v1/customers/${account.customerId}`).send({ external_id: 'demo-customer' }).expect(200);
    const wallet = { customer_id: account.customerId, currency: 'usd', initial_credits_to_load: '100' };
    const walletId = await idOf('/v1/wallets', wallet);
    const debit = { credits: '5', transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: 'before' };
    await server.post(`/v1/wallets/${walletId}/debit`).send(debit).expect(200);
    const { body: entries } = await server.get(`/v1/wallets/${walletId}/transactions`).expect(200);
    const hold = { credits: '5', idempotency_key: 'hold-before' };
    // No others: a wallet with holds cannot be converted.
    const holds = path.includes('{hold_id}') ? { hold_id: await idOf(`/v1/wallets/${walletId}/holds`, hold) } : {};
    const ofAccount = path.startsWith('/account/credits/holds/')
      ? await call(service, account.key).post('/account/credits/holds/').send({ credits: 3 })
      : undefined;
    return {
      keys: { server: tenant.serverKey, account: account.key },
      ids: {
        wallets: { id: walletId, ...holds },
        customers: { id: account.customerId, customer_id: account.customerId },
        transactions: { id: (entries as { items: { id: string }[] }).items[0]?.id },
        account: { id: (ofAccount?.body as Ids | undefined)?.['id'] },
      },
    };
  }

  it.each(Object.keys(EXAMPLE_BODIES))('work as they stand: %s', async (name) => {
    const { path, method, body } = operationOf(document, name);
    const { keys, ids } = await begin(path);
    const room = path.replace('/v1', '').split('/')[1] as string;
    const url = path.replaceAll(/\{(\w+)\}/g, (_all, parameter: string) => String(ids[room]?.[parameter]));
    const query = name === 'updateCustomerByReference' ? { id: ids['customers']?.['id'] } : {};
    const client = call(service, room === 'account' ? keys.account : keys.server);
    const { ok, text } = await client[method](url).query(query).send(body);
    expect(ok ? '' : `${url}: ${text}`).toBe('');
  });
});

function operationOf({ paths }: OpenAPIObject, name: string) {
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, { operationId, requestBody }] of Object.entries(item as Record<string, Operation>)) {
      if (operationId !== name) continue;
      const body = requestBody?.content['application/json']?.example;
      return { path, method: method as 'post' | 'put' | 'patch', body };
    }
  }
  throw new Error(`there is no operation ${name}`);
}
