import { randomUUID } from 'node:crypto';
import { EntityManager } from '@mikro-orm/postgresql';
import { PaymentMethod } from '../src/customers/payment-method.entity.js';
import { PaymentMethodsService } from '../src/customers/payment-methods.service.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';

describe('payment methods', () => {
  let service: TestApp;
  let client: ApiClient;
  let customerId: string;

  beforeAll(async () => {
    service = await startTestApp();
  });
  beforeEach(async () => {
    client = await newTenantClient(service);
    customerId = await newCustomer();
  });
  afterAll(() => service.close());

  async function newCustomer(): Promise<string> {
    const response = await client.post('/v1/customers', { external_id: randomUUID(), name: 'Acme' });
    return response.body.id;
  }

  const path = (id = '') => `/v1/customers/${customerId}/payment-methods${id && `/${id}`}`;
  const onFile = async () => (await client.get(path())).body.items;
  const findChargeable = () => service.get(PaymentMethodsService).findChargeable(client.scope, customerId);

  it('begin, on the sandbox of a development environment, with a card that approves', async () => {
    expect(await onFile()).toEqual([
      expect.objectContaining({
        id: expect.stringMatching(/^pm_/),
        customer_id: customerId,
        provider: 'sandbox',
        brand: 'visa',
        last4: '4242',
        expiry_month: 12,
        expiry_year: 2034,
        status: 'published',
      }),
    ]);
    expect(await findChargeable()).toMatchObject({ providerRef: 'pm_sandbox_approve' });
  });

  it('do not exist for a new customer of a production environment, which has no provider either', async () => {
    client = await newTenantClient(service, 'production');
    customerId = await newCustomer();
    expect(await onFile()).toEqual([]);
    expect(await findChargeable()).toBeUndefined();
    const response = await client.post(path(), { token: 'pm_sandbox_approve' });
    expect([response.status, response.body.code]).toEqual([400, 'invalid_operation']);
  });

  it('are replaced by the next, one being on file at any time', async () => {
    const [before] = await onFile();
    const changes: string[] = [];
    service.get(PaymentMethodsService).onReplaced = async (_tx, method) => {
      changes.push(method.customerId);
      return () => undefined;
    };
    const response = await client.post(path(), { token: 'pm_sandbox_decline' });
    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({ last4: '9995', status: 'published' });
    expect(response.body.fingerprint).not.toBe(before.fingerprint);
    expect(await onFile()).toEqual([response.body]);
    expect(await findChargeable()).toMatchObject({ id: response.body.id, providerRef: 'pm_sandbox_decline' });
    expect(changes).toEqual([customerId]);
  });

  it('are one on file when ten are added at once', async () => {
    const requests = Array.from({ length: 10 }, () => client.post(path(), { token: 'pm_sandbox_approve' }));
    expect((await Promise.all(requests)).map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    expect(await onFile()).toHaveLength(1);
  });

  it('refuse tokens that the provider does not know, and card numbers', async () => {
    for (const token of ['tok_visa', '4242424242424242']) {
      const response = await client.post(path(), { token });
      expect([response.status, Object.keys(response.body.details)]).toEqual([400, ['token']]);
    }
    for (const body of [{}, { token: '' }, { token: 5 }, { token: 'pm_sandbox_approve', number: '4242' }]) {
      expect((await client.post(path(), body)).status).toBe(400);
    }
    expect(await onFile()).toEqual([expect.objectContaining({ last4: '4242' })]);
  });

  it('are removed, once', async () => {
    const [card] = await onFile();
    expect((await client.delete(path(card.id))).status).toBe(204);
    expect(await onFile()).toEqual([]);
    expect(await findChargeable()).toBeUndefined();
    expect((await client.delete(path(card.id))).status).toBe(404);
    expect((await client.post(path(), { token: 'pm_sandbox_approve' })).status).toBe(201);
  });

  it('stay saved when they are replaced, and one of them is the backup once it is chosen', async () => {
    const [first] = await onFile();
    const { body: second } = await client.post(path(), { token: 'pm_sandbox_decline' });
    const saved = async () => (await client.get(`${path()}?status=archived`).expect(200)).body.items;
    expect(await saved()).toEqual([expect.objectContaining({ id: first.id, role: null, status: 'archived' })]);
    const chosen = await client.put(path(`${first.id}/backup`), {}).expect(200);
    expect(chosen.body).toMatchObject({ id: first.id, role: 'backup', status: 'published' });
    expect(await onFile()).toMatchObject([
      { id: second.id, role: 'default' },
      { id: first.id, role: 'backup' },
    ]);
    expect(await findChargeable()).toMatchObject({ id: second.id });
    await client.put(path(`${first.id}/backup`), {}).expect(200);
    const { body: third } = await client.post(path(), { token: 'pm_sandbox_processing' });
    await client.put(path(`${second.id}/backup`), {}).expect(200);
    expect(await onFile()).toMatchObject([{ id: third.id }, { id: second.id, role: 'backup' }]);
    await client.delete(path(`${second.id}/backup`)).expect(204);
    await client.delete(path(`${second.id}/backup`)).expect(404);
    const ids = (await saved()).map(({ id }: { id: string }) => id);
    expect(new Set(ids)).toEqual(new Set([first.id, second.id]));
    await client.delete(path(first.id)).expect(204);
    expect(await saved()).toMatchObject([{ id: second.id }]);
  });

  it('are no backup of themselves, expired, removed, or of another customer', async () => {
    const [first] = await onFile();
    const refused = async (id: string) => {
      const { status, body } = await client.put(path(`${id}/backup`), {});
      return [status, body.code];
    };
    expect(await refused(first.id)).toEqual([400, 'is_on_file']);
    const { body: second } = await client.post(path(), { token: 'pm_sandbox_decline' });
    const em = service.get(EntityManager).fork();
    await em.nativeUpdate(PaymentMethod, { id: first.id }, { expiryYear: 2020 });
    expect(await refused(first.id)).toEqual([400, 'card_expired']);
    await client.delete(path(first.id)).expect(204);
    expect((await refused(first.id))[0]).toBe(404);
    customerId = await newCustomer();
    expect((await refused(second.id))[0]).toBe(404);
  });

  it('that come on file are their own backup no more', async () => {
    const [first] = await onFile();
    await client.post(path(), { token: 'pm_sandbox_decline' });
    await client.put(path(`${first.id}/backup`), {}).expect(200);
    await client.post(path(), { token: 'pm_sandbox_approve' });
    expect(await onFile()).toMatchObject([{ role: 'default', fingerprint: first.fingerprint }]);
  });

  it('are nobody else’s', async () => {
    const [card] = await onFile();
    const owner = client;
    client = await newTenantClient(service);
    expect((await client.get(path())).status).toBe(404);
    expect((await client.post(path(), { token: 'pm_sandbox_approve' })).status).toBe(404);
    expect((await client.delete(path(card.id))).status).toBe(404);
    expect((await client.put(path(`${card.id}/backup`), {})).status).toBe(404);
    client = owner;
    expect(await onFile()).toEqual([card]);
  });
});
