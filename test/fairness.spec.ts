import { setTimeout as delay } from 'node:timers/promises';
import { EntityManager } from '@mikro-orm/postgresql';
import { ModulesContainer } from '@nestjs/core';
import { sql } from 'kysely';
import pg from 'pg';
import { placesOf } from '../src/connection-lanes.js';
import { asksForList } from '../src/http/validation.pipe.js';
import { LedgerSweeps } from '../src/ledger/ledger-sweeps.js';
import { searchRows } from '../src/shared/prepared-reads.js';
import { withinEveryScope } from '../src/shared/sight.js';
import { beginRequest, takeTurnOfSearches } from '../src/shared/turn.js';
import { StatementQuery } from '../src/wallets/history/statement.dto.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { TestLedger } from './support/ledger.js';
import { WalletScene } from './support/wallet-scene.js';

const FLOOD = { tenantId: 'tenant_flood', environmentId: 'env_flood' };
const OTHER = { tenantId: 'tenant_other', environmentId: 'env_other' };

describe('the ledger’s queue', () => {
  let service: TestApp;
  let flood: TestLedger;
  let other: TestLedger;
  let floodWallet: string;
  let otherWallet: string;
  beforeAll(async () => {
    service = await startTestApp({ config: { ledgerBatchLimit: 64 } });
    flood = new TestLedger(service, FLOOD);
    other = new TestLedger(service, OTHER);
    floodWallet = await flood.open({}, '100000');
    otherWallet = await other.open({}, '100000');
  });
  afterAll(async () => {
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
  });

  const floodOf = (commands: number) =>
    Array.from({ length: commands }, () =>
      flood.debit(floodWallet, '1').then(
        () => 'taken',
        () => 'refused',
      ),
    );

  /** Debits of another tenant, one after the other, until the flood is over. @returns how many it answered */
  async function debitsDuring(waiting: Promise<unknown>[]): Promise<number> {
    let count = 0;
    const over = Promise.all(waiting).then(() => 'over');
    const answered = async (): Promise<string> => {
      await other.debit(otherWallet, '1');
      return 'answered';
    };
    while ((await Promise.race([over, answered()])) === 'answered') count += 1;
    return count;
  }

  it('answers one tenant’s debits while 600 of another wait, each within two groups', async () => {
    // 38 groups of 16: in line behind the flood the first would be its last.
    expect(await debitsDuring(floodOf(600))).toBeGreaterThanOrEqual(10);
  });

  it('lets one tenant wait in half of it at most, and leaves the others room', async () => {
    const { ledgerQueueLimit } = service.config;
    service.config.ledgerQueueLimit = 100;
    const waiting = floodOf(300);
    const [taken] = await Promise.allSettled([other.debit(otherWallet, '1'), other.debit(otherWallet, '1')]);
    service.config.ledgerQueueLimit = ledgerQueueLimit;
    expect(taken.status).toBe('fulfilled');
    const answers = await Promise.all(waiting);
    expect(answers.filter((answer) => answer === 'taken')).toHaveLength(50);
  });

  it('looks at wallets that are due while a tenant’s flood waits, that tenant’s own among them', async () => {
    let isOver = false;
    const waiting = Promise.all(floodOf(400)).then(() => (isOver = true));
    const { done } = await service.get(LedgerSweeps).evaluateEach([{ walletId: floodWallet, scope: FLOOD }]);
    expect({ isOver, looked: done.length }).toEqual({ isOver: false, looked: 1 });
    await waiting;
  });
});

