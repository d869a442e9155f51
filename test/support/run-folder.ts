import { accessSync, chmodSync, constants, existsSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './is-alive.js';
import { stopLeftovers } from './postgres-server.js';

const MEMORY = '/dev/shm';
const PREFIX = 'refill-tests-';
/** Of the file system, and of the machine's memory beside it: a run keeps up to 1.5 GB in its folder. */
const ROOM_BYTES = 5 * 2 ** 30;

/**
 * Where a run, and all that it starts, keeps its temporary files: the data of the databases, above all. In memory where the
 * machine has enough of it, because nothing of it outlives the run, and a disk takes half of the time that a commit or a new
 * database takes. PostgreSQL still does what it does on a disk.
 */
export class RunFolder {
  readonly #path: string;

  constructor() {
    const parent = hasRoom() ? MEMORY : tmpdir();
    removeLeftovers(parent);
    this.#path = join(parent, `${PREFIX}${process.pid}`);
    mkdirSync(this.#path, { recursive: true });
    // PostgreSQL may run as somebody else.
    chmodSync(this.#path, 0o1777);
    process.env['TMPDIR'] = this.#path;
  }

  remove(): void {
    rmSync(this.#path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

function hasRoom(): boolean {
  if (!existsSync(MEMORY)) return false;
  try {
    accessSync(MEMORY, constants.W_OK);
  } catch {
    return false;
  }
  const { bavail, bsize } = statfsSync(MEMORY);
  return Math.min(bavail * bsize, process.availableMemory()) > ROOM_BYTES;
}

/** Of runs that were killed. */
function removeLeftovers(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(PREFIX) || isAlive(Number(name.slice(PREFIX.length)))) continue;
    stopLeftovers(join(parent, name));
    rmSync(join(parent, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
