import { readFileSync } from 'node:fs';
import type { OpenAPIObject } from '@nestjs/swagger';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { type Operation, operationsOf } from './support/fuzz-request.js';
import { fieldsOf, sampleOf } from './support/sample-body.js';

const JSON_TYPE = 'application/json';
/** What a body needs beside what the document calls required: one of two fields, mostly. */
const NEEDED: [RegExp, Record<string, unknown>][] = [
  [/top-up$/, { credits_to_add: '5' }],
  [/coupons$/, { percent_off: 10 }],
  [/setup$/, { success_url: 'https://acme.example/back', cancel_url: 'https://acme.example/back' }],
  [/refund$/, { amount_minor: 1 }],
];

const ENDING = /(capture|release|terminate|modify|refund|reverse|payment)$/;

/** What requests are about. */
interface Scene {
  account: TestAccount;
  /** Real ids, by the field or the part of the path that takes them. */
  ids: Record<string, string>;
}

/** Clients write `null` for what they have no value for, in fields with a default above all. */
describe('null, in every field of every body', () => {
  let service: TestApp;
  let tenant: TestTenant;
  let sent = 0;
  let reached = 0;
  const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as OpenAPIObject;

  beforeAll(async () => {
    service = await startTestApp({ config: { paymentTimeoutMs: 200 } });
    tenant = await createTenant(service);
  });
  afterAll(() => service.close());

  it('is taken for no value, or refused by name: never a fault of ours', async () => {
    const faults: string[] = [];
    let scene = await newScene();
    let isOver = false;
    for (const operation of operationsOf(document)) {
      const schema = operation.bodies[JSON_TYPE];
      if (!schema) continue;
      for (const field of fieldsOf(document, schema)) {
        if (isOver) scene = await newScene();
        const { status, text } = await send(operation, scene, field);
        if (status >= 500) faults.push(`${operation.method} ${operation.path} ${field.join('.')}: ${status} ${text}`);
        if (status < 300) reached += 1;
        // What has succeeded may have ended what it was about.
        isOver = status < 300 && ENDING.test(operation.path);
      }
    }
    expect(faults).toEqual([]);
    // Enough of them, and enough that got past the checks, for it to mean something.
    expect(sent).toBeGreaterThan(300);
    expect(reached).toBeGreaterThan(150);
  }, 120_000);

  async function send({ method, path, bodies }: Operation, { account, ids }: Scene, field: string[]) {
    sent += 1;
    const url = path.replace(/\{(\w+)\}/g, (_match, name: string) => ids[collectionOf(path, name)] ?? ids[name] ?? 'x');
    const sample = sampleOf(document, bodies[JSON_TYPE] as object, { ...ids, external_id: `new-${sent}` }, field);
    const needed = NEEDED.find(([route]) => route.test(path))?.[1];
    const isOwn = path.startsWith('/account') && !path.endsWith('/wallet/');
    const headers = {
      'content-type': JSON_TYPE,
      'idempotency-key': `null-${sent}`,
      'x-api-key': isOwn ? account.key : tenant.serverKey,
      ...(path.startsWith('/account') ? { 'x-customer-id': account.customerId } : {}),
    };
    const body = JSON.stringify(field.length === 1 ? { ...needed, ...(sample as object) } : sample);
    const query = path === '/v1/customers' && method === 'PUT' ? `?id=${account.customerId}` : '';
    const response = await fetch(service.url + url + query, { method, headers, body });
    return { status: response.status, text: (await response.text()).slice(0, 200) };
  }

  async function newScene(): Promise<Scene> {
    const account = await createAccount(service, tenant);
    const { customerId, externalId } = account;
    const { post, get } = call(service, tenant.serverKey);
    const own = call(service, account.key);
    await own.post('/account/credits/top-up/').send({ pack_id: 'pack_1000' }).expect(200);
    const [wallet] = (await get(`/v1/customers/${customerId}/wallets`)).body as { id: string }[];
    const walletId = wallet?.id as string;
    const first = async (path: string) => (await get(path)).body.items[0].id as string;
    const [hold, endpoint, topUp, invoice, transaction] = await Promise.all([
      own.post('/account/credits/holds/').send({ credits: 5 }),
      post('/v1/webhooks/endpoints').send({ url: 'http://127.0.0.1:9/hook' }),
      first(`/v1/wallets/${walletId}/top-ups`),
      first(`/v1/invoices?customer_id=${customerId}`),
      first(`/v1/wallets/${walletId}/transactions`),
    ]);
    const ids = {
      customers: customerId,
      customer_id: customerId,
      external_customer_id: externalId,
      wallets: walletId,
      wallet_id: walletId,
      environments: tenant.environmentId,
      environment_id: tenant.environmentId,
      key: 'wallets',
      pack_id: 'pack_10',
      'credit-packs': 'pack_10',
      hold_id: hold.body.id as string,
      holds: hold.body.id as string,
      endpoints: endpoint.body.id as string,
      'top-ups': topUp,
      invoices: invoice,
      transactions: transaction,
    };
    return { account, ids };
  }
});

function collectionOf(path: string, name: string): string {
  return path.split(`/{${name}}`)[0]?.split('/').at(-1) ?? '';
}
