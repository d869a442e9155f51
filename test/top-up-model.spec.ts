import fc from 'fast-check';
import { INVARIANTS } from './support/top-up-model/invariants.js';
import { shrink } from './support/top-up-model/shrink.js';
import { type Walk, walks } from './support/top-up-model/steps.js';
import { type Breach, TopUpWalk } from './support/top-up-model/walk.js';
import { World } from './support/top-up-model/world.js';

/** Set FC_SEED to repeat a run, MODEL_RUNS for a longer one, and MODEL_WALK to take one walk of it alone. */
const seed = Number(process.env['FC_SEED'] ?? Date.now() % 2 ** 31);
const runs = Number(process.env['MODEL_RUNS'] ?? 20);
const only = process.env['MODEL_WALK'];
const MINUTE_MS = 60_000;
/** How long a failing walk is made shorter; MODEL_SHRINK_MS has the last word. */
const SHRINK_MS = Number(process.env['MODEL_SHRINK_MS'] ?? 20_000);
/** Walks wait for disks and deaf cards most of the time: two at once take the time of one and a half. */
const WORLDS = 2;

interface Failure {
  index: number;
  walk: Walk;
  breach: Breach;
}

describe(`top-ups against a model of what was agreed to (seed ${seed}, ${runs} walks)`, () => {
  const failures = new Map<string, Failure[]>();
  const worlds: World[] = [];
  let charges = 0;

  beforeAll(
    async () => {
      for (let count = 0; count < WORLDS; count += 1) worlds.push(await World.create());
      const all = [...fc.sample(walks, { seed, numRuns: runs }).entries()];
      const waiting = all.filter(([index]) => only === undefined || Number(only) === index).values();
      await Promise.all(worlds.map((world) => takeAll(world, waiting)));
    },
    MINUTE_MS + runs * 20_000,
  );
  afterAll(() => Promise.all(worlds.map((world) => world.close())));

  it.each(INVARIANTS.map(({ name }) => name))(
    '%s',
    async (name) => {
      const found = failures.get(name) ?? [];
      if (found.length > 0) throw new Error(await tell(name, found));
    },
    2 * MINUTE_MS + SHRINK_MS,
  );

  it('the walks have charged cards, or they would prove nothing', () => {
    expect(charges).toBeGreaterThan(0);
  });

  async function takeAll(world: World, waiting: Iterator<[number, Walk]>): Promise<void> {
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      const [index, walk] = next.value;
      const { breaches, charged } = await TopUpWalk.take(world, walk);
      charges += charged;
      for (const breach of breaches) {
        failures.set(breach.invariant, [...(failures.get(breach.invariant) ?? []), { index, walk, breach }]);
      }
    }
  }

  /** The failure that was seen after the fewest steps, in as few of them as it takes. */
  async function tell(name: string, found: Failure[]): Promise<string> {
    const [{ index, walk, breach } = found[0] as Failure] = found.toSorted((a, b) => a.breach.steps - b.breach.steps);
    const { isInRescue } = breach;
    let shortest = breach;
    const cut = { ...walk, steps: walk.steps.slice(0, breach.steps) };
    const fails = async (shorter: Walk) => {
      const search = { invariant: name, isInRescue };
      const [again] = (await TopUpWalk.take(worlds[0] as World, shorter, search)).breaches;
      // What breaks in another way is another failure.
      const isSame = again !== undefined && kindOf(again) === kindOf(breach);
      if (isSame) shortest = again;
      return isSame;
    };
    await shrink(cut, fails, SHRINK_MS);
    const repeat = `FC_SEED=${seed} MODEL_RUNS=${runs} MODEL_WALK=${index} npm test -- test/top-up-model.spec.ts`;
    const { what, account } = shortest;
    const headline = `${name}: broken in ${found.length} of ${runs} walks\n${what}\nrepeat with ${repeat}`;
    return `${headline}\nall that was seen\n${kindsOf(found).join('\n')}\nthe walk\n${account}`;
  }
});

/** The different ways in which it was broken, and in which walks. */
function kindsOf(found: Failure[]): string[] {
  const kinds = new Map<string, number[]>();
  for (const { index, breach } of found) {
    const kind = kindOf(breach);
    kinds.set(kind, [...(kinds.get(kind) ?? []), index]);
  }
  return [...kinds].map(([kind, walks]) => `  walk ${walks.join(', ')}: ${kind}`);
}

function kindOf({ what }: Breach): string {
  return what.replaceAll(/\b(wallet|topup|inv|pay_sandbox)_\w+/g, '$1').replaceAll(/\d[\dT:.-]*Z?/g, 'n');
}
