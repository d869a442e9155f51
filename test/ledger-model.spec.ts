import { EntityManager } from '@mikro-orm/postgresql';
import fc from 'fast-check';
import { decimal } from '../src/shared/decimal.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger, findBrokenSums } from './support/invariants.js';
import type { TestLedger } from './support/ledger.js';
import { ModelWallet } from './support/model-wallet.js';
import { TopUpScene } from './support/top-ups.js';

type Step =
  | {
      kind: 'grant';
      credits: number;
      priority: number | null;
      expiresInHours: number | null;
      source: 'free' | 'purchased';
    }
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
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('grant' as const),
      credits,
      priority: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }),
      expiresInHours: hours,
      source: fc.constantFrom('free' as const, 'purchased' as const),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('debit' as const), credits }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('hold' as const), credits, expiresInHours: hours }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('capture' as const), hold: fc.nat(5), credits, final: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), hold: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('replay' as const), key: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('evaluate' as const) }) },
);

const HOUR_MS = 3_600_000;
/** Set FC_SEED to repeat a failing run. */
const seed = Number(process.env['FC_SEED'] ?? Date.now() % 2 ** 31);

const RULE = { threshold: 6, amount: 15 };

describe.each(DATABASES)('the ledger against a model, on %s', (name, createDatabase) => {
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    scene = await TopUpScene.create(service);
  });
  afterAll(() => service.close());

  it(`does what the model does, and stays sound after every step (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
        fc.constantFrom('0', '15'),
        fc.boolean(),
        run,
      ),
      { seed, numRuns: name === 'PGlite' ? 10 : 40 },
    );
    await expectSoundLedger(service.get(EntityManager));
  }, 240_000);

  async function run(steps: Step[], overdraft: string, hasRule: boolean): Promise<void> {
    const { walletId } = await scene.newWallet('1', undefined, { overdraftLimit: decimal(overdraft) });
    const model = new ModelWallet(Number(overdraft), hasRule ? RULE : undefined);
    const walk = new Walk(scene, walletId, model);
    model.grant(1, null, null, service.clock.now());
    if (hasRule) await walk.switchTopUpOn();
    for (const current of steps) {
      await walk.take(current);
      await walk.compare();
    }
  }
});

/** One wallet and its model, side by side. */
class Walk {
  readonly #ledger: TestLedger;
  readonly #history: { again: () => Promise<unknown>; outcome: string }[] = [];
  readonly #holds: string[] = [];

  constructor(
    private readonly scene: TopUpScene,
    private readonly walletId: string,
    private readonly model: ModelWallet,
  ) {
    this.#ledger = scene.ledger;
  }

  async switchTopUpOn(): Promise<void> {
    await this.scene.setLimits(this.walletId, { maxPerHour: 1_000_000 });
    const cooldown = { value: 1, unit: 'second' } as const;
    const { threshold, amount } = RULE;
    await this.scene.setAutoTopUp(this.walletId, { threshold: String(threshold), amount: String(amount), cooldown });
    await this.compare();
  }

  /** Does a step to both and expects the same answer. */
  async take(current: Step): Promise<void> {
    const { model, walletId } = this;
    const now = this.#now();
    switch (current.kind) {
      case 'grant': {
        const expiresAt = this.#later(current.expiresInHours);
        const reason = current.source === 'free' ? 'FREE_CREDIT_GRANT' : 'PURCHASED_CREDIT_DIRECT';
        const terms = { reason, priority: current.priority, expiresAt } as const;
        await this.#attempt((key) => this.#ledger.credit(walletId, String(current.credits), terms, key), true);
        model.grant(current.credits, current.priority, expiresAt, now);
        return;
      }
      case 'debit':
        return this.#attempt(
          (key) => this.#ledger.debit(walletId, String(current.credits), key),
          model.debit(current.credits, now),
        );
      case 'hold': {
        const id = `hold_${walletId}_${this.#holds.length}`;
        const expiresAt = this.#later(current.expiresInHours);
        this.#holds.push(id);
        const expected = model.hold(id, current.credits, expiresAt, now);
        return this.#expect(this.#ledger.hold(walletId, id, String(current.credits), expiresAt), expected);
      }
      case 'capture': {
        const id = this.#hold(current.hold);
        const expected = model.capture(id, current.credits, current.final, now);
        return this.#expect(this.#ledger.capture(walletId, id, String(current.credits), current.final), expected);
      }
      case 'release': {
        const id = this.#hold(current.hold);
        return this.#expect(this.#ledger.release(walletId, id), model.release(id, now));
      }
      case 'wait':
        this.scene.service.clock.advance(current.hours * HOUR_MS);
        return;
      case 'replay': {
        const earlier = this.#history[current.key % Math.max(1, this.#history.length)];
        if (earlier) expect(await settle(earlier.again())).toBe(earlier.outcome);
        return;
      }
      case 'evaluate':
        return;
    }
  }

  /** Lets what is due happen on both sides, and expects the same balance and a sound ledger. */
  async compare(): Promise<void> {
    this.model.topUp(this.#now());
    await this.scene.settle();
    await this.#ledger.evaluate(this.walletId);
    await this.scene.settle();
    expect(await this.#ledger.evaluate(this.walletId)).toEqual(this.model.balance(this.#now()));
    expect(await findBrokenSums(this.scene.service.get(EntityManager))).toEqual([]);
  }

  async #attempt(call: (key: string) => Promise<unknown>, isAccepted: boolean): Promise<void> {
    const key = `${this.walletId}-${this.#history.length}`;
    const outcome = await settle(call(key));
    this.#history.push({ again: () => call(key), outcome });
    expect(outcome.startsWith('answer')).toBe(isAccepted);
  }

  async #expect(call: Promise<unknown>, isAccepted: boolean): Promise<void> {
    expect((await settle(call)).startsWith('answer')).toBe(isAccepted);
  }

  #hold(index: number): string {
    return this.#holds[index % Math.max(1, this.#holds.length)] ?? 'hold_none';
  }

  #now(): Date {
    return this.scene.service.clock.now();
  }

  #later(hours: number | null): Date | null {
    return hours === null ? null : new Date(this.#now().getTime() + hours * HOUR_MS);
  }
}

async function settle(call: Promise<unknown>): Promise<string> {
  try {
    return `answer ${JSON.stringify(await call)}`;
  } catch (error) {
    return `refusal ${(error as Error).message}`;
  }
}
