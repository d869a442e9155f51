import { findBreachesOf } from '../support/database-breaches.js';
import type { Load, Write } from './load.js';
import { rowsOf } from './scene.js';

/** What must never be, under its name: the keys of the writes that it happened to. */
export interface Judgement {
  lost: string[];
  doubled: string[];
  /** Answered with neither success nor "later". */
  refused: string[];
  breaches: string[];
}

/** Holds what customers were told against what the database has, when nothing is under way. */
export async function judgeWrites(databaseUrl: string, load: Load): Promise<Judgement> {
  const timesOf = await countWrites(databaseUrl);
  const { writes, acknowledged } = load;
  const keysOf = (some: Write[]) => some.map(({ key }) => key);
  return {
    lost: keysOf(acknowledged.filter((write) => timesOf(write) === 0)),
    doubled: keysOf(writes.filter((write) => timesOf(write) > 1)),
    refused: writes
      .filter((write) => write.answer && !acknowledged.includes(write))
      .map(({ key, answer }) => `${key}: ${answer?.status} ${answer?.text.slice(0, 100)}`),
    breaches: await findBreachesOf(databaseUrl),
  };
}

/** How often each write was carried out. The entry of a capture has no words of its client's: it refers to its hold. */
async function countWrites(databaseUrl: string): Promise<(write: Write) => number> {
  const written = await rowsOf<{ name: string; count: number }>(
    databaseUrl,
    `select name, count(*)::int as count from (
       select coalesce(nullif(description, ''), reference_id) as name from entry union all select description from hold) w
     group by name`,
  );
  const counts = new Map(written.map(({ name, count }) => [name, count]));
  const nameOf = ({ kind, key, path }: Write) => (kind === 'capture' ? (path.split('/').at(-2) as string) : key);
  return (write) => counts.get(nameOf(write)) ?? 0;
}
