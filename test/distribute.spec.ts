import { MikroORM } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import pg from 'pg';
import { Config } from '../src/config.js';
import { databaseOptions } from '../src/database.js';
import { distribute, UNIQUES, WITHOUT_SHARD } from '../src/ops/distribute.js';
import { Distribution } from '../src/shared/distribution.js';
import { inPlace, inItsPlace, keysOf, ofOneShard, onWallet, shardOf, WALLETS } from '../src/shared/shard.js';
import { asOwner } from '../src/shared/sight.js';
import { startTestApp, type TestApp } from './support/app.js';
import { seeingAll } from './support/as-caller.js';
import { isCluster } from './support/cluster.js';
import { createTestDatabase } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { WalletScene } from './support/wallet-scene.js';

const onCluster = process.env['REFILL_TEST_NODES']?.includes(' ') ? it : it.skip;

describe('npm run distribute', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startTestApp();
  });
  afterAll(() => service.close());

  const again = (tell: (line: string) => void = () => undefined) =>
    asOwner(() => distribute(service.get(EntityManager).fork(), { pieces: 8, tell }));

  it('says in one sentence what a database lacks, or who is at work, and changes nothing', async () => {
    const reason = isCluster() ? /a service, or another command, has \d+ connections/ : /no extension citus/;
    const other = new pg.Client({ connectionString: service.database.url as string, application_name: 'refill' });
    await other.connect();
    await expect(again()).rejects.toThrow(reason);
    await other.end();
    expect(service.get(Distribution).isDistributed).toBe(isCluster());
  });

  it('knows of each table where it is', async () => {
    const em = seeingAll(service.get(EntityManager));
    const rows = await em.execute<{ name: string }[]>(
      `select c.relname as name from pg_class c
       where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
         and not exists (select from pg_attribute where attrelid = c.oid and attname = 'shard' and not attisdropped)`,
    );
    const made = isCluster() ? Object.keys(UNIQUES) : [];
    const known = [...WITHOUT_SHARD.everywhere, ...WITHOUT_SHARD.coordinator, ...made];
    expect(rows.map(({ name }) => name).sort()).toEqual(known.sort());
  });

  onCluster(
    'has wallets and what hangs on them in pieces, and one active wallet of a kind for a customer',
    async () => {
      const em = seeingAll(service.get(EntityManager));
      const left = await em.execute<object[]>(
        `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'shard'
       where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
         and not exists (select from pg_dist_partition where logicalrelid = c.oid)`,
      );
      expect(left).toEqual([]);
      expect(service.get(Distribution).pieces).toBe(8);
      const scene = await WalletScene.create(service);
      await scene.wallet('10');
      await expectSoundLedger(service.get(EntityManager));
    },
  );

  onCluster('is asked for by the start where a release has added a table, and distributes that', async () => {
    const database = await createTestDatabase();
    const owner = new pg.Client(database.url);
    await owner.connect();
    // As if it had not been there before; and what is nobody's business.
    await owner.query(`select undistribute_table('alert_log')`);
    await owner.query('create table kept_by_somebody (shard smallint not null)');
    const start = () => startTestApp({ database });
    await expect(start()).rejects.toThrow(/added \(alert_log\): run `npm run distribute`/);
    const config = Object.assign(new Config(), { databaseUrl: database.url });
    const orm = await MikroORM.init(databaseOptions(config));
    const done: string[] = [];
    await asOwner(() => distribute(orm.em.fork() as EntityManager, { pieces: 8, tell: (line) => done.push(line) }));
    await orm.close();
    expect(done).toEqual(['alert_log: distributed by shard']);
    await owner.end();
    await (await start()).close();
    await database.drop();
  });

  onCluster('asks one worker for what a group needs of its wallets', async () => {
    const distribution = service.get(Distribution);
    const id = 'wallet_01KJPZV280C055DZATZ16B7TSG';
    const [place = []] = distribution.placesOf([id]) ?? [];
    const sql = inPlace(`select l.id from ${WALLETS} join lot l on ${onWallet('l')} for update of l`, '$3') as string;
    const em = seeingAll(service.get(EntityManager));
    const [shards, ids] = keysOf([id]);
    const text = sql
      .replace('$1', `'{${shards.join()}}'`)
      .replace('$2', `'{${ids.join()}}'`)
      .replace('$3', `'{${place.join()}}'`);
    const plan = await em.execute<Record<string, unknown>[]>(`explain (format json) ${text}`);
    expect(JSON.stringify(plan)).toContain('"Task Count":1');
  });
});

describe('a statement of a distributed database', () => {
  it('has one more condition, which is a comment elsewhere', () => {
    const text = `select 1 from lot l where true ${inItsPlace('l.shard')}`;
    expect(text).toMatch(/\/\*.*\*\/$/);
    expect(inPlace(text, '$4')).toBe('select 1 from lot l where true and l.shard = any($4::smallint[])');
    expect(inPlace('select clock_timestamp()', '$1')).toBeUndefined();
  });

  it('says the shard of each table that it reads of one wallet', () => {
    const text = 'select 1 from wallet w join lot l on l.shard = w.shard and l.wallet_id = w.id where w.shard = $3';
    expect(ofOneShard(text)).toBe(text.replace('l.shard = w.shard', 'l.shard = $3'));
    expect(ofOneShard(text.replace('$3', 'any($3)'))).toContain('l.shard = w.shard');
  });

  it('names shards that the engine keeps together, in an order that is everybody’s', async () => {
    const distribution = new Distribution();
    expect(distribution.placesOf(['a', 'b'])).toBeUndefined();
    const rows = Array.from({ length: 256 }, (_, shard) => ({ piece: String(shard % 2) }));
    const answers = [[{ is_there: true }], [{}], rows];
    const em = { execute: async () => answers.shift(), getDriver: () => ({}) };
    await distribution.read(em as unknown as EntityManager);
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const places = distribution.placesOf(ids) ?? [];
    expect(places.map((place) => new Set(place.map((shard) => shard % 2)))).toEqual([new Set([0]), new Set([1])]);
    expect(new Set(places.flat())).toEqual(new Set(ids.map(shardOf)));
    expect(distribution.placesOf(ids.toReversed())).toEqual(places);
    expect([distribution.pieces, distribution.pieceOf(ids)]).toEqual([2, '0 1']);
  });
});
