import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.js';
import { databasePlace } from '../database-place.js';

/** Everything that a newcomer needs for the first calls: `<DATA_DIR>/demo.json`. */
export interface DemoDetails {
  /** Where the database is that the keys are of: `databasePlace`. */
  database: string;
  base_url: string;
  server_key: string;
  account_key: string;
  customer_id: string;
  customer_external_id: string;
  wallet_id: string;
  pack_ids: string[];
}

/** Holds keys: readable by its owner only. */
const FILE_MODE = 0o600;

/** The details of an earlier start on this database; undefined when there are none, or none that can be read. */
export async function readDemoFile(config: Config): Promise<DemoDetails | undefined> {
  try {
    const details: unknown = JSON.parse(await readFile(demoFile(config.dataDir), 'utf8'));
    return isDemoDetails(details) && details.database === databasePlace(config) ? details : undefined;
  } catch {
    // Lost or damaged: new keys are made, and the file with them.
    return undefined;
  }
}

/** Written whole or not at all. */
export async function writeDemoFile(dataDir: string, details: DemoDetails): Promise<void> {
  const unfinished = `${demoFile(dataDir)}.new`;
  await writeFile(unfinished, `${JSON.stringify(details, null, 2)}\n`, { mode: FILE_MODE });
  await rename(unfinished, demoFile(dataDir));
}

function demoFile(dataDir: string): string {
  return join(dataDir, 'demo.json');
}

function isDemoDetails(value: unknown): value is DemoDetails {
  if (typeof value !== 'object' || value === null) return false;
  const { server_key: serverKey, account_key: accountKey } = value as Record<string, unknown>;
  return typeof serverKey === 'string' && typeof accountKey === 'string';
}
