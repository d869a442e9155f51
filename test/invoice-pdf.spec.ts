import type { Response } from 'supertest';
import { type ApiClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase } from './support/database.js';
import { SdkScene } from './support/sdk-scene.js';

describe('the PDF of an invoice', () => {
  let service: TestApp;
  let other: TestApp;
  let scene: SdkScene;
  let there: ApiClient;

  beforeAll(async () => {
    const database = await createTestDatabase();
    service = await startTestApp({ database });
    other = await startTestApp({ database: { ...database, drop: async () => undefined }, clock: service.clock });
    scene = await SdkScene.create(service);
    there = withKey(other, scene.client.key, scene.client.scope);
  });
  afterAll(async () => {
    await other.close();
    await service.close();
  });

  const read = (client: ApiClient, id: string, tag = '') =>
    client.get(`/v1/invoices/${id}/pdf`).set('If-None-Match', tag).buffer(true);
  const tagOf = ({ headers }: Response) => headers['etag'] as string;

  it('is sent once to whoever keeps it, by whichever process', async () => {
    const id = await scene.newInvoice();
    const first = await read(scene.client, id).expect(200);
    expect(first.headers['cache-control']).toBe('private, no-cache');
    for (const client of [scene.client, there]) {
      const again = await read(client, id, tagOf(first)).expect(304);
      expect([again.body, tagOf(again)]).toEqual([{}, tagOf(first)]);
      expect(again.headers).not.toHaveProperty('content-disposition');
    }
    const elsewhere = await read(there, id).expect(200);
    expect([elsewhere.body, tagOf(elsewhere)]).toEqual([first.body, tagOf(first)]);
  });

  it('is never an old one, when another process has booked a payment', async () => {
    const id = await scene.newInvoice();
    const unpaid = await read(there, id).expect(200);
    await scene.pay(id, '4');
    const partlyPaid = await read(there, id, tagOf(unpaid)).expect(200);
    await scene.pay(id);
    const paid = await read(there, id, tagOf(partlyPaid)).expect(200);
    expect(new Set([unpaid, partlyPaid, paid].map(tagOf)).size).toBe(3);
    expect((paid.body as Buffer).equals(unpaid.body as Buffer)).toBe(false);
  });
});
