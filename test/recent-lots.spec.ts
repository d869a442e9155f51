import { EntityManager } from '@mikro-orm/postgresql';
import fc from 'fast-check';
import pg from 'pg';
import type { LedgerCommand } from '../src/ledger/commands.js';
import { LedgerService } from '../src/ledger/ledger.service.js';
import { LedgerStore } from '../src/ledger/ledger-store.js';
import type { OpenLots } from '../src/ledger/open-lots.js';
import { Lot } from '../src/ledger/lot.entity.js';
import { RecentLots } from '../src/ledger/recent-lots.js';
import { bySpendOrder } from '../src/ledger/spend-order.js';
import type { LotRecord, WalletRecord, WalletState } from '../src/ledger/wallet-state.js';
import { Wallet } from '../src/ledger/wallet.entity.js';
import { decimal } from '../src/shared/decimal.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { ACTOR, TestLedger } from './support/ledger.js';
import { LedgerWalk, type Step } from './support/ledger-walk.js';
import { TopUpScene } from './support/top-ups.js';

const HOUR_MS = 3_600_000;
/** Set FC_SEED to repeat a failing run, MODEL_RUNS for a longer one. */
const seed = Number(process.env['FC_SEED'] ?? Date.now() % 2 ** 31);
const runs = Number(process.env['MODEL_RUNS'] ?? 2);

