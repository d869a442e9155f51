import { chmodSync, cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where PGlite keeps its data. */
export function embeddedDatabaseFolder(dataDir: string): string {
  return resolve(dataDir, 'pglite');
}

/** What the build has made with `makeEmbeddedTemplate`, beside the bundle. The modules by themselves have none. */
const TEMPLATE = embeddedDatabaseFolder(fileURLToPath(new URL('embedded-database', import.meta.url)));

/**
 * Makes the embedded database unless it exists. Moved to its name when it is complete, so that a kill in between leaves
 * nothing that looks like a database.
 * @param template a migrated, empty one that is copied, in a tenth of a second; where there is none, an empty one without
 * tables is unpacked, which the start then migrates: three seconds in all
 */
export async function createEmbeddedDatabase(dataDir: string, template = TEMPLATE): Promise<void> {
  const folder = embeddedDatabaseFolder(dataDir);
  if (existsSync(folder)) return;
  const unfinished = join(dataDir, 'pglite.new');
  rmSync(unfinished, { recursive: true, force: true });
  if (existsSync(template)) cpSync(template, unfinished, { recursive: true });
  else await unpack(unfinished);
  // What is copied may be read by everybody, what is written from here on by its owner only.
  chmodSync(unfinished, 0o700);
  renameSync(unfinished, folder);
}

/** Takes a second, where initdb takes three. */
async function unpack(folder: string): Promise<void> {
  const [{ PGlite }, { dataDir: emptyCluster }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite-prepopulatedfs'),
  ]);
  const database = await PGlite.create({ dataDir: folder, loadDataDir: await emptyCluster() });
  await database.close();
}
