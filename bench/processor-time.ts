import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';

/** Linux counts processor time in hundredths of a second. */
const TICK_US = 10_000;

/**
 * Reads the processor time that a PostgreSQL server has used so far, all its processes together.
 * @returns microseconds; undefined where the server is another machine's, or the system does not say
 */
export async function findProcessorTime(databaseUrl: string): Promise<(() => number) | undefined> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const server = statusOf(rows[0]?.pid ?? 0)?.parent;
    return server === undefined ? undefined : () => processorTimeOf(server);
  } catch {
    return undefined;
  } finally {
    await client.end();
  }
}

/** A connection that has ended is among what the server says of the children that it has buried. */
function processorTimeOf(server: number): number {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const states = processes.flatMap((pid) => statusOf(Number(pid)) ?? []);
  const own = states.filter(({ pid, parent }) => pid === server || parent === server);
  return own.reduce((sum, { ticks }) => sum + ticks, 0) * TICK_US;
}

/** Undefined for a process that is not there (any more). */
function statusOf(pid: number): { pid: number; parent: number; ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // What follows the name, which may hold anything: state, parent, ... and at 11 to 14 user and system time, own and children's.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + field, 0);
    return { pid, parent: fields[1] ?? 0, ticks };
  } catch {
    return undefined;
  }
}
