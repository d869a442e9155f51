import { EntityManager } from '@mikro-orm/postgresql';
import fc from 'fast-check';
import { LedgerStore } from '../src/ledger/ledger-store.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { LedgerWalk, type Step, type WalkTerms } from './support/ledger-walk.js';
import { TopUpScene } from './support/top-ups.js';

const credits = fc.integer({ min: 1, max: 40 });
const part = fc.option(fc.integer({ min: 1, max: 12 }), { nil: null, freq: 2 });
const hours = fc.option(fc.integer({ min: 1, max: 16 }), { nil: null });
const wallet = fc.constantFrom(0, 0, 1);
const kind = <Kind extends Step['kind']>(name: Kind) => ({ kind: fc.constant(name), wallet });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      ...kind('grant'),
      credits,
      priority: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }),
      expiresInHours: hours,
      source: fc.constantFrom('free', 'purchased'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ ...kind('purchase'), credits, validHours: fc.integer({ min: 1, max: 16 }) }) },
  { weight: 5, arbitrary: fc.record({ ...kind('debit'), credits }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...kind('hold'),
      credits,
      overage: fc.constantFrom(0, 0, 3, 10),
      expiresInHours: hours,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ ...kind('capture'), hold: fc.nat(5), credits, final: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ ...kind('release'), hold: fc.nat(5) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      ...kind('reverse'),
      debit: fc.nat(5),
      credits: part,
      expired: fc.oneof(fc.constant('forfeit' as const), fc.record({ restoreForHours: hours })),
    }),
  },
  { weight: 3, arbitrary: fc.record({ ...kind('void'), grant: fc.nat(10), credits: part }) },
  { weight: 3, arbitrary: fc.record({ ...kind('freeze'), grant: fc.nat(10), credits }) },
  { weight: 2, arbitrary: fc.record({ ...kind('thaw'), hold: fc.nat(5) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      ...kind('take back'),
      grant: fc.nat(10),
      credits: fc.integer({ min: 1, max: 25 }),
      owes: fc.boolean(),
      frozen: fc.option(fc.record({ hold: fc.nat(5), ends: fc.boolean() }), { nil: null, freq: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ ...kind('give back'), taken: fc.nat(5), credits: fc.integer({ min: 1, max: 25 }) }),
  },
  { weight: 3, arbitrary: fc.record({ ...kind('transfer'), credits: fc.integer({ min: 1, max: 25 }) }) },
  { weight: 1, arbitrary: fc.record(kind('convert')) },
  { weight: 4, arbitrary: fc.record({ ...kind('wait'), hours: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ ...kind('replay'), key: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record(kind('evaluate')) },
);

const terms: fc.Arbitrary<WalkTerms> = fc.record({
  overdraft: fc.constantFrom('0', '15'),
  hasRule: fc.boolean(),
  hasOther: fc.boolean(),
});

/** Set FC_SEED to repeat a failing run, MODEL_RUNS for a longer one. */
const seed = Number(process.env['FC_SEED'] ?? Date.now() % 2 ** 31);
const runs = Number(process.env['MODEL_RUNS'] ?? 20);

describe.each(DATABASES)('the ledger against a model, on %s', (name, createDatabase) => {
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    scene = await TopUpScene.create(service);
    // Few enough that wallets of a walk have more, so that reading on is walked, too.
    service.get(LedgerStore).lotsAtOnce = name === 'PGlite' ? 2 : 1;
  });
  afterAll(() => service.close());

  it(`does what the model does, and stays sound after every step (seed ${seed})`, async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), terms, run), {
      seed,
      numRuns: name === 'PGlite' ? Math.ceil(runs / 4) : runs,
    });
    await expectSoundLedger(service.get(EntityManager));
  }, 240_000);

  async function run(steps: Step[], walkTerms: WalkTerms): Promise<void> {
    const walk = await LedgerWalk.start(scene, walkTerms);
    for (const current of steps) {
      await walk.take(current);
      await walk.compare();
    }
    await walk.end();
  }
});
