import { isWellFormedApiKey, typeOfApiKey } from './auth/api-key-format.js';
import type { Config } from './config.js';

export const STRIPE_API = 'https://api.stripe.com';

/** What no setting shows alone, one line for each. */
export function problemsBetween(config: Config): string[] {
  return [...addressProblems(config), ...keyProblems(config), ...modeProblems(config)];
}

function addressProblems(config: Config): string[] {
  const problems: string[] = [];
  if (config.databaseMigrationUrl && !config.databaseUrl) {
    problems.push('DATABASE_MIGRATION_URL needs DATABASE_URL: the same database, as the role that the service runs as');
  }
  if (config.databasePassword && !config.databaseUrl) problems.push('DATABASE_PASSWORD needs DATABASE_URL');
  if (config.databaseMigrationPassword && !config.databaseMigrationUrl) {
    problems.push('DATABASE_MIGRATION_PASSWORD needs DATABASE_MIGRATION_URL');
  }
  return problems;
}

function keyProblems({ bootstrapApiKey: key }: Config): string[] {
  if (key === undefined || (isWellFormedApiKey(key) && typeOfApiKey(key) === 'private_key')) return [];
  return ['BOOTSTRAP_API_KEY must be an sk_ key with its checksum: `npm run make-key` makes one'];
}

/** Production runs on real settings only. */
function modeProblems(config: Config): string[] {
  const problems: string[] = [];
  if (!config.isProduction) return problems;
  if (!config.databaseUrl) {
    problems.push('DATABASE_URL is missing: the embedded database is not safe against a power cut');
  }
  if (!config.bootstrapApiKey)
    problems.push('BOOTSTRAP_API_KEY is missing: it becomes the first server key; `npm run make-key` makes one');
  if (config.demo) problems.push('DEMO must not be true in production');
  if (config.ledgerClock !== 'database') problems.push('LEDGER_CLOCK must be database in production');
  if (config.stripeApiBase !== STRIPE_API) {
    problems.push(
      `STRIPE_API_BASE must be ${STRIPE_API} in production: any other host would be shown card tokens and keys`,
    );
  }
  if (config.publicUrl?.startsWith('http:')) {
    problems.push('PUBLIC_URL must begin with https:// in production: it is where payments are confirmed');
  }
  if (config.allowUnsafeDatabase) problems.push('ALLOW_UNSAFE_DATABASE must not be true in production');
  return problems;
}
