import { existsSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { dataDir as emptyCluster } from '@electric-sql/pglite-prepopulatedfs';
/** Where PGlite keeps its data. */
export function embeddedDatabaseFolder(dataDir) {
    return resolve(dataDir, 'pglite');
}
/**
 * Makes the embedded database unless it exists: unpacks an empty one, which takes a second where initdb takes three.
 * Moved to its name when it is complete, so that a kill in between leaves nothing that looks like a database.
 */
export async function createEmbeddedDatabase(dataDir) {
    const folder = embeddedDatabaseFolder(dataDir);
    if (existsSync(folder))
        return;
    const unfinished = join(dataDir, 'pglite.new');
    rmSync(unfinished, { recursive: true, force: true });
    const database = await PGlite.create({ dataDir: unfinished, loadDataDir: await emptyCluster() });
    await database.close();
    renameSync(unfinished, folder);
}
//# sourceMappingURL=embedded-database.js.map