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
const SHRINK_MS = Number(process.env['MODEL_SHRINK_MS'] ?? 20_000);

interface Failure {
  index: number;
  walk: Walk;
  breach: Breach;
}

describe(`top-ups against a model of what was agreed to (seed ${seed}, ${runs} walks)`, () => {
  const failures = new Map<string, Failure[]>();
  let world: World;

  beforeAll(
    async () => {
      world = await World.create();
      const all = fc.sample(walks, { seed, numRuns: runs });
      for (const [index, walk] of all.entries()) {
        if (only !== undefined && Number(only) !== index) continue;
        for (const breach of await TopUpWalk.take(world, walk)) {
          failures.set(breach.invariant, [...(failures.get(breach.invariant) ?? []), { index, walk, breach }]);
        }
      }
    },
    MINUTE_MS + runs * 20_000,
  );
  afterAll(() => world.close());

  it.each(INVARIANTS.map(({ name }) => name))(
    '%s',
    async (name) => {
      const found = failures.get(name) ?? [];
      if (found.length > 0) throw new Error(await tell(name, found));
    },
    MINUTE_MS + SHRINK_MS,
  );

  /** The failure that was seen after the fewest steps, in as few of them as it takes. */
  async function tell(name: string, found: Failure[]): Promise<string> {
    const [{ index, walk, breach } = found[0] as Failure] = found.toSorted((a, b) => a.breach.step - b.breach.step);
    let shortest = breach;
    await shrink(
      walk,
      async (shorter) => {
        const [again] = await TopUpWalk.take(world, shorter, name);
        if (again) shortest = again;
        return again !== undefined;
      },
      SHRINK_MS,
    );
    const repeat = `FC_SEED=${seed} MODEL_RUNS=${runs} MODEL_WALK=${index} npm test -- test/top-up-model.spec.ts`;
    return `${name}: broken in ${found.length} of ${runs} walks\n${shortest.what}\nrepeat with ${repeat}\nthe walk\n${shortest.account}`;
  }
});
