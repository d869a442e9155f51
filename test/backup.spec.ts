import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MikroORM } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { generateApiKey } from '../src/auth/api-key-format.js';
import { Config } from '../src/config.js';
import { databaseOptions } from '../src/database.js';
import { seeingAll } from './support/as-caller.js';
import { commandsOf } from './support/commands-of.js';
import { expectSoundLedger } from './support/invariants.js';
import { findBinaries } from './support/postgres-binaries.js';
import { type PostgresServer, startPostgres } from './support/postgres-server.js';
import { ServiceProcess } from './support/service-process.js';

const PAGE = 'docs/operations.md';
const KEY = generateApiKey('private_key');

type Body = Record<string, unknown>;

/** As an operator does it: two servers, a shell, and nothing but what the page says. */
describe('backup and restore as docs/operations.md says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'refill-backup-'));
  const bin = findBinaries(folder);
  const servers: PostgresServer[] = [];
  const services: ServiceProcess[] = [];
  afterAll(async () => {
    for (const service of services) await service.end('SIGKILL');
    for (const server of servers) server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function newServer(): Promise<PostgresServer> {
    const server = await startPostgres();
    servers.push(server);
    return server;
  }

  /** The page's lines on this server, whose superuser has another password than the page's. */
  function here(lines: string, { url }: PostgresServer): string {
    const { host, password } = new URL(url);
    return lines.replaceAll('postgres:secret@', `postgres:${password}@`).replaceAll('localhost:5432', host);
  }

  async function shell(lines: string, server: PostgresServer): Promise<void> {
    const env = { PATH: `${bin}:${process.env['PATH']}` };
    await promisify(execFile)('bash', ['-ec', here(lines, server)], { cwd: folder, env });
  }

  /** In production mode, with the variables that a block of the page exports. */
  async function start(exports: string, server: PostgresServer): Promise<ServiceProcess> {
    const told = [...here(exports, server).matchAll(/^export (DATABASE\w*)=(\S+)$/gm)].map(([, name, value]) => [
      name,
      value,
    ]);
    const production = { NODE_ENV: 'production', BOOTSTRAP_API_KEY: KEY };
    const service = await ServiceProcess.start({ ...production, ...Object.fromEntries(told) });
    services.push(service);
    expect(service.log.filter(({ msg }) => String(msg).startsWith('row-level security is passed by'))).toEqual([]);
    return service;
  }

  async function ask({ url }: ServiceProcess, method: string, path: string, body?: Body): Promise<Body> {
    const headers = { 'x-api-key': KEY, 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Body;
  }

  const debit = (service: ServiceProcess, walletId: string, key: string): Promise<Body> => {
    const body = { credits: '10', transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: key };
    return ask(service, 'POST', `/v1/wallets/${walletId}/debit`, body);
  };

  // PostgreSQL from npm comes without the programs that dump and restore.
  (existsSync(join(bin, 'pg_dump')) ? it : it.skip)(
    'brings back what was there, on another server, sound, behind the same wall, and goes on',
    async () => {
      const [roles = '', variables = ''] = commandsOf(PAGE, 'Going live');
      const [dump = '', restore = '', moved = ''] = commandsOf(PAGE, 'A dump');
      const lost = await newServer();
      await shell(roles, lost);
      const before = await start(variables, lost);
      const { id: customerId } = await ask(before, 'POST', '/v1/customers', { external_id: 'acme', name: 'Acme' });
      const draft = { customer_id: customerId, currency: 'usd', initial_credits_to_load: '100' };
      const walletId = (await ask(before, 'POST', '/v1/wallets', draft))['id'] as string;
      await debit(before, walletId, 'before');
      await shell(dump, lost);
      await debit(before, walletId, 'after');

      const other = await newServer();
      await shell(roles, other);
      await shell(restore, other);
      const restored = await start(moved, other);
      expect(await ask(restored, 'GET', `/v1/wallets/${walletId}`)).toMatchObject({ credit_balance: '90' });
      // Sent again by those who kept the keys: one is answered from what is stored, the other is carried out.
      await debit(restored, walletId, 'before');
      await debit(restored, walletId, 'after');
      expect(await ask(restored, 'GET', `/v1/wallets/${walletId}`)).toMatchObject({ credit_balance: '80' });
      await expectSound(other);
    },
  );

  async function expectSound({ url }: PostgresServer): Promise<void> {
    const config = Object.assign(new Config(), { databaseUrl: url.replace(/\/postgres$/, '/refill_restored') });
    const orm = await MikroORM.init(databaseOptions(config));
    try {
      await expectSoundLedger(seeingAll(orm.em as EntityManager));
    } finally {
      await orm.close();
    }
  }
});
