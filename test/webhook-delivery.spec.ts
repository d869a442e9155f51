import { EntityManager } from '@mikro-orm/postgresql';
import type { ServerResponse } from 'node:http';
import type { Response } from 'supertest';
import { RETRY_AFTER_MS } from '../src/webhooks/decide-delivery.js';
import { DeliveryQueue } from '../src/webhooks/delivery-queue.js';
import { DeliveryEngine } from '../src/webhooks/delivery-engine.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { WalletScene } from './support/wallet-scene.js';
import { type ApiClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { FrozenClock } from './support/frozen-clock.js';
import { WebhookReceiver } from './support/webhook-receiver.js';

/** Whatever the service answers. */
type Body = Response['body'];

const LEASE_MS = 60_000;

/** Of all processes: each opens what another has sealed. */
const KEY = Buffer.alloc(32, 7).toString('base64');

describe('the delivery of webhooks', () => {
  let database: TestDatabase;
  let clock: FrozenClock;
  let service: TestApp;
  let receiver: WebhookReceiver;
  let scene: WalletScene;
  let client: ApiClient;

  beforeEach(async () => {
    database = await createTestDatabase();
    clock = new FrozenClock();
    receiver = await WebhookReceiver.start();
    service = await start();
    scene = await WalletScene.create(service);
    client = scene.client;
  });
  afterEach(async () => {
    await receiver.close();
    await service.close();
    await database.drop();
  });

  /** A process on the same database; the database outlives it. */
  function start(config: object = {}): Promise<TestApp> {
    const shared = { ...database, drop: async () => undefined };
    return startTestApp({ database: shared, clock, config: { encryptionKey: KEY, ...config } });
  }
  async function subscribe(path = '/hook', event_types = ['wallet.created']): Promise<string> {
    const endpoint = { url: `${receiver.url}${path}`, event_types };
    return (await client.post('/v1/webhooks/endpoints', endpoint).expect(201)).body.id as string;
  }
  /** One event for each wallet. */
  async function happen(count = 1): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => scene.wallet('0')));
  }
  async function idle(of = service): Promise<void> {
    await of.get(DeliveryEngine).idle();
  }
  async function sweep(of = service): Promise<void> {
    await of.get(ScheduledTask).run();
    await idle(of);
  }
  const events = async (): Promise<Body[]> =>
    (await client.get('/v1/webhooks/events?limit=1000').expect(200)).body.items as Body[];
  const delivery = async (): Promise<Body> => (await events())[0]!['deliveries'][0];
  const endpoint = async (id: string): Promise<Body> => (await client.get(`/v1/webhooks/endpoints/${id}`)).body;
  const idsAt = (path: string) => receiver.at(path).map(({ headers }) => headers['webhook-id'] as string);

  it('is tried ten times at the published times, under one id, and then given up', async () => {
    await subscribe();
    const words = `it's "out" of order? \\ $1 ?? :x`;
    receiver.answer('/hook', 500, {}, words);
    await happen();
    await idle();
    for (const [index, wait] of RETRY_AFTER_MS.entries()) {
      const attempts = index + 1;
      expect(receiver.received).toHaveLength(attempts);
      expect(await delivery()).toMatchObject({ delivery_status: 'pending', attempts, last_status_code: 500 });
      clock.advance(wait - 1);
      await sweep();
      expect(receiver.received).toHaveLength(attempts);
      clock.advance(1 + wait * 0.1);
      await sweep();
    }
    expect(receiver.received).toHaveLength(10);
    const failed = { delivery_status: 'failed', attempts: 10, next_attempt_at: null, last_response: words };
    expect(await delivery()).toMatchObject(failed);
    clock.advance(1000 * 3_600_000);
    await sweep();
    expect(receiver.received).toHaveLength(10);
    expect(new Set(idsAt('/hook')).size).toBe(1);
    expect(new Set(receiver.received.map(({ text }) => text)).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(10);
  });

  it('ends with the first 2xx', async () => {
    await subscribe();
    receiver.answer('/hook', 503);
    await happen();
    await idle();
    // It never stops talking: what it has said so far is enough.
    receiver.answers.set('/hook', (response) => void response.writeHead(202).write('x'.repeat(100_000)));
    clock.advance(6000);
    await sweep();
    const delivered = await delivery();
    expect(delivered).toMatchObject({ delivery_status: 'delivered', attempts: 2, last_status_code: 202 });
    expect(delivered['last_response'].length).toBeLessThanOrEqual(1000);
    clock.advance(1000 * 3_600_000);
    await sweep();
    expect(receiver.received).toHaveLength(2);
  });

  it('has come when the status says so, also if the body breaks off or never ends', async () => {
    await subscribe('/broken');
    await subscribe('/endless');
    await subscribe('/refused');
    service.config.webhookTimeoutMs = 300;
    const begin = (status: number) => (response: ServerResponse) =>
      response.writeHead(status, { 'content-length': 100 }).write('so far');
    receiver.answers.set('/broken', (response) => {
      begin(200)(response);
      setImmediate(() => response.destroy());
    });
    receiver.answers.set('/endless', (response) => void begin(201)(response));
    receiver.answers.set('/refused', (response) => void begin(500)(response));
    await happen();
    await idle();
    const stands = (await events())[0]!['deliveries'].map((one: Body) => [
      one['last_status_code'],
      one['delivery_status'],
    ]);
    expect(stands).toEqual([
      [200, 'delivered'],
      [201, 'delivered'],
      [500, 'pending'],
    ]);
  });

  it('is taken up by the next process when one dies in the middle of it', async () => {
    await subscribe();
    receiver.answers.set('/hook', () => undefined);
    service.config.webhookTimeoutMs = 300;
    await happen(3);
    while (receiver.received.length < 3) await service.get(DeliveryEngine).wake();
    // Nothing of what the dead process saw is stored: it had claimed them, and that is all.
    await service.get(EntityManager).fork().execute(`create table kept as select * from webhook_delivery`);
    await idle();
    await service.close();
    service = await start();
    const em = service.get(EntityManager).fork();
    await em.execute(`delete from webhook_delivery`);
    await em.execute(`insert into webhook_delivery select * from kept`);
    await em.execute(`drop table kept`);
    receiver.answers.clear();
    await sweep();
    expect(receiver.received).toHaveLength(3);
    clock.advance(LEASE_MS);
    await sweep();
    expect(receiver.received).toHaveLength(6);
    expect(idsAt('/hook').slice(0, 3).sort()).toEqual(idsAt('/hook').slice(3).sort());
    client = withKey(service, client.key, client.scope);
    expect(new Set((await events()).map((event) => event['deliveries'][0].delivery_status))).toEqual(
      new Set(['delivered']),
    );
  });

  it('is not spoilt by a process that comes back when its lease has run out', async () => {
    await subscribe();
    receiver.answer('/hook', 500);
    await happen();
    await idle();
    const queue = service.get(DeliveryQueue);
    clock.advance(6000);
    const [late] = await queue.claim(1, new Map());
    clock.advance(LEASE_MS);
    const [current] = await queue.claim(1, new Map());
    expect([late?.attempt, current?.attempt]).toEqual([2, 3]);
    const result = { statusCode: 500, response: '', error: '' };
    await queue.record(late!, result, { status: 'pending', nextAttemptAt: clock.now() });
    expect(await queue.claim(1, new Map())).toEqual([]);
    await queue.record(current!, result, { status: 'delivered' });
    await queue.record(late!, result, { status: 'failed', isEndpointGone: false });
    expect(await delivery()).toMatchObject({ delivery_status: 'delivered', attempts: 3 });
  });

  it('comes to its end before the process does', async () => {
    await subscribe();
    receiver.answers.set('/hook', (response) => void setTimeout(() => response.writeHead(204).end(), 200));
    await happen();
    await until(() => receiver.received.length === 1);
    await service.close();
    service = await start();
    client = withKey(service, client.key, client.scope);
    expect(await delivery()).toMatchObject({ delivery_status: 'delivered', attempts: 1 });
  });

  it('is not begun a second time while it is under way, whoever asks', async () => {
    await subscribe();
    receiver.answers.set('/hook', () => undefined);
    service.config.webhookTimeoutMs = 1000;
    await happen();
    await until(() => receiver.received.length === 1);
    const [event] = await events();
    const { body } = await client.post('/v1/webhooks/retry', { system_event_id: event!['id'] }).expect(202);
    expect(body.message).toBe('0 deliveries queued');
    await idle();
    expect(receiver.received).toHaveLength(1);
  });

  it('is done by one of two processes that sweep at the same time', async () => {
    await subscribe();
    receiver.answer('/hook', 500);
    await happen(100);
    await idle();
    expect(receiver.received).toHaveLength(100);
    receiver.received.length = 0;
    receiver.answer('/hook', 204);
    const other = await start();
    clock.advance(6000);
    await Promise.all([sweep(), sweep(other)]);
    await Promise.all([idle(), idle(other)]);
    await other.close();
    expect(receiver.received).toHaveLength(100);
    expect(new Set(idsAt('/hook')).size).toBe(100);
  });

  it('reaches an endpoint that another process was given, within 5 s', async () => {
    const other = await start();
    const there = await WalletScene.create(other);
    await there.wallet('1');
    client = withKey(service, there.client.key, there.client.scope);
    await subscribe();
    clock.advance(5000);
    await there.wallet('1');
    await idle(other);
    await other.close();
    expect(receiver.received).toHaveLength(1);
  });

  it('is not held up by an endpoint that hangs', async () => {
    await subscribe('/hangs');
    await subscribe('/works');
    service.config.webhookTimeoutMs = 300;
    let isHanging = true;
    let open = 0;
    let mostOpen = 0;
    receiver.answers.set('/hangs', (response) => {
      mostOpen = Math.max(mostOpen, (open += 1));
      response.once('close', () => (open -= 1));
      if (!isHanging) response.writeHead(204).end();
    });
    await happen(30);
    await until(() => receiver.at('/works').length === 30);
    expect(new Set(idsAt('/works')).size).toBe(30);
    await idle();
    const hung = (await events())
      .flatMap((event) => event['deliveries'] as Body[])
      .filter(({ last_error }) => last_error);
    expect(hung[0]).toMatchObject({ last_error: 'no answer within 300 ms', last_status_code: null });
    isHanging = false;
    clock.advance(6000);
    await sweep();
    expect(new Set(idsAt('/hangs')).size).toBe(30);
    // All that it ever takes up is its own places.
    expect(mostOpen).toBeLessThanOrEqual(5);
  });

  it('disables an endpoint that answers 410, until somebody enables it', async () => {
    const id = await subscribe();
    receiver.answer('/hook', 410);
    await happen();
    await idle();
    expect(await endpoint(id)).toMatchObject({
      endpoint_status: 'disabled',
      disabled_reason: 'the endpoint answered 410 Gone',
    });
    expect(await delivery()).toMatchObject({ delivery_status: 'failed', attempts: 1, last_status_code: 410 });
    await happen();
    clock.advance(100 * 3_600_000);
    await sweep();
    expect(receiver.received).toHaveLength(1);
    expect(await events()).toHaveLength(1);
    receiver.answers.clear();
    await client.put(`/v1/webhooks/endpoints/${id}`, { endpoint_status: 'enabled' }).expect(200);
    await happen();
    await idle();
    expect(receiver.received).toHaveLength(2);
  });

  it('does not follow a redirect', async () => {
    await subscribe();
    receiver.answer('/hook', 302, { location: `${receiver.url}/elsewhere` });
    await happen();
    await idle();
    expect(receiver.at('/elsewhere')).toEqual([]);
    expect(await delivery()).toMatchObject({ delivery_status: 'pending', last_status_code: 302 });
  });

  it('is tried again after an answer that is none', async () => {
    await subscribe();
    receiver.answers.set('/hook', (response) => void response.destroy());
    await happen();
    await idle();
    expect(await delivery()).toMatchObject({ delivery_status: 'pending', last_status_code: null, last_response: '' });
    receiver.answers.set('/hook', (response) => response.socket?.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
    clock.advance(6000);
    await sweep();
    receiver.answers.set('/hook', (response) => response.socket?.end('nonsense\r\n\r\n'));
    clock.advance(400_000);
    await sweep();
    expect(await delivery()).toMatchObject({ delivery_status: 'pending', attempts: 3, last_status_code: null });
  });

  it('is repeated when somebody asks for it, also one that was given up or had come', async () => {
    await subscribe('/one');
    const two = await subscribe('/two');
    receiver.answer('/two', 410);
    await happen();
    await idle();
    const [event] = await events();
    const again = { system_event_id: event!['id'] as string };
    const retry = () => client.post('/v1/webhooks/retry', again);
    receiver.answer('/two', 204);
    await client.put(`/v1/webhooks/endpoints/${two}`, { endpoint_status: 'enabled' }).expect(200);
    expect((await retry().expect(202)).body).toEqual({ success: true, message: '2 deliveries queued', ...again });
    await idle();
    expect(idsAt('/one')).toEqual(Array(2).fill(event!['id']));
    expect(idsAt('/two')).toEqual(Array(2).fill(event!['id']));
    const disabled = { endpoint_status: 'disabled' };
    await client.put(`/v1/webhooks/endpoints/${two}`, disabled).expect(200);
    expect((await retry().expect(202)).body.message).toBe('1 delivery queued');
    await idle();
    await client.put(`/v1/webhooks/endpoints/${two}`, { endpoint_status: 'enabled' }).expect(200);
    await sweep();
    expect([idsAt('/one').length, idsAt('/two').length]).toEqual([3, 2]);
    await client.delete(`/v1/webhooks/endpoints/${two}`).expect(204);
    expect((await retry().expect(202)).body.message).toBe('1 delivery queued');
    await idle();
    expect([idsAt('/one').length, idsAt('/two').length]).toEqual([4, 2]);
    await client.post('/v1/webhooks/retry', { system_event_id: 'sys_event_unknown' }).expect(404);
    await client.post('/v1/webhooks/retry', { system_event_id: 7 }).expect(400);
  });

  it('counts as queued only what will be sent: nothing for an endpoint that is disabled', async () => {
    await subscribe('/one');
    await subscribe('/gone');
    receiver.answer('/gone', 410);
    await happen();
    await idle();
    const [event] = await events();
    const retried = await client.post('/v1/webhooks/retry', { system_event_id: event!['id'] }).expect(202);
    expect(retried.body.message).toBe('1 delivery queued');
    await idle();
    expect([idsAt('/one').length, idsAt('/gone').length]).toEqual([2, 1]);
  });

  it.each([
    ['never ends', 'hang'],
    ['breaks off', 'destroy'],
  ])('has come when the answer is 2xx, also one whose body %s', async (_what, how) => {
    await subscribe();
    service.config.webhookTimeoutMs = 300;
    receiver.answers.set('/hook', (response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('thank you');
      if (how === 'destroy') setImmediate(() => response.destroy());
    });
    await happen();
    await idle();
    const [event] = await events();
    expect((event!['deliveries'] as Body[])[0]).toMatchObject({
      delivery_status: 'delivered',
      last_status_code: 200,
      last_error: '',
    });
    clock.advance(60_000);
    await sweep();
    expect(receiver.received).toHaveLength(1);
  });

  it('forgets what it told of after 30 days', async () => {
    await subscribe();
    await happen();
    await idle();
    clock.advance(30 * 86_400_000 - 1);
    await sweep();
    expect(await events()).toHaveLength(1);
    clock.advance(3_600_000);
    await sweep();
    expect(await events()).toEqual([]);
    const left = await service.get(EntityManager).fork().execute('select 1 from webhook_delivery');
    expect(left).toEqual([]);
  });

  it('is looked after on a page of the console', async () => {
    const { body } = await client.get('/v1/webhooks/dashboard').expect(200);
    expect(body).toEqual({ url: `${service.url}/console/webhooks`, svix_enabled: false });
  });
});

async function until(isTrue: () => boolean): Promise<void> {
  for (let waits = 0; waits < 500 && !isTrue(); waits += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(isTrue()).toBe(true);
}
