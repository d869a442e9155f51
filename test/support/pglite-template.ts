import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { embeddedDatabaseFolder } from '../../src/ops/embedded-database.js';
import { makeEmbeddedTemplate } from '../../src/embedded-template.js';

/** Where this run keeps its migrated, empty PGlite: copying it takes 0.1 s, where unpacking and migrating take 4. */
export function pgliteTemplateFolder(): string {
  return join(tmpdir(), process.env['REFILL_TEST_TEMPLATE'] as string);
}

/** Puts a migrated, empty PGlite into a data folder that has none. Whoever asks first in a run makes the template. */
export async function copyPgliteTemplate(dataDir: string): Promise<void> {
  if (existsSync(embeddedDatabaseFolder(dataDir))) return;
  if (!existsSync(pgliteTemplateFolder())) await makeTemplate();
  cpSync(embeddedDatabaseFolder(pgliteTemplateFolder()), embeddedDatabaseFolder(dataDir), { recursive: true });
}

/** Five seconds of a core: of workers that ask at the same time one makes it, and the others wait. */
async function makeTemplate(): Promise<void> {
  const unfinished = `${pgliteTemplateFolder()}.unfinished`;
  try {
    mkdirSync(unfinished);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return untilItIsMade(unfinished);
  }
  try {
    // Made since it was looked for.
    if (existsSync(pgliteTemplateFolder())) return;
    await makeEmbeddedTemplate(unfinished);
    renameSync(unfinished, pgliteTemplateFolder());
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** @throws Error where the other worker has failed, or has not made it in time */
async function untilItIsMade(unfinished: string): Promise<void> {
  for (let waits = 0; waits < 1200 && existsSync(unfinished); waits += 1) await delay(100);
  if (!existsSync(pgliteTemplateFolder())) throw new Error('another worker has not made the template of PGlite');
}