describe('two processes that keep the lots of the same wallets', () => {
  let one: TestApp;
  let other: TestApp;
  let first: TestLedger;
  let second: TestLedger;
  let scene: TopUpScene;
  let outside: pg.Client;
  beforeAll(async () => {
    const database = await createTestDatabase();
    one = await startTestApp({ database });
    const shared = { clock: one.clock, dataDir: one.config.dataDir };
    other = await startTestApp({ database: { ...database, drop: async () => undefined }, ...shared });
    scene = await TopUpScene.create(one);
    Object.assign(scene, { settle });
    first = scene.ledger;
    second = new TestLedger(other, scene.scope);
    outside = new pg.Client(database.url);
    await outside.connect();
  });
  afterEach(() => expectSoundLedger(one.get(EntityManager)));
  afterAll(async () => {
    await outside.end();
    await other.close();
    await one.close();
  });

  /** Whichever of them has been nudged. */
  async function settle(): Promise<void> {
    for (const service of [one, other]) await service.get(TopUpEngine).idle();
  }

  const rowOf = async (walletId: string) =>
    (await one.get(EntityManager).fork().findOneOrFail(Wallet, { id: walletId })) as WalletRecord;

  /** What a process would go by, which it goes on keeping; undefined where it would read. */
  async function keptBy(service: TestApp, walletId: string): Promise<OpenLots | undefined> {
    const wallet = await rowOf(walletId);
    const recent = service.get(RecentLots);
    const lots = recent.take(wallet);
    if (lots) recent.keep({ wallet, lots, past: new Map() } as WalletState);
    return lots;
  }

  /** As far as it goes, what is kept is what the database has, in its order. */
  async function expectKeptIsStored(service: TestApp, walletId: string): Promise<boolean> {
    const kept = await keptBy(service, walletId);
    if (!kept) return false;
    const rows = await one.get(EntityManager).fork().find(Lot, { walletId, isOpen: true });
    const stored = (rows as LotRecord[]).sort(bySpendOrder).map(figuresOf);
    const known = kept.isComplete ? kept.all().map(figuresOf) : asFarAsKnown(kept).map(figuresOf);
    expect(known).toEqual(kept.isComplete ? stored : stored.slice(0, known.length));
    return true;
  }

  it('go by what they have left themselves, and by nothing once the other has changed the wallet', async () => {
    const walletId = await first.open({}, '100');
    await first.debit(walletId, '10');
    expect(await expectKeptIsStored(one, walletId)).toBe(true);
    expect((await second.debit(walletId, '20')).balance).toBe('70');
    expect(await keptBy(one, walletId)).toBeUndefined();
    expect((await first.debit(walletId, '30')).balance).toBe('40');
    await expect(second.debit(walletId, '41')).rejects.toThrow('are available');
    expect((await second.debit(walletId, '40')).balance).toBe('0');
  });

  it('see what the other has held, captured, released and given back, of which no entry may tell', async () => {
    const walletId = await first.open({}, '100');
    await first.credit(walletId, '5', { priority: 1 });
    const holdId = `hold_${walletId}`;
    await second.hold(walletId, holdId, '50');
    expect(await first.debit(walletId, '55')).toEqual({ balance: '50', held: '50', debt: '0' });
    await second.capture(walletId, holdId, '20');
    await first.release(walletId, holdId);
    await second.debit(walletId, '10', 'taken');
    await first.reverse(walletId, await first.entryId(walletId, 'taken'), '4');
    expect(await second.debit(walletId, '24')).toEqual({ balance: '0', held: '0', debt: '0' });
  });

  it('book what has expired meanwhile, each but once', async () => {
    const walletId = await first.open({}, '10');
    const expiresAt = new Date(one.clock.now().getTime() + HOUR_MS);
    await first.credit(walletId, '90', { expiresAt });
    await second.debit(walletId, '1');
    await first.debit(walletId, '1');
    one.clock.advance(HOUR_MS);
    expect((await first.evaluate(walletId)).balance).toBe('10');
    expect((await second.debit(walletId, '10')).balance).toBe('0');
  });

  it('see a rule that the other has written, and raise the version with it', async () => {
    const { walletId } = await scene.newWallet('20');
    await second.debit(walletId, '1');
    const { version } = await rowOf(walletId);
    await scene.setLimits(walletId, { maxPerHour: 2 });
    expect((await rowOf(walletId)).version).toBeGreaterThan(version);
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await second.debit(walletId, '12');
    await settle();
    expect((await second.evaluate(walletId)).balance).toBe('57');
  });

  it('believe whoever else writes under the lock and raises the version', async () => {
    const walletId = await first.open({}, '100');
    await first.debit(walletId, '1');
    await outside.query('begin');
    await outside.query('update wallet set version = version + 1 where id = $1', [walletId]);
    await outside.query('update lot set priority = 3 where wallet_id = $1', [walletId]);
    await outside.query('commit');
    await first.credit(walletId, '5', { priority: 5 });
    await first.debit(walletId, '2');
    const [lot] = await first.openLots(walletId).then((lots) => lots.filter(({ priority }) => priority === 3));
    expect(lot?.remaining.toFixed()).toBe('97');
  });

  const debitOf60 = (walletId: string): LedgerCommand => ({
    kind: 'debit',
    scope: scene.scope,
    walletId,
    actor: ACTOR,
    answer: () => null,
    terms: { credits: decimal(60), reason: 'MANUAL_BALANCE_DEBIT', overdraft: 'wallet', referenceType: 'REQUEST' },
  });

  it('keep nothing of what was rehearsed', async () => {
    const walletId = await first.open({}, '100');
    await one.get(LedgerService).rehearse(debitOf60(walletId));
    expect(await keptBy(one, walletId)).toBeUndefined();
    expect((await first.debit(walletId, '100')).balance).toBe('0');
  });

  it('keep nothing of what was rolled back', async () => {
    const walletId = await first.open({}, '100');
    await first.debit(walletId, '1');
    const failing = one.get(LedgerService).post({
      ...debitOf60(walletId),
      also: () => Promise.reject(new Error('planted')),
    });
    await expect(failing).rejects.toThrow('planted');
    expect(await keptBy(one, walletId)).toBeUndefined();
    expect((await first.debit(walletId, '99')).balance).toBe('0');
  });

  it('keep nothing of what somebody’s own transaction has rolled back, and believe none that they are told of late', async () => {
    const walletId = await first.open({}, '100');
    await first.debit(walletId, '1');
    const joined = (work: (told: () => void) => void) =>
      one
        .get(EntityManager)
        .fork()
        .transactional((em) =>
          one
            .get(LedgerService)
            .join(em, [debitOf60(walletId)])
            .then(work),
        );
    const failing = joined(() => {
      throw new Error('planted');
    });
    await expect(failing).rejects.toThrow('planted');
    expect(await keptBy(one, walletId)).toBeUndefined();
    let told = () => {};
    await joined((later) => (told = later));
    await second.debit(walletId, '9');
    told();
    expect(await keptBy(one, walletId)).toBeUndefined();
    expect((await first.debit(walletId, '30')).balance).toBe('0');
  });

  it('answer the version that is stored, where only a rule was changed and of a wallet that was opened with one', async () => {
    const client = await newTenantClient(one);
    const customer = await client.post('/v1/customers', { external_id: 'c', name: 'C' });
    const opened = await client.post('/v1/wallets', {
      customer_id: (customer.body as { id: string }).id,
      currency: 'usd',
      auto_topup: { enabled: false, threshold: 1, amount: 50, invoicing: false },
    });
    const { id } = opened.body as { id: string };
    expect([(opened.body as { version: number }).version, (await rowOf(id)).version]).toEqual([1, 1]);
    const resumed = await client.empty(`/v1/wallets/${id}/auto-topup/resume`).expect(200);
    expect([(resumed.body as { version: number }).version, (await rowOf(id)).version]).toEqual([2, 2]);
  });

  it(`do together what the model does, whoever of them a command comes to (seed ${seed})`, async () => {
    for (const service of [one, other]) service.get(LedgerStore).lotsAtOnce = 2;
    let kept = 0;
    Object.assign(scene, { ledger: inTurns(first, second) });
    const walkOf = async (steps: Step[], hasRule: boolean) => {
      const walk = await LedgerWalk.start(scene, { overdraft: '15', hasRule, hasOther: true });
      for (const step of steps) {
        await walk.take(step);
        for (const walletId of walk.walletIds) {
          for (const service of [one, other]) kept += Number(await expectKeptIsStored(service, walletId));
        }
        await walk.compare();
      }
      await walk.end();
    };
    const steps = fc.array(anyStep, { minLength: 5, maxLength: 30, size: 'max' });
    await fc.assert(fc.asyncProperty(steps, fc.boolean(), walkOf), { seed, numRuns: runs });
    expect(kept).toBeGreaterThan(6 * runs);
  }, 120_000);
});

