import { EntityManager } from '@mikro-orm/postgresql';
import { Webhook } from 'standardwebhooks';
import { Config, ConfigError } from '../src/config.js';
import { WebhookEndpoint } from '../src/events/webhook-endpoint.entity.js';
import { SecretBox } from '../src/settings/secret-box.js';
import { StoredSecrets } from '../src/settings/stored-secrets.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { DeliveryEngine } from '../src/webhooks/delivery-engine.js';
import { SealedEndpointSecrets } from '../src/webhooks/endpoint-secrets.js';
import { type ApiClient, newTenantClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { FrozenClock } from './support/frozen-clock.js';
import { WebhookReceiver } from './support/webhook-receiver.js';

const HOUR_MS = 3_600_000;
const [OLD_KEY, NEW_KEY] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64')) as [string, string];
/** Sealed with a key that nobody has. */
const LOST = '00000000.bG9zdA';
const PLAIN = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface Process {
  stored: StoredSecrets;
  /** The secrets of the endpoint. */
  read(): Promise<string[]>;
}

describe('the secret of a webhook endpoint', () => {
  let database: TestDatabase;
  let clock: FrozenClock;
  let service: TestApp;
  let receiver: WebhookReceiver;
  let client: ApiClient;
  let id: string;
  let secret: string;
  let wallets = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    clock = new FrozenClock();
    service = await start();
  });
  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
    client = await newTenantClient(service);
    const endpoint = { url: receiver.url, event_types: ['wallet.created'] };
    const { body } = await client.post('/v1/webhooks/endpoints', endpoint).expect(201);
    ({ id, secret } = body as { id: string; secret: string });
  });
  afterEach(() => receiver.close());
  afterAll(async () => {
    await service.close();
    await database.drop();
  });

  function start(): Promise<TestApp> {
    const shared = { ...database, drop: async () => undefined };
    return startTestApp({ database: shared, clock, config: { encryptionKey: OLD_KEY } });
  }
  /** What a process with other settings makes of the same rows. */
  function processWith(settings: Partial<Config>): Process {
    const config = Object.assign(new Config(), service.config, settings);
    const box = new SecretBox(config);
    const stored = new StoredSecrets(service.get(EntityManager), box, config);
    const secrets = new SealedEndpointSecrets(box, stored, clock);
    secrets.onModuleInit();
    return { stored, read: async () => secrets.inForce(await stand(), { id, ...client.scope }) };
  }
  async function rotate(body: Record<string, unknown> = {}): Promise<string> {
    const answer = await client.post(`/v1/webhooks/endpoints/${id}/rotate-secret`, body).expect(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    return answer.body.secret as string;
  }
  /** Lets something happen. @returns which of the secrets its delivery is signed with, in order; undefined for others */
  async function signedWith(...secrets: string[]): Promise<(number | undefined)[]> {
    const external_customer_id = `customer-${(wallets += 1)}`;
    await client.post('/v1/customers', { external_id: external_customer_id, name: 'Acme' }).expect(201);
    await client.post('/v1/wallets', { external_customer_id, currency: 'usd' }).expect(200);
    await service.get(DeliveryEngine).idle();
    const { headers, text } = receiver.received.at(-1)!;
    const sign = (one: string) => new Webhook(one).sign(headers['webhook-id'] as string, clock.now(), text);
    const signatures = secrets.map(sign);
    return String(headers['webhook-signature'])
      .split(' ')
      .map((signature) => (signatures.includes(signature) ? signatures.indexOf(signature) : undefined));
  }
  const rows = () => service.get(EntityManager).fork();
  /** What is stored of the endpoint. */
  const stand = async (of = id) => (await rows().findOneOrFail(WebhookEndpoint, { id: of })).sealedSecrets;
  const setStand = (sealedSecrets: string) => rows().nativeUpdate(WebhookEndpoint, { id }, { sealedSecrets });

  it('is nowhere in the database as it is, and in no answer but that to its making', async () => {
    expect(await signedWith(secret)).toEqual([0]);
    const sql = 'select row_to_json(e)::text as text from webhook_endpoint e where id = ?';
    const [row] = await rows().execute<{ text: string }[]>(sql, [id]);
    expect(row?.text).not.toContain('whsec_');
    expect(row?.text).not.toContain(secret.slice(6, 20));
    const seen = [
      await client.get(`/v1/webhooks/endpoints/${id}`),
      await client.get('/v1/webhooks/endpoints'),
      await client.put(`/v1/webhooks/endpoints/${id}`, { description: 'Billing' }),
    ];
    expect(seen.map(({ status, text }) => [status, /whsec|[0-9a-f]{8}\.[\w-]{60}/.test(text)])).toEqual(
      seen.map(() => [200, false]),
    );
  });

  it('is rotated with an overlap of a day, in which both sign', async () => {
    const next = await rotate();
    expect(await signedWith(next, secret)).toEqual([0, 1]);
    clock.advance(24 * HOUR_MS - 1000);
    expect(await signedWith(next, secret)).toEqual([0, 1]);
    clock.advance(1000);
    expect(await signedWith(next, secret)).toEqual([0]);
  });

  it('ends at once when it has leaked, with all of those before', async () => {
    const second = await rotate();
    const third = await rotate({ overlap_seconds: 0 });
    expect(await signedWith(third, second, secret)).toEqual([0]);
    const fourth = await rotate({ overlap_seconds: 60 });
    expect(await signedWith(fourth, third)).toEqual([0, 1]);
    clock.advance(60_000);
    expect(await signedWith(fourth, third)).toEqual([0]);
  });

  it('is rotated by nobody else, and not by a mistake', async () => {
    const path = `/v1/webhooks/endpoints/${id}/rotate-secret`;
    await (await newTenantClient(service)).post(path).expect(404);
    await client.post('/v1/webhooks/endpoints/endpoint_none/rotate-secret').expect(404);
    for (const body of [
      { overlap_seconds: -1 },
      { overlap_seconds: 86_401 },
      { overlap_seconds: '0' },
      { overlap: 0 },
    ]) {
      await client.post(path, body).expect(400);
    }
    expect(await signedWith(secret)).toEqual([0]);
    await client.empty(path).expect(200);
    for (let times = 1; times < 4; times += 1) await rotate();
    const { body } = await client.post(path, { overlap_seconds: 1 }).expect(400);
    expect(body.code).toBe('too_many_secrets');
    await client.delete(`/v1/webhooks/endpoints/${id}`).expect(204);
    await client.post(path).expect(404);
  });

  it('is counted once each, when several rotate it at the same time', async () => {
    const made = await Promise.all([
      rotate(),
      rotate(),
      service
        .get(StoredSecrets)
        .reseal()
        .then(() => rotate()),
    ]);
    const used = await signedWith(...made, secret);
    expect(new Set(used)).toEqual(new Set([0, 1, 2, 3]));
  });

  it('of before secrets were encrypted signs on, and is encrypted at the next start', async () => {
    await setStand(PLAIN);
    expect(await signedWith(PLAIN)).toEqual([0]);
    await service.close();
    service = await start();
    client = withKey(service, client.key, client.scope);
    expect(await stand()).toMatch(/^[0-9a-f]{8}\./);
    expect(await signedWith(PLAIN)).toEqual([0]);
    const next = await rotate();
    expect(await signedWith(next, PLAIN)).toEqual([0, 1]);
  });

  it('that an earlier version has stored meanwhile is encrypted within the hour', async () => {
    await setStand(PLAIN);
    clock.advance(HOUR_MS);
    await service.get(ScheduledTask).run();
    expect(await stand()).toMatch(/^[0-9a-f]{8}\./);
    expect(await signedWith(PLAIN)).toEqual([0]);
  });

  it('survives a change of keys, after which the old key opens nothing', async () => {
    const before = await stand();
    const [first, second, last] = [`${OLD_KEY},${NEW_KEY}`, `${NEW_KEY},${OLD_KEY}`, NEW_KEY].map((encryptionKey) =>
      processWith({ encryptionKey }),
    ) as [Process, Process, Process];
    await first.stored.reseal();
    expect([await stand(), await second.read()]).toEqual([before, [secret]]);
    await second.stored.reseal();
    const after = await stand();
    expect(after.slice(0, 8)).not.toBe(before.slice(0, 8));
    await last.stored.reseal();
    expect([await stand(), await last.read(), await first.read()]).toEqual([after, [secret], [secret]]);
    await expect(processWith({ encryptionKey: OLD_KEY }).read()).rejects.toThrow(
      'a key that this service does not have',
    );
  });

  it('is encrypted anew also behind many that no key opens', async () => {
    await rows().execute(
      `insert into webhook_endpoint select (jsonb_populate_record(e, jsonb_build_object('id', lost, 'secret', ?::text))).*
       from webhook_endpoint e, (select 'endpoint_00' || generate_series(1, 150) as lost) many where e.id = ?`,
      [LOST, id],
    );
    await setStand(PLAIN);
    await service.get(StoredSecrets).reseal();
    expect(await stand('endpoint_00150')).toBe(LOST);
    expect(await stand()).not.toContain(PLAIN);
    expect(await processWith({}).read()).toEqual([PLAIN]);
  });

  it('of another endpoint signs nothing here', async () => {
    const { body } = await client.post('/v1/webhooks/endpoints', { url: receiver.url }).expect(201);
    await setStand(await stand(body.id as string));
    await client.delete(`/v1/webhooks/endpoints/${body.id}`).expect(204);
    await client.post('/v1/customers', { external_id: 'acme', name: 'Acme' }).expect(201);
    await client.post('/v1/wallets', { external_customer_id: 'acme', currency: 'usd' }).expect(200);
    await service.get(DeliveryEngine).idle();
    expect(receiver.received).toEqual([]);
    const events = await client.get('/v1/webhooks/events').expect(200);
    expect(events.text).toContain('encrypted with a key that this service does not have');
    // The way out: what is kept of nothing need not be opened.
    await client.post(`/v1/webhooks/endpoints/${id}/rotate-secret`).expect(503);
    expect(await signedWith(await rotate({ overlap_seconds: 0 }))).toEqual([0]);
  });

  it('needs ENCRYPTION_KEY in production', async () => {
    const { stored } = processWith({ mode: 'production', encryptionKey: undefined });
    await expect(stored.reseal()).rejects.toThrow(ConfigError);
    await rows().nativeDelete(WebhookEndpoint, {});
    await expect(stored.reseal()).resolves.toBeUndefined();
  });
});
