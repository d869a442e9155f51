import type { Config } from '../config.js';
import { placeOf } from '../shared/database-address.js';
import { embeddedDatabaseFolder } from './embedded-database.js';

/** Which database the service runs on, in one word, without who asks and their password. */
export function databasePlace(config: Config): string {
  if (!config.databaseUrl) return `embedded in ${embeddedDatabaseFolder(config.dataDir)}`;
  const { host, name } = placeOf(config.databaseUrl);
  return `postgresql://${host}/${name}`;
}
