import { EntityManager } from '@mikro-orm/postgresql';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

describe('deleting a customer', () => {
  let service: TestApp;
  let client: ApiClient;
  let id: string;

  beforeAll(async () => {
    service = await startTestApp();
  });
  beforeEach(async () => {
    client = await newTenantClient(service);
    id = (await client.post('/v1/customers', { external_id: 'acme', name: 'Acme' }).expect(201)).body.id;
  });
  afterAll(async () => {
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
  });

  const openWallet = async (): Promise<string> =>
    (await client.post('/v1/wallets', { customer_id: id, currency: 'usd' }).expect(200)).body.id;

  it('hides it everywhere and frees its external id', async () => {
    const answer = await client.delete(`/v1/customers/${id}`).expect(204);
    expect(answer.text).toBe('');
    await client.get(`/v1/customers/${id}`).expect(404);
    await client.get('/v1/customers/external/acme').expect(404);
    await client.put(`/v1/customers/${id}`, { name: 'Late' }).expect(404);
    await client.delete(`/v1/customers/${id}`).expect(404);
    expect((await client.post('/v1/customers/search', {})).body.items).toEqual([]);
    expect((await client.post('/v1/customers/search', { status: 'deleted' })).body.items).toHaveLength(1);
    const again = await client.post('/v1/customers', { external_id: 'acme', name: 'Acme again' }).expect(201);
    expect(again.body.id).not.toBe(id);
    expect((await client.get('/v1/customers/lookup/acme').expect(200)).body.id).toBe(again.body.id);
  });

  it('is refused while a wallet is not closed, and names it', async () => {
    const walletId = await openWallet();
    const refusal = await client.delete(`/v1/customers/${id}`).expect(400);
    expect(refusal.body).toMatchObject({
      code: 'invalid_operation',
      details: { customer_id: id, wallet_id: walletId },
    });
    await client.post(`/v1/wallets/${walletId}/terminate`).expect(200);
    await client.delete(`/v1/customers/${id}`).expect(204);
    expect((await client.get(`/v1/wallets/${walletId}`).expect(200)).body.wallet_status).toBe('closed');
  });

  it('takes its cards and the keys of its account along', async () => {
    const { body: key } = await client.post('/v1/secrets/api/keys', { name: 'Account', customer_id: id }).expect(201);
    await client.get(`/v1/customers/${id}/payment-methods`).expect(200);
    await client.delete(`/v1/customers/${id}`).expect(204);
    await client.get(`/v1/customers/${id}/payment-methods`).expect(404);
    const account = await client.get('/account/credits').set('x-api-key', key.api_key);
    expect(account.status).toBe(401);
    expect((await client.get('/v1/secrets/api/keys')).body.items).toHaveLength(1);
  });

  it('and opening a wallet at once never leave a wallet without an owner', async () => {
    for (let round = 0; round < 10; round += 1) {
      const external_id = `race-${round}`;
      const { body: customer } = await client.post('/v1/customers', { external_id, name: 'Race' }).expect(201);
      const [deleted, opened] = await Promise.all([
        client.delete(`/v1/customers/${customer.id}`),
        client.post('/v1/wallets', { customer_id: customer.id, currency: 'usd' }),
      ]);
      expect([`${deleted.status} ${opened.status}`]).toEqual([expect.stringMatching(/^(204 404|400 200)$/)]);
    }
  });

  it('is another tenant’s business for strangers', async () => {
    const stranger = await newTenantClient(service);
    await stranger.delete(`/v1/customers/${id}`).expect(404);
    await client.get(`/v1/customers/${id}`).expect(200);
  });
});