describe('the connections', () => {
  let service: TestApp;
  let attacker: WalletScene;
  let other: WalletScene;
  let wallet: { id: string };
  let admin: pg.Client;
  beforeAll(async () => {
    service = await startTestApp();
    [attacker, other] = [await WalletScene.create(service), await WalletScene.create(service)];
    wallet = await other.wallet('1000');
    admin = new pg.Client(service.database.url);
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await service.close();
  });

  /** Statements that name the table hang until they are given up, as ones do that have a lot to read. */
  async function whileSlow<Result>(table: string, work: () => Promise<Result>): Promise<Result> {
    await admin.query(`begin; lock table ${table} in access exclusive mode`);
    try {
      return await work();
    } finally {
      await admin.query('rollback');
    }
  }

  const searches = (count: number) =>
    Array.from({ length: count }, () => attacker.client.post('/v1/customers/search', {}).then((answer) => answer));

  it('that searches hold are not those of the ledger, of readiness and of other requests', async () => {
    const waiting = await whileSlow('customer', async () => {
      const attack = searches(12);
      await delay(200);
      const [debit, ready, read, list] = await Promise.all([
        other.debit(wallet.id, '1'),
        other.client.get('/health/ready'),
        other.client.get(`/v1/wallets/${wallet.id}`),
        other.client.get('/v1/wallets'),
      ]);
      expect([debit, ready, read, list].map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      // Those that were first are given up after 3 s, those that found no place after 5 s.
      return Promise.all(attack);
    });
    const codes = waiting.map(({ status, body }) => `${status} ${(body as { code: string }).code}`);
    expect(new Set(codes)).toEqual(new Set(['400 search_too_expensive', '429 too_many_searches']));
    for (const { status, headers } of waiting) if (status === 429) expect(headers['retry-after']).toBe('1');
  }, 20_000);

  it('that one tenant’s requests hold are not all there are', async () => {
    await whileSlow('customer', async () => {
      let answered = 0;
      const attack = Array.from({ length: 12 }, async () => {
        await attacker.client.post('/v1/customers', { external_id: attacker.key(), name: 'Slow' });
        answered += 1;
      });
      await delay(200);
      const [debit, read] = await Promise.all([
        other.debit(wallet.id, '1'),
        other.client.get(`/v1/wallets/${wallet.id}`),
      ]);
      expect([debit.status, read.status, answered]).toEqual([200, 200, 0]);
      void Promise.allSettled(attack);
    });
  });

  it('plan a list that is prepared once, and a search for what it looks for', async () => {
    const planned = (beginLane: () => void, isPrepared: boolean) =>
      withinEveryScope(() =>
        beginRequest(async () => {
          beginLane();
          const em = service.get(EntityManager).fork();
          const query = sql`select current_setting('plan_cache_mode') as mode where ${1}::int = 1`;
          const [row] = await searchRows<{ mode: string }>(em, query, { isPrepared });
          return row?.mode;
        }),
      );
    // What a search has set is gone behind it.
    expect(await planned(takeTurnOfSearches, true)).toBe('force_generic_plan');
    expect(await planned(takeTurnOfSearches, false)).toBe('force_custom_plan');
    expect(await planned(takeTurnOfSearches, true)).toBe('force_generic_plan');
    expect(await planned(() => undefined, true)).toBe('auto');
  });

  it('let a search keep one core of the database busy, and nothing else only one', async () => {
    const workers = (beginLane: () => void) =>
      withinEveryScope(() =>
        beginRequest(async () => {
          beginLane();
          const em = service.get(EntityManager).fork();
          return em.execute<object[]>('show max_parallel_workers_per_gather');
        }),
      );
    const [ofSearch] = await workers(takeTurnOfSearches);
    const [ofOther] = await workers(() => undefined);
    expect(ofSearch).toEqual({ max_parallel_workers_per_gather: '0' });
    expect(ofOther).not.toEqual(ofSearch);
  });

  it.each([
    [2, { ledger: 0, health: 0, searches: 0, rest: 2 }],
    [3, { ledger: 1, health: 0, searches: 0, rest: 2 }],
    [4, { ledger: 1, health: 1, searches: 0, rest: 2 }],
    [5, { ledger: 1, health: 1, searches: 1, rest: 2 }],
    [10, { ledger: 1, health: 1, searches: 2, rest: 6 }],
    [16, { ledger: 2, health: 1, searches: 3, rest: 10 }],
    [100, { ledger: 2, health: 1, searches: 24, rest: 73 }],
  ])('of %i are shared out as %j', (connections, places) => {
    expect(placesOf(connections)).toEqual(places);
  });

  it('are half the writer’s where the database is distributed, one for each piece at most', () => {
    expect(placesOf(16, 32)).toEqual({ ledger: 7, health: 1, searches: 3, rest: 5 });
    expect(placesOf(16, 2)).toEqual({ ledger: 4, health: 1, searches: 3, rest: 8 });
    expect(placesOf(2, 32)).toEqual(placesOf(2));
  });

  it.each([2, 3, 5])('serve every lane where there are only %i', async (databasePoolSize) => {
    const database = { ...service.database, drop: async () => undefined };
    const small = await startTestApp({ database, config: { databasePoolSize } });
    const scene = await WalletScene.create(small);
    const { id } = await scene.wallet('10');
    const answers = await Promise.all([
      ...Array.from({ length: 8 }, () => scene.client.get('/v1/wallets')),
      ...Array.from({ length: 8 }, () => scene.debit(id, '1')),
      scene.client.get('/health/ready'),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await small.close();
  });
});

describe('every list', () => {
  it('goes over the connections of searches', async () => {
    const service = await startTestApp();
    const lists = queriesOf(service).filter((dto) => dto !== StatementQuery && isPage(dto));
    expect(lists.length).toBeGreaterThan(20);
    expect(lists.filter((dto) => !asksForList(dto)).map(({ name }) => name)).toEqual([]);
    await service.close();
  });

  /** The classes that routes read their query or their body into. */
  function queriesOf(service: TestApp): (new () => object)[] {
    const modules = [...service.app.get(ModulesContainer).values()];
    const prototypes = modules.flatMap(({ controllers }) =>
      [...controllers.values()].map(({ metatype }) => metatype?.prototype as object),
    );
    const types = prototypes.flatMap((prototype) =>
      Object.getOwnPropertyNames(prototype).flatMap(
        (name) => (Reflect.getMetadata('design:paramtypes', prototype, name) ?? []) as (new () => object)[],
      ),
    );
    return [...new Set(types)].filter((type) => typeof type === 'function' && /(Query|Dto)$/.test(type.name));
  }

  function isPage(dto: new () => object): boolean {
    const instance = new dto();
    return 'limit' in instance || ('page' in instance && 'length' in instance);
  }
});
