import type { Step, Walk } from './steps.js';

/**
 * The shortest walk found that still fails: leaves out ever smaller pieces of it while it does. Rules of thumb are enough
 * here; a failure that is only about timing may not repeat, and is then shown as it was.
 */
export async function shrink(walk: Walk, fails: (walk: Walk) => Promise<boolean>, budgetMs: number): Promise<Walk> {
  const end = Date.now() + budgetMs;
  let { steps } = walk;
  for (let piece = Math.ceil(steps.length / 2); piece >= 1; piece = piece === 1 ? 0 : Math.ceil(piece / 2)) {
    for (let from = 0; from < steps.length && Date.now() < end;) {
      const shorter: Step[] = [...steps.slice(0, from), ...steps.slice(from + piece)];
      if (await fails({ ...walk, steps: shorter })) steps = shorter;
      else from += piece;
    }
  }
  return { ...walk, steps };
}
