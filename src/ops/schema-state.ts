import type { EntityManager } from '@mikro-orm/postgresql';
import { ConfigError } from '../config.js';
import { VERSION } from './version.js';

const TABLE = 'mikro_orm_migrations';
const BY_RELEASE = /^Refill (\S+) \((\S+)\)$/;

/** How the migrations of a database and those of this release differ. */
export interface SchemaState {
  /** Nothing has ever been migrated here. */
  isEmpty: boolean;
  /** Of this release, and not in the database. */
  pending: string[];
  /** In the database, and not of this release: it is older than the schema. The last one is the newest. */
  unknown: string[];
  /** The newest that this release has. */
  newestKnown: string;
  /** The release that brought the schema to where it is, where it has said so. */
  madeBy: string | undefined;
}

/** Reads which migrations a database has. Writes nothing, and makes no table. */
export async function readSchemaState(em: EntityManager): Promise<SchemaState> {
  const known = (em.config.get('migrations').migrationsList ?? []).map((migration) =>
    typeof migration === 'string' ? migration : migration.name,
  );
  const [table] = await em.execute<{ is_there: boolean; said: string | null }[]>(
    `select to_regclass('${TABLE}') is not null as is_there,
            obj_description(to_regclass('${TABLE}'), 'pg_class') as said`,
  );
  const rows = table?.is_there ? await em.execute<{ name: string }[]>(`select name from ${TABLE} order by id`) : [];
  const executed = rows.map(({ name }) => name);
  const [, release, migration] = BY_RELEASE.exec(table?.said ?? '') ?? [];
  return {
    isEmpty: executed.length === 0,
    pending: known.filter((name) => !executed.includes(name)),
    unknown: executed.filter((name) => !known.includes(name)),
    newestKnown: known.at(-1) ?? '',
    madeBy: migration === executed.at(-1) ? release : undefined,
  };
}

/** Notes which release has made the schema, for an older one to say. Asked by who owns the table, after migrating. */
export async function signSchema(em: EntityManager, { newestKnown }: SchemaState): Promise<void> {
  await em.execute(`comment on table ${TABLE} is 'Refill ${VERSION} (${newestKnown})'`);
}

/**
 * An older release on a newer schema may write rows that the newer one takes for broken: it does not start.
 * @param allowed the newest migration of the schema, where the operator knows that this release may run on it
 * @throws ConfigError
 */
export function refuseNewerSchema(state: SchemaState, allowed: string | undefined): void {
  const { unknown, pending, newestKnown, madeBy } = state;
  const newest = unknown.at(-1);
  if (newest === undefined || (newest === allowed && pending.length === 0)) return;
  throw new ConfigError(
    `the database's schema is newer than this release: it has ${newest}${madeBy === undefined ? '' : `, of Refill ${madeBy}`}; ` +
      `this is Refill ${VERSION}, which knows ${newestKnown} as the last. Start the newer release, or restore a backup of ` +
      `before the upgrade; where the newer release's notes say that this one may run on its schema, set ALLOW_NEWER_SCHEMA=${newest}`,
  );
}