const credits = fc.integer({ min: 1, max: 40 });
const hours = fc.option(fc.integer({ min: 1, max: 16 }), { nil: null });
const kind = <Kind extends Step['kind']>(name: Kind) => ({ kind: fc.constant(name), wallet: fc.constantFrom(0, 0, 1) });
const grant = { ...kind('grant'), priority: fc.option(fc.nat(3)), expiresInHours: hours };
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ ...grant, credits, source: fc.constantFrom('free', 'purchased') }) },
  { weight: 2, arbitrary: fc.record({ ...kind('purchase'), credits, validHours: fc.integer({ min: 1, max: 16 }) }) },
  { weight: 8, arbitrary: fc.record({ ...kind('debit'), credits }) },
  { weight: 3, arbitrary: fc.record({ ...kind('hold'), credits, overage: fc.nat(3), expiresInHours: hours }) },
  { weight: 2, arbitrary: fc.record({ ...kind('capture'), hold: fc.nat(5), credits, final: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ ...kind('release'), hold: fc.nat(5) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...kind('reverse'),
      debit: fc.nat(5),
      credits: fc.constant(null),
      expired: fc.record({ restoreForHours: hours }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ ...kind('transfer'), credits }) },
  { weight: 3, arbitrary: fc.record({ ...kind('wait'), hours: fc.integer({ min: 1, max: 12 }) }) },
);

/** Three commands to one, then three to the next: what is kept is used, and overtaken. */
function inTurns(...ledgers: TestLedger[]): TestLedger {
  let asked = 0;
  return new Proxy(ledgers[0] as TestLedger, {
    get: (_, name: keyof TestLedger) => {
      const ledger = ledgers[Math.floor((asked += 1) / 3) % ledgers.length] as TestLedger;
      return ledger[name].bind(ledger);
    },
  });
}

function asFarAsKnown(lots: OpenLots): LotRecord[] {
  const known: LotRecord[] = [];
  try {
    for (const lot of lots.inOrder()) known.push(lot);
  } catch {
    // Behind these nobody knows.
  }
  return known;
}

function figuresOf({ id, remaining, held, expiresAt, renewalId }: LotRecord) {
  return [id, remaining.toFixed(), held.toFixed(), expiresAt?.toISOString() ?? null, renewalId ?? null];
}
