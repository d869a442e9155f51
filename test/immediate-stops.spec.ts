import { setTimeout as delay } from 'node:timers/promises';
import { EntityManager } from '@mikro-orm/postgresql';
import { OPEN_STATUSES, TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { judgeWrites } from './recovery/judge-writes.js';
import type { Write } from './recovery/load.js';
import { RecoveryScene, rowsOf } from './recovery/scene.js';
import { startTestApp } from './support/app.js';
import { FrozenClock } from './support/frozen-clock.js';
import { expectSoundLedger } from './support/invariants.js';
import { type PostgresServer, startPostgres } from './support/postgres-server.js';
import { sandboxCharges } from './support/top-ups.js';

/** `IMMEDIATE_STOPS=20 npm test -- test/immediate-stops.spec.ts` prints what was seen. */
const STOPS = Number(process.env['IMMEDIATE_STOPS'] ?? 3);
/** Of PostgreSQL, one or several with commas between: `synchronous_commit=off` has to lose something. */
const SETTINGS = process.env['IMMEDIATE_STOPS_SETTINGS']?.split(',') ?? [];
const WALLETS = 12;
/** Away for so long beside its recovery, so that requests meet it gone, too. */
const AWAY_MS = 300;
/** On a machine that is busy with other things; alone it is a tenth of that. */
const BACK_WITHIN_MS = 5000;
const HOUR_MS = 3_600_000;

describe(`PostgreSQL that is stopped in immediate mode ${STOPS} times under load`, () => {
  let postgres: PostgresServer;
  let databaseUrl: string;
  let scene: RecoveryScene;
  const backAfterMs: number[] = [];
  /** Writes that had no answer when it was stopped. */
  const unanswered: Write[] = [];

  beforeAll(async () => {
    postgres = await startPostgres(SETTINGS);
    await rowsOf(postgres.url, 'create database refill');
    databaseUrl = postgres.url.replace(/\/postgres$/, '/refill');
    const unsafe = { ALLOW_UNSAFE_DATABASE: SETTINGS.length > 0 ? 'true' : 'false' };
    scene = await RecoveryScene.create(databaseUrl, WALLETS, unsafe);
  });

  afterAll(async () => {
    await scene?.close();
    postgres?.stop();
  });

  async function stopUnderLoad(): Promise<void> {
    const { load, service } = scene;
    const before = load.writes.length;
    load.start();
    await delay(600 + Math.random() * 600);
    await postgres.crash();
    await delay(AWAY_MS);
    const [ready, live] = await Promise.all(['ready', 'live'].map((which) => fetch(`${service.url}/health/${which}`)));
    expect([ready?.status, live?.status]).toEqual([503, 200]);
    await postgres.restart();
    const upAt = Date.now();
    backAfterMs.push((await load.firstWriteAfter(upAt)) - upAt);
    await load.pause();
    unanswered.push(...load.writes.slice(before).filter(({ repeats }) => repeats > 0));
  }

  /** A commit whose answer was lost is found by its key, by two who ask at once, too. */
  async function expectOneResult(write: Write): Promise<void> {
    const replays = await Promise.all([scene.load.replay(write), scene.load.replay(write)]);
    expect(replays).toEqual([1, 2].map(() => ({ ...write.answer, isReplayed: true })));
  }

  it(
    'has each acknowledged write once, and one result for each that had no answer',
    async () => {
      for (let stop = 0; stop < STOPS; stop += 1) {
        const before = unanswered.length;
        await stopUnderLoad();
        for (const write of unanswered.slice(before)) await expectOneResult(write);
        const judgement = await judgeWrites(databaseUrl, scene.load);
        expect(judgement).toEqual({ lost: [], doubled: [], refused: [], breaches: [] });
      }
      expect(unanswered.length).toBeGreaterThan(0);
      expect(scene.load.acknowledged.length).toBeGreaterThan(STOPS * WALLETS);
    },
    STOPS * 30_000,
  );

  it('has a service that says 503 with Retry-After meanwhile, and recovers by itself', () => {
    const { heard, broken } = scene.load;
    const later = heard.filter(({ status }) => status === 503);
    expect(later.length).toBeGreaterThan(0);
    expect(later.filter(({ retryAfter }) => retryAfter === null)).toEqual([]);
    expect(heard.filter(({ status }) => status >= 400 && status !== 503)).toEqual([]);
    // The service was there all the time: nobody's connection to it broke.
    expect(broken).toBe(0);
    expect(Math.max(...backAfterMs)).toBeLessThan(BACK_WITHIN_MS);
  });

  it('leaves no top-up without an end, and each charge is one credit', async () => {
    await scene.service.end('SIGTERM');
    const clock = new FrozenClock(new Date(Date.now() + HOUR_MS));
    const database = { kind: 'postgres' as const, url: databaseUrl, drop: async () => undefined };
    const later = await startTestApp({ database, dataDir: scene.dataDir, clock });
    const em = later.get(EntityManager);
    for (let hour = 0; hour < 3; hour += 1) {
      await later.get(ScheduledTask).run();
      await later.get(TopUpEngine).idle();
      clock.advance(HOUR_MS);
    }
    const succeeded = await em.fork().count(TopUp, { topUpStatus: 'succeeded' });
    expect(await em.fork().count(TopUp, { topUpStatus: { $in: [...OPEN_STATUSES] } })).toBe(0);
    expect(succeeded).toBeGreaterThan(STOPS);
    expect(sandboxCharges(scene.dataDir)).toHaveLength(succeeded);
    await expectSoundLedger(em);
    await later.close();
    if (process.env['IMMEDIATE_STOPS']) console.log(figures(succeeded));
  });

  function figures(charges: number): string {
    const { acknowledged, heard } = scene.load;
    const waits = backAfterMs.toSorted((a, b) => a - b);
    return JSON.stringify({
      stops: STOPS,
      acknowledged: acknowledged.length,
      unansweredAtAStop: unanswered.length,
      answersOf503: heard.filter(({ status }) => status === 503).length,
      answersOf5xxBeside: heard.filter(({ status }) => status >= 500 && status !== 503).length,
      charges,
      firstWriteAfterMs: { median: waits[Math.floor(waits.length / 2)], longest: waits.at(-1) },
    });
  }
});
