import { appendFileSync, cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedDatabaseFolder } from '../../src/ops/embedded-database.js';
import { makeEmbeddedTemplate } from '../../src/embedded-template.js';

/** A start touches all of its cache, 128 MB as a rule: half a second, and memory that a worker keeps for a while. */
const SMALL = "\nshared_buffers = '16MB'\n";

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

async function makeTemplate(): Promise<void> {
  const unfinished = `${pgliteTemplateFolder()}.${process.pid}`;
  mkdirSync(unfinished);
  await makeEmbeddedTemplate(unfinished);
  appendFileSync(join(embeddedDatabaseFolder(unfinished), 'postgresql.conf'), SMALL);
  try {
    renameSync(unfinished, pgliteTemplateFolder());
  } catch (error) {
    // Of two workers that made one at the same time, the first one's stays.
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(pgliteTemplateFolder())) throw error;
  }
}
