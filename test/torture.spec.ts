import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHORT } from './torture/options.js';
import { plant, PLANTED_FAULTS } from './torture/planted-faults.js';
import { found } from './torture/report.js';
import { TortureRun } from './torture/run.js';

const seed = Number(process.env['TORTURE_SEED'] ?? Date.now() % 1_000_000);

describe('the torture', () => {
  it(`finds every acknowledged write and every charge again, seed ${seed}`, async () => {
    const report = await TortureRun.run({ ...SHORT, seed });
    expect(found(report)).toEqual([]);
    expect(report.figures.kills).toBeGreaterThan(0);
    expect(report.figures.databaseRestarts).toBeGreaterThan(0);
    expect(report.figures.charges).toBeGreaterThan(0);
    // Where much else is running, the starts of processes alone take minutes.
  }, 600_000);

  it.each(PLANTED_FAULTS)('can still plant $name', (fault) => {
    for (const { file } of fault.edits) plant(fault, file, readFileSync(join('src', file), 'utf8'));
  });
});
