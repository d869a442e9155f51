import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
/** Holds keys: readable by its owner only. */
const FILE_MODE = 0o600;
/** The details of an earlier start; undefined when there are none, or none that can be read. */
export async function readDemoFile(dataDir) {
    try {
        const details = JSON.parse(await readFile(demoFile(dataDir), 'utf8'));
        return isDemoDetails(details) ? details : undefined;
    }
    catch {
        // Lost or damaged: new keys are made, and the file with them.
        return undefined;
    }
}
/** Written whole or not at all. */
export async function writeDemoFile(dataDir, details) {
    const unfinished = `${demoFile(dataDir)}.new`;
    await writeFile(unfinished, `${JSON.stringify(details, null, 2)}\n`, { mode: FILE_MODE });
    await rename(unfinished, demoFile(dataDir));
}
function demoFile(dataDir) {
    return join(dataDir, 'demo.json');
}
function isDemoDetails(value) {
    if (typeof value !== 'object' || value === null)
        return false;
    const { server_key: serverKey, account_key: accountKey } = value;
    return typeof serverKey === 'string' && typeof accountKey === 'string';
}
//# sourceMappingURL=demo-file.js.map