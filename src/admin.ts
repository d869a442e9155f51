import { parseArgs } from 'node:util';
import { createInterface } from 'node:readline/promises';
import { AppModule } from './app.module.js';
import { ConfigError, readConfig } from './config.js';
import type { AdminCall, AdminCommand } from './ops/admin/admin-command.js';
import { ADMIN_COMMANDS } from './ops/admin/admin-commands.js';
import { DataFolderInUse } from './ops/data-folder-lock.js';
import { openApplication } from './ops/open-application.js';
import { withinEveryScope } from './shared/sight.js';

type Wish = Pick<AdminCall, 'parameters' | 'options'> & { command: AdminCommand };

/** `npm run admin`: what the operator does on the service's own database, also while the service runs. */
async function main(): Promise<number> {
  const parameters = process.argv.slice(2);
  if (parameters.includes('--help')) {
    process.stdout.write(usage());
    return 0;
  }
  const wish = readWish(parameters);
  if (!wish) {
    process.stderr.write(usage());
    return 2;
  }
  const { command, ...call } = wish;
  // The log is the command's answer, so only errors are in it; what is due is the service's business.
  const config = Object.assign(readConfig(process.env), { logLevel: 'error', sweepIntervalMs: 0 });
  const app = await openApplication(config, AppModule.register(config));
  try {
    process.stdout.write(await withinEveryScope(() => command.run({ app, ...call, readLine })));
    return 0;
  } finally {
    await app.close();
  }
}

/** @returns undefined where it cannot be read */
function readWish([name, ...rest]: string[]): Wish | undefined {
  const command = ADMIN_COMMANDS.find((candidate) => candidate.name === name);
  if (!command) return undefined;
  try {
    const read = parseArgs({ args: rest, options: command.options ?? {}, allowPositionals: true });
    const { positionals: parameters, values: options } = read;
    return parameters.length === command.parameters.length ? { command, parameters, options } : undefined;
  } catch {
    return undefined;
  }
}

async function readLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
  }
}

function usage(): string {
  const lines = ADMIN_COMMANDS.map(({ name, parameters, options = {}, words }) => {
    const flags = Object.entries(options).map(
      ([flag, { type }]) => ` [--${flag}${type === 'string' ? ' <text>' : ''}]`,
    );
    return `  ${name}${parameters.map((parameter) => ` <${parameter}>`).join('')}${flags.join('')}\n      ${words}\n`;
  });
  return `npm run admin -- <command>\n${lines.join('')}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof DataFolderInUse) {
    return `the embedded database belongs to one process, and ${error.holder} has it: stop the service, run this command, start it again`;
  }
  if (error instanceof ConfigError) return error.message;
  return error instanceof Error ? error.message : String(error);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`refill: ${reasonOf(error)}\n`);
  process.exitCode = 1;
}
