import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
const FOLDERS = ['payments', 'settlements', 'charges', 'refunds', 'confirmations', 'refusals', 'faults'];
/**
 * The sandbox provider's own books: files outside the service's database, as a real provider's would be, so that a
 * test can hold the two against each other. Several processes may share the folder, and any may be killed at any
 * moment: a file appears whole or not at all, and only one of many that create it wins.
 */
export class SandboxRecord {
    #root;
    #isReady;
    constructor(root) {
        this.#root = root;
    }
    async find(folder, name) {
        try {
            return JSON.parse(await readFile(this.#path(folder, name), 'utf8'));
        }
        catch (error) {
            if (isErrno(error, 'ENOENT'))
                return undefined;
            throw error;
        }
    }
    /**
     * Creates the file unless it exists. Answers whether this call made it. A hard link fails on an existing name as
     * O_EXCL does, and unlike O_EXCL never shows the file before its content is there.
     */
    async create(folder, name, content) {
        const temporary = await this.#writeTemporary(content);
        try {
            await link(temporary, this.#path(folder, name));
            return true;
        }
        catch (error) {
            if (isErrno(error, 'EEXIST'))
                return false;
            throw error;
        }
        finally {
            await unlink(temporary);
        }
    }
    async replace(folder, name, content) {
        await rename(await this.#writeTemporary(content), this.#path(folder, name));
    }
    async remove(folder, name) {
        await rm(this.#path(folder, name), { force: true });
    }
    async #writeTemporary(content) {
        await (this.#isReady ??= this.#makeFolders());
        const path = join(this.#root, 'temporary', randomUUID());
        const file = await open(path, 'wx');
        try {
            await file.writeFile(JSON.stringify(content));
            await file.sync();
        }
        finally {
            await file.close();
        }
        return path;
    }
    async #makeFolders() {
        for (const folder of [...FOLDERS, 'temporary'])
            await mkdir(join(this.#root, folder), { recursive: true });
    }
    #path(folder, name) {
        return join(this.#root, folder, `${name}.json`);
    }
}
/** A file name for an idempotency key: keys are the caller's text, names are not. */
export function keyName(idempotencyKey) {
    return createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32);
}
function isErrno(error, code) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
//# sourceMappingURL=sandbox-record.js.map