import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** The release that this is, as package.json says it. */
export const VERSION = readVersion();

function readVersion(): string {
  const file = findPackageJSON(import.meta.url);
  if (file === undefined) throw new Error('there is no package.json beside the service');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
