import { EntityManager } from '@mikro-orm/postgresql';
import { setImmediate } from 'node:timers/promises';
import pg from 'pg';
import request from 'supertest';
import { StreamedEvents } from '../src/events/stream/streamed-events.js';
import { EventFeeds } from '../src/webhooks/stream/event-feeds.js';
import { EventStreams } from '../src/webhooks/stream/event-streams.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { TestLedger } from './support/ledger.js';
import { StreamReader } from './support/stream-reader.js';
import { untilSomebodyWaits } from './support/until-somebody-waits.js';

const KNOWN_MS = 7001;

describe.each(DATABASES)('the stream of events, on %s', (name, createDatabase) => {
  let service: TestApp;
  let client: ApiClient;
  let ledger: TestLedger;
  let em: EntityManager;
  const readers: StreamReader[] = [];
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    em = service.get(EntityManager).fork();
  });
  beforeEach(async () => {
    client = await newTenantClient(service);
    ledger = new TestLedger(service, client.scope);
  });
  afterEach(() => {
    for (const reader of readers.splice(0)) reader.leave();
  });
  afterAll(() => service.close());

  async function open(options: { query?: string; lastId?: string; key?: string; cookie?: string; url?: string } = {}) {
    const { key = client.key, url = service.url, ...rest } = options;
    const reader = await StreamReader.open(url, key, rest);
    readers.push(reader);
    return reader;
  }

  /** One that is told everything from here on. */
  async function openReady(options: Parameters<typeof open>[0] = {}) {
    const reader = await open(options);
    service.clock.advance(KNOWN_MS);
    await service.get(EventStreams).look();
    await reader.until(({ messages }) => messages.some(({ event }) => event === 'ready'));
    return reader;
  }

  const written = async (): Promise<number> => {
    const sql = 'select count(*)::int as count from streamed_event where environment_id = ?';
    const [row] = await em.execute<{ count: number }[]>(sql, [client.scope.environmentId]);
    return row?.count ?? 0;
  };
  const amounts = (reader: StreamReader) =>
    reader.events.map(
      ({ data }) => (data.body?.['transaction'] as { amount?: string } | undefined)?.amount ?? data.event_type,
    );

  it('tells what was booked, in order, and of one wallet only whoever asks for that', async () => {
    const [one, other] = [await ledger.open({}, '10'), await ledger.open({}, '10')];
    const all = await openReady();
    const ofOne = await open({ query: `?wallet_id=${one}` });
    expect(all.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await ledger.debit(one, '1');
    await ledger.debit(other, '2');
    await ledger.debit(one, '3');
    await all.until(({ events }) => events.length === 3);
    await ofOne.until(({ events }) => events.length === 2);
    expect(amounts(all)).toEqual(['1', '2', '3']);
    expect(amounts(ofOne)).toEqual(['1', '3']);
    expect(all.events.every(({ data }) => data.event_type === 'wallet.transaction.created')).toBe(true);
  });

  it('goes on behind the last message that was read, without loss and without doubles', async () => {
    const walletId = await ledger.open({}, '1000');
    const first = await openReady();
    for (let credits = 1; credits <= 5; credits += 1) await ledger.debit(walletId, String(credits));
    await first.until(({ events }) => events.length === 5);
    first.leave();
    await ledger.debit(walletId, '6');
    const lastId = first.events[2]!.id;
    const debits = Array.from({ length: 20 }, (_, index) => ledger.debit(walletId, String(index + 7)));
    const again = await open({ lastId });
    await Promise.all(debits);
    await again.until(({ events }) => events.length >= 23);
    await ledger.debit(walletId, '100');
    await again.until(({ events }) => events.length >= 24);
    expect(amounts(again)).toEqual([...Array.from({ length: 23 }, (_, index) => String(index + 4)), '100']);
    expect(new Set(again.events.map(({ data }) => data.id)).size).toBe(24);
    expect(again.messages.some(({ event }) => event === 'reset')).toBe(false);
  });

  it('tells of all that was missed, however much that is', async () => {
    const walletId = await ledger.open({}, '1000');
    const first = await openReady();
    const lastId = first.messages[0]!.id;
    const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key ${index}`, 'x'.repeat(900)]));
    first.leave();
    const debit = { transaction_reason: 'MANUAL_BALANCE_DEBIT', credits: '1', metadata };
    const post = (_: unknown, n: number) =>
      client.post(`/v1/wallets/${walletId}/debit`, { ...debit, idempotency_key: `large ${n}` }).expect(200);
    await Promise.all(Array.from({ length: 60 }, post));
    const again = await open({ lastId });
    await again.until(({ events, isEnded }) => events.length === 60 || isEnded);
    expect([again.events.length, again.isEnded]).toEqual([60, false]);
  });

  it('says so where it no longer knows what was missed, and goes on from now', async () => {
    const walletId = await ledger.open({}, '10');
    const first = await openReady();
    const lastId = first.messages[0]!.id;
    first.leave();
    service.clock.advance(300_001);
    const again = await open({ lastId });
    await again.until(({ messages }) => messages[0]?.event === 'reset');
    await ledger.debit(walletId, '1');
    await again.until(({ events }) => events.length === 1);
    const otherPlace = await open({ lastId: `999999999999.${service.clock.now().getTime()}.` });
    await otherPlace.until(({ messages }) => messages[0]?.event === 'reset');
    expect((await open({ lastId: 'not one' })).response.status).toBe(400);
  });

  it('writes nothing while nobody looks, and nothing any more once nobody has for minutes', async () => {
    const walletId = await ledger.open({}, '10');
    await ledger.debit(walletId, '1');
    expect(await written()).toBe(0);
    const reader = await openReady();
    await ledger.debit(walletId, '1');
    await reader.until(({ events }) => events.length === 1);
    expect(await written()).toBe(1);
    reader.leave();
    await service.get(StreamedEvents).forget();
    service.clock.advance(185_000);
    await ledger.debit(walletId, '1');
    expect(await written()).toBe(1);
    service.clock.advance(400_000);
    await service.get(StreamedEvents).forget();
    expect(await written()).toBe(0);
  });

  it('ends where nobody had said for minutes that somebody looks, so that whoever comes again is told so', async () => {
    const walletId = await ledger.open({}, '10');
    const reader = await openReady();
    const lastId = reader.messages[0]!.id;
    // As of a process that was asleep, or had no database.
    service.clock.advance(185_000);
    await ledger.debit(walletId, '1');
    for (let polls = 0; polls < 60 && !reader.isEnded; polls += 1) await service.get(EventFeeds).look(true);
    await reader.until(({ isEnded }) => isEnded);
    const again = await open({ lastId });
    await again.until(({ messages }) => messages[0]?.event === 'reset');
  });

  it('ends with its key, and shows a key only what it may read', async () => {
    const make = async (scopes: string[]) =>
      (await client.post('/v1/secrets/api/keys', { name: 'x', scopes }).expect(201)).body as {
        api_key: string;
        secret: { id: string };
      };
    const blind = await make(['webhooks:read']);
    const reader = await openReady({ key: blind.api_key });
    const walletId = await ledger.open({}, '10');
    await reader.until(({ events }) => events.length > 0);
    expect(reader.events[0]!.data).toMatchObject({ wallet_id: walletId, body: null });
    await client.delete(`/v1/secrets/api/keys/${blind.secret.id}`).expect(204);
    await service.get(EventStreams).look();
    await reader.until(({ isEnded }) => isEnded);
  });

  it('ends with the session that let it in, also where its key goes on', async () => {
    const enter = await request(service.url)
      .post('/v1/session')
      .set('X-Refill-Session', 'console')
      .send({ key: client.key });
    const cookie = String(enter.headers['set-cookie']?.[0]).split(';')[0] as string;
    const [reader, other] = [await open({ cookie }), await open()];
    await service.get(EventStreams).look();
    expect(reader.isEnded).toBe(false);
    await request(service.url).delete('/v1/session').set({ Cookie: cookie, 'X-Refill-Session': 'console' }).expect(204);
    await service.get(EventStreams).look();
    await reader.until(({ isEnded }) => isEnded);
    expect(other.isEnded).toBe(false);
  });

  it('leaves alone who comes while it is looked whose keys still let them in', async () => {
    const others = await Promise.all(Array.from({ length: 10 }, () => newTenantClient(service)));
    await open();
    const over = new AbortController();
    const looking = (async () => {
      while (!over.signal.aborted) await Promise.all([service.get(EventStreams).look(), setImmediate()]);
    })();
    const opened = await Promise.all(others.map(({ key }) => open({ key })));
    over.abort();
    await looking;
    expect(opened.map(({ response }) => response.headers.get('content-type'))).toEqual(
      opened.map(() => 'text/event-stream; charset=utf-8'),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(opened.filter(({ isEnded }) => isEnded)).toEqual([]);
  });

  it('tells nobody of another tenant', async () => {
    const stranger = await newTenantClient(service);
    const theirs = await openReady({ key: stranger.key });
    const ours = await openReady();
    await ledger.open({}, '10');
    await ours.until(({ events }) => events.length === 2);
    expect(theirs.events).toEqual([]);
  });

  it('refuses the 51st of a tenant, and lets another in', async () => {
    const opened = await Promise.all(Array.from({ length: 50 }, () => open()));
    expect(opened.every(({ response }) => response.status === 200)).toBe(true);
    expect((await open()).response.status).toBe(429);
    const stranger = await newTenantClient(service);
    expect((await open({ key: stranger.key })).response.status).toBe(200);
    for (const reader of opened) reader.leave();
    for (let waits = 0; waits < 500 && service.get(EventStreams).size > 1; waits += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect((await open()).response.status).toBe(200);
  });

  if (name === 'PostgreSQL') {
    it('tells of what another process commits, and of what began to write earlier and ended later', async () => {
      const another = await startTestApp({
        database: { ...service.database, drop: async () => undefined },
        clock: service.clock,
      });
      try {
        const walletId = await ledger.open({}, '10');
        const reader = await openReady();
        const slow = new pg.Client(service.database.url);
        await slow.connect();
        await slow.query('begin');
        await slow.query('select pg_current_xact_id()');
        await new TestLedger(another, client.scope).debit(walletId, '1');
        await slow.query(
          `insert into streamed_event select shard, environment_id, pg_current_xact_id()::text::bigint, 'sys_event_slow',
             tenant_id, customer_id, id, 'wallet.updated', '{}', now() from wallet where id = $1`,
          [walletId],
        );
        await new Promise((resolve) => setTimeout(resolve, 700));
        expect(reader.events).toEqual([]);
        await slow.query('commit');
        await slow.end();
        await reader.until(({ events }) => events.length === 2);
        expect(amounts(reader)).toEqual(['wallet.updated', '1']);
      } finally {
        await another.close();
      }
    });
  }

  if (name === 'PostgreSQL') {
    /** Minutes in which another process says that somebody looks. */
    const pass = async (minutes: number, meanwhile = async () => {}) => {
      for (let passed = 0; passed < minutes; passed += 1) {
        service.clock.advance(60_000);
        await service.get(StreamedEvents).listenFor(client.scope);
        await meanwhile();
      }
    };

    it('loses nothing to a transaction of many minutes that keeps it back', async () => {
      const walletId = await ledger.open({}, '10');
      const reader = await openReady();
      const stream = service.get(StreamedEvents);
      const slow = new pg.Client(service.database.url);
      await slow.connect();
      try {
        await slow.query('begin');
        await slow.query('select pg_current_xact_id()');
        await stream.forget();
        await ledger.debit(walletId, '1');
        await pass(7, () => service.get(EventFeeds).look());
        await stream.forget();
        await slow.query('commit');
        await stream.forget();
        await reader.until(({ events }) => events.length === 1);
        await pass(7, () => service.get(EventFeeds).look());
        await stream.forget();
        expect(await written()).toBe(0);
      } finally {
        await slow.end();
      }
    });

    it('ends where it was not read for so long that what is new may be forgotten', async () => {
      const reader = await openReady();
      const other = new pg.Client(service.database.url);
      await other.connect();
      try {
        await other.query('begin');
        await other.query('lock table streamed_event in access exclusive mode');
        await em.fork().transactional((tx) => untilSomebodyWaits(tx));
        await pass(6);
        await other.query('rollback');
        await reader.until(({ isEnded }) => isEnded);
      } finally {
        await other.end();
      }
    });
  }

  it('is not ended by what ends answers that nobody takes, and is when the service stops', async () => {
    const own = await startTestApp({ config: { answerTimeoutMs: 200 } });
    const tenant = await newTenantClient(own);
    const reader = await open({ key: tenant.key, url: own.url });
    await new Promise((resolve) => setTimeout(resolve, 600));
    await new TestLedger(own, tenant.scope).open({}, '1');
    await reader.until(({ events }) => events.length === 2);
    const startedAt = performance.now();
    await own.close();
    await reader.until(({ isEnded }) => isEnded);
    // It would end by itself after half an hour.
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });
});
