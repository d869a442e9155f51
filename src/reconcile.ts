import { parseArgs } from 'node:util';
import { AppModule } from './app.module.js';
import { type Config, ConfigError, readConfig } from './config.js';
import { readTimestamp } from './http/fields/is-timestamp.js';
import { loggableMessage } from './loggable-error.js';
import { DataFolderInUse } from './ops/data-folder-lock.js';
import { readDemoFile } from './ops/demo/demo-file.js';
import { openDatabaseDesk } from './ops/reconcile/database-desk.js';
import type { ReconciliationDesk } from './ops/reconcile/desk.js';
import { differencesText, runText } from './ops/reconcile/print-run.js';
import { openServiceDesk } from './ops/reconcile/service-desk.js';

const USAGE = `npm run reconcile -- [--from <timestamp>] [--to <timestamp>] [--environment <id>] [--repair]
  --from, --to   payments created in this period: 2026-03-01 or 2026-03-01T00:00:00Z; the last seven days
  --environment  one environment; all that charge somebody
  --repair       repair what needs no person, then look again
ends with 0 where nothing differs, 1 where something does or could not be looked at, 2 where this was misspelt
`;

interface Wish {
  period: { from?: Date; to?: Date };
  environment: string | undefined;
  repair: boolean;
}

/** `npm run reconcile`: 1 while something is open. */
async function main(): Promise<number> {
  const wish = readWish();
  if (!wish) {
    process.stderr.write(USAGE);
    return 2;
  }
  const desk = await openDesk();
  try {
    const environments = wish.environment === undefined ? await desk.environments() : [wish.environment];
    let isGreen = true;
    for (const environment of environments) isGreen = (await reconcile(desk, environment, wish)) && isGreen;
    return isGreen ? 0 : 1;
  } finally {
    await desk.close();
  }
}

/** One environment's failure must not stop the others. @returns whether all of it agrees */
async function reconcile(desk: ReconciliationDesk, environment: string, wish: Wish): Promise<boolean> {
  try {
    let run = await desk.reconcile(environment, wish.period);
    if (!run) return true;
    if (wish.repair && run.differences_open > 0) {
      process.stdout.write(`${await desk.repair(environment)} repaired\n`);
      run = (await desk.reconcile(environment, wish.period)) ?? run;
    }
    process.stdout.write(runText(environment, run));
    let open = 0;
    for await (const page of desk.openDifferences(environment)) {
      if (page.length > 0) process.stdout.write(differencesText(page));
      open += page.length;
    }
    process.stdout.write(open === 0 ? 'no difference\n' : `${open} open\n`);
    return open === 0 && run.status === 'finished';
  } catch (error) {
    process.stderr.write(`${environment}: ${loggableMessage(error)}\n`);
    return false;
  }
}

/** The database, or where that is embedded and a service has it, the service. */
async function openDesk(): Promise<ReconciliationDesk> {
  // The log is the command's answer, so only errors are in it; what is due is the service's business.
  const config = Object.assign(readConfig(process.env), { logLevel: 'error', sweepIntervalMs: 0 });
  try {
    return await openDatabaseDesk(config, AppModule.register(config));
  } catch (error) {
    if (!(error instanceof DataFolderInUse)) throw error;
    return serviceDesk(config, error);
  }
}

async function serviceDesk(config: Config, inUse: ConfigError): Promise<ReconciliationDesk> {
  const demo = await readDemoFile(config);
  const apiKey = process.env['REFILL_API_KEY'] ?? demo?.server_key;
  if (apiKey === undefined) {
    throw new ConfigError(`${inUse.message}; or set REFILL_API_KEY to a server key, and the service is asked`);
  }
  return openServiceDesk(process.env['REFILL_URL'] ?? demo?.base_url ?? `http://127.0.0.1:${config.port}`, apiKey);
}

/** @returns undefined where it cannot be read */
function readWish(): Wish | undefined {
  try {
    const text = { type: 'string' } as const;
    const options = { from: text, to: text, environment: text, repair: { type: 'boolean' } } as const;
    const { values } = parseArgs({ options });
    const [from, to] = [values.from, values.to].map((value) => (value === undefined ? undefined : readDay(value)));
    if ((values.from !== undefined && !from) || (values.to !== undefined && !to)) return undefined;
    const period = { ...(from ? { from } : {}), ...(to ? { to } : {}) };
    return { period, environment: values.environment, repair: values.repair ?? false };
  } catch {
    return undefined;
  }
}

function readDay(value: string): Date | undefined {
  return readTimestamp(/^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00Z` : value);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`refill: ${loggableMessage(error)}\n`);
  process.exitCode = 1;
}
