import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { generateApiKey } from '../src/auth/api-key-format.js';
import { timeToFirstAnswer } from './processes.js';

/** Milliseconds from `npm start` to the first 200 of `/health/ready`, medians. */
export interface StartFigures {
  emptyFolder: number;
  usedFolder: number;
  postgres: number;
}

/**
 * Starts the builds of some checkouts in turns, since a machine is not as fast in one minute as in the next.
 * @param roots the folders of the checkouts, built
 * @param newDatabase an empty database, its address; each checkout migrates one of its own, which is not measured
 */
export async function measureStarts(
  roots: readonly string[],
  repeats: number,
  newDatabase: (name: string) => Promise<string>,
): Promise<StartFigures[]> {
  const folder = mkdtempSync(join(tmpdir(), 'refill-start-'));
  const taken = roots.map((): Record<keyof StartFigures, number[]> => ({
    emptyFolder: [],
    usedFolder: [],
    postgres: [],
  }));
  const production = { NODE_ENV: 'production', BOOTSTRAP_API_KEY: generateApiKey('private_key') };
  const urls = await Promise.all(roots.map((_root, index) => newDatabase(`refill_start_${index}`)));
  try {
    for (let round = 0; round <= repeats; round += 1) {
      for (const [index, root] of roots.entries()) {
        const start = (settings: Record<string, string>) => timeToFirstAnswer(settings, resolve(root));
        const DATA_DIR = join(folder, `${round}-${index}`);
        const emptyFolder = await start({ DATA_DIR });
        const usedFolder = await start({ DATA_DIR });
        const postgres = await start({ DATA_DIR, DATABASE_URL: urls[index] as string, ...production });
        rmSync(DATA_DIR, { recursive: true });
        // The first round migrates, and fills the caches of the machine and of Node.js.
        if (round === 0) continue;
        const times = taken[index] as (typeof taken)[number];
        times.emptyFolder.push(emptyFolder);
        times.usedFolder.push(usedFolder);
        times.postgres.push(postgres);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return taken.map((times) => ({
    emptyFolder: median(times.emptyFolder),
    usedFolder: median(times.usedFolder),
    postgres: median(times.postgres),
  }));
}

export function startsTable(roots: readonly string[], figures: readonly StartFigures[]): string {
  return roots
    .map((root, index) => {
      const { emptyFolder, usedFolder, postgres } = figures[index] as StartFigures;
      const [empty, used, server] = [emptyFolder, usedFolder, postgres].map((ms) => (ms / 1000).toFixed(2));
      return `${root}: empty folder ${empty} s, used folder ${used} s, PostgreSQL ${server} s`;
    })
    .join('\n');
}

function median(times: number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
