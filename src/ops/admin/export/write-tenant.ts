import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';
import { isDistributed } from '../../../shared/distribution.js';
import { LEFT_OUT, READ_TABLES, rowsOfTenant, type TableColumns } from './exported-tables.js';

/** In memory at once: one may have a body of an event in it, 64 KiB and more. */
const ROWS_AT_ONCE = 250;
/** Written last: without it an export has not come to its end. */
const MANIFEST = 'manifest.json';

export interface Written {
  rows: number;
  tables: number;
}

/**
 * Writes all rows of a tenant that the work may see into a new folder: a file of JSON lines for each table, as of one
 * instant, read as fast as they are written. It holds a snapshot as long, as a backup does.
 * @throws Error when the folder is there already
 */
export async function writeTenant(em: EntityManager, tenantId: string, folder: string): Promise<Written> {
  await makeFolder(folder);
  return em.transactional(async (tx) => {
    // Before anything is read, and in statements of their own: the first says what the others see.
    await tx.execute('set transaction isolation level repeatable read, read only');
    await tx.execute(`set local statement_timeout = 0`);
    await tx.execute(`set local timezone = 'UTC'`);
    // Over one connection a worker where the database is distributed, so that each worker shows one instant.
    if (await isDistributed(tx)) await tx.execute('set local citus.max_adaptive_executor_pool_size = 1');
    const [now] = await tx.execute<{ at: string }[]>(`select to_json(now())::text as at`);
    const tables: Record<string, number> = {};
    for (const table of await tx.execute<TableColumns[]>(READ_TABLES)) {
      const rows = rowsOfTenant(table);
      if (rows === undefined) continue;
      tables[table.name] = await writeRows(tx, { rows, tenantId }, join(folder, `${table.name}.ndjson`));
    }
    const manifest = {
      tenant_id: tenantId,
      at: JSON.parse(now?.at ?? 'null') as unknown,
      rows: tables,
      left_out: LEFT_OUT,
    };
    await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    const counts = Object.values(tables);
    return { rows: counts.reduce((sum, count) => sum + count, 0), tables: counts.length };
  });
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Error(`${folder} is there already: name a folder that is not`, { cause: error });
  }
}

interface Rows {
  /** SQL with the tenant as its parameter. */
  rows: string;
  tenantId: string;
}

/** @returns how many there are */
async function writeRows(tx: EntityManager, { rows: query, tenantId }: Rows, path: string): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  try {
    await tx.execute(`declare exported no scroll cursor for ${query}`, [tenantId]);
    let count = 0;
    for (;;) {
      const rows = await tx.execute<{ line: string }[]>(`fetch ${ROWS_AT_ONCE} from exported`);
      await file.write(rows.map(({ line }) => `${line}\n`).join(''));
      count += rows.length;
      if (rows.length < ROWS_AT_ONCE) break;
    }
    await tx.execute('close exported');
    return count;
  } finally {
    await file.close();
  }
}
