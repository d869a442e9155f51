import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigError } from '../config.js';

const FILE = 'refill.lock';
/** Enough for a lock that was left behind and a rival that takes it over at the same moment. */
const ATTEMPTS = 3;

/** The embedded database has one process, and it is another one. */
export class DataFolderInUse extends ConfigError {
  constructor(
    dataDir: string,
    /** Who has it: a process with its number where that could be read. */
    readonly holder: string,
  ) {
    super(`DATA_DIR ${resolve(dataDir)} is in use by ${holder}: stop it, or set DATA_DIR to another folder`);
  }
}

/**
 * Makes this process the only one on a data folder: two processes on one embedded database would destroy it. A lock
 * whose process is gone (kill -9) is taken over at once.
 * @throws DataFolderInUse when another process has it
 */
export function lockDataFolder(dataDir: string): void {
  const file = join(dataDir, FILE);
  const own = `${process.pid} ${startTimeOf(process.pid) ?? ''}\n`;
  let holder: string | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (createWhole(file, own)) {
      process.once('exit', () => release(file, own));
      return;
    }
    holder = read(file);
    if (holder !== undefined && isRunning(holder)) break;
    if (holder !== undefined) remove(file, holder);
  }
  const by = holder === undefined ? 'another process' : `process ${holder.split(' ')[0]}`;
  throw new DataFolderInUse(dataDir, by);
}

/** Creates a file unless it exists, never to be seen half written: a link to a finished one. */
function createWhole(file: string, content: string): boolean {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, content);
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Removes the lock of a process that is gone. What is moved aside may be a rival's new lock: then it is put back. */
function remove(file: string, holder: string): void {
  const aside = `${file}.${process.pid}.gone`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = read(aside);
  if (moved !== undefined && moved !== holder) createWhole(file, moved);
  rmSync(aside, { force: true });
}

function release(file: string, own: string): void {
  if (read(file) === own) rmSync(file, { force: true });
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** A process with the same number may be another one: where the system tells, its start time decides. */
function isRunning(holder: string): boolean {
  const [number, startTime] = holder.trim().split(' ');
  const pid = Number(number);
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const fields = statusOf(pid);
  if (!fields) return true;
  // Killed, but its parent has not asked for it yet (a container without an init never does).
  const isZombie = fields[0] === 'Z';
  return !isZombie && (!startTime || fields[START_TIME] === startTime);
}

/** Counted from the process state, which is the third field of /proc/<pid>/stat. */
const START_TIME = 19;

function startTimeOf(pid: number): string | undefined {
  return statusOf(pid)?.[START_TIME];
}

/** The fields of /proc/<pid>/stat after the name, which may hold spaces. Undefined on systems without /proc. */
function statusOf(pid: number): string[] | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}
