import { EntityManager } from '@mikro-orm/postgresql';
import fc from 'fast-check';
import { decimal } from '../src/shared/decimal.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { TestLedger } from './support/ledger.js';
import { ModelWallet } from './support/model-wallet.js';

type Step =
  | { kind: 'grant'; credits: number; priority: number | null; expiresInHours: number | null; source: 'free' | 'purchased' }
  | { kind: 'debit'; credits: number }
  | { kind: 'hold'; credits: number; expiresInHours: number | null }
  | { kind: 'capture'; hold: number; credits: number; final: boolean }
  | { kind: 'release'; hold: number }
  | { kind: 'wait'; hours: number }
  | { kind: 'replay'; key: number }
  | { kind: 'evaluate' };

const credits = fc.integer({ min: 1, max: 40 });
const hours = fc.option(fc.integer({ min: 1, max: 30 }), { nil: null });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('grant' as const), credits, priority: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }), expiresInHours: hours, source: fc.constantFrom('free' as const, 'purchased' as const) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('debit' as const), credits }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('hold' as const), credits, expiresInHours: hours }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('capture' as const), hold: fc.nat(5), credits, final: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), hold: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('replay' as const), key: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('evaluate' as const) }) },
);

const HOUR_MS = 3_600_000;
/** Set FC_SEED to repeat a failing run. */
const seed = Number(process.env['FC_SEED'] ?? Date.now() % 2 ** 31);

describe.each(DATABASES)('the ledger against a model, on %s', (name, createDatabase) => {
  let service: TestApp;
  let ledger: TestLedger;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    ledger = new TestLedger(service);
  });
  afterAll(() => service.close());

  it(`does what the model does, and stays sound (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
        fc.constantFrom('0', '15'),
        async (steps, overdraft) => run(steps, overdraft),
      ),
      { seed, numRuns: name === 'PGlite' ? 12 : 40, verbose: 1 },
    );
  }, 180_000);

  async function run(steps: Step[], overdraft: string): Promise<void> {
    const model = new ModelWallet(Number(overdraft));
    const walletId = await ledger.open({ overdraftLimit: decimal(overdraft) });
    const history: { again: () => Promise<unknown>; outcome: string }[] = [];
    const holds: string[] = [];
    const attempt = async (call: (key: string) => Promise<unknown>): Promise<boolean> => {
      const key = `${walletId}-${history.length}`;
      const outcome = await settle(call(key));
      history.push({ again: () => call(key), outcome });
      return outcome.startsWith('answer');
    };
    for (const current of steps) {
      const now = service.clock.now();
      switch (current.kind) {
        case 'grant': {
          const expiresAt = current.expiresInHours === null ? null : new Date(now.getTime() + current.expiresInHours * HOUR_MS);
          const reason = current.source === 'free' ? 'FREE_CREDIT_GRANT' : 'PURCHASED_CREDIT_DIRECT';
          const terms = { reason, priority: current.priority, expiresAt } as const;
          expect(await attempt((key) => ledger.credit(walletId, String(current.credits), terms, key))).toBe(true);
          model.grant(current.credits, current.priority, expiresAt, now);
          break;
        }
        case 'debit': {
          const accepted = await attempt((key) => ledger.debit(walletId, String(current.credits), key));
          expect(accepted).toBe(model.debit(current.credits, now));
          break;
        }
        case 'hold': {
          const id = `hold_${walletId}_${holds.length}`;
          const expiresAt = current.expiresInHours === null ? null : new Date(now.getTime() + current.expiresInHours * HOUR_MS);
          const accepted = (await settle(ledger.hold(walletId, id, String(current.credits), expiresAt))).startsWith('answer');
          expect(accepted).toBe(model.hold(id, current.credits, expiresAt, now));
          holds.push(id);
          break;
        }
        case 'capture': {
          const id = holds[current.hold % Math.max(1, holds.length)] ?? 'hold_none';
          const outcome = await settle(ledger.capture(walletId, id, String(current.credits), current.final));
          expect(outcome.startsWith('answer')).toBe(model.capture(id, current.credits, current.final, now));
          break;
        }
        case 'release': {
          const id = holds[current.hold % Math.max(1, holds.length)] ?? 'hold_none';
          const outcome = await settle(ledger.release(walletId, id));
          expect(outcome.startsWith('answer')).toBe(model.release(id, now));
          break;
        }
        case 'wait':
          service.clock.advance(current.hours * HOUR_MS);
          break;
        case 'replay': {
          const earlier = history[current.key % Math.max(1, history.length)];
          if (earlier) expect(await settle(earlier.again())).toBe(earlier.outcome);
          break;
        }
        case 'evaluate':
          break;
      }
      const balance = await ledger.evaluate(walletId);
      expect(balance).toEqual(model.balance(service.clock.now()));
    }
    await expectSoundLedger(service.get(EntityManager));
  }
});

async function settle(call: Promise<unknown>): Promise<string> {
  try {
    return `answer ${JSON.stringify(await call)}`;
  } catch (error) {
    return `refusal ${(error as Error).message}`;
  }
}
