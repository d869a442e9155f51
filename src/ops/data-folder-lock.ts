import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigError } from '../config.js';

const FILE = 'refill.lock';

/**
 * Makes this process the only one on a data folder: two processes on one embedded database would destroy it. A lock
 * whose process is gone (kill -9) is taken over.
 * @throws ConfigError when another process has it
 */
export function lockDataFolder(dataDir: string): void {
  const file = join(dataDir, FILE);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(file, `${process.pid} ${startTimeOf(process.pid) ?? ''}`, { flag: 'wx' });
      process.once('exit', () => release(file));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const [pid, startTime] = readFileSync(file, 'utf8').split(' ');
      if (isRunning(Number(pid), startTime ?? '')) {
        throw new ConfigError(`DATA_DIR ${resolve(dataDir)} is in use by process ${pid}: stop it, or set DATA_DIR to another folder`);
      }
      rmSync(file, { force: true });
    }
  }
  throw new ConfigError(`DATA_DIR ${resolve(dataDir)} is being taken by another process`);
}

function release(file: string): void {
  try {
    if (readFileSync(file, 'utf8').startsWith(`${process.pid} `)) rmSync(file);
  } catch {
    // Gone already: nothing to release.
  }
}

/** A process with the same number may be another one: where the system tells, its start time decides. */
function isRunning(pid: number, startTime: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startTimeOf(pid);
  return now === undefined || startTime === '' || now === startTime;
}

function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold spaces, so fields are counted from the closing parenthesis: start time is the 22nd.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
