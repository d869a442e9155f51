import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EntityManager } from '@mikro-orm/postgresql';
import type { AdminCommand } from '../src/ops/admin/admin-command.js';
import { createKey } from '../src/ops/admin/create-key.js';
import { LEFT_OUT, READ_TABLES, type TableColumns } from '../src/ops/admin/export/exported-tables.js';
import { writeTenant } from '../src/ops/admin/export/write-tenant.js';
import { exportTenant } from '../src/ops/admin/export-tenant.js';
import { resumeWallet } from '../src/ops/admin/resume-wallet.js';
import { listTenants } from '../src/ops/admin/tenants.js';
import { withinEveryScope, withinScope } from '../src/shared/sight.js';
import { type ApiClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { auditRows } from './support/audit.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { TopUpScene } from './support/top-ups.js';

/** Columns that read as if they were secret, and are not. */
const NO_SECRETS =
  /^(entry\.hash|wallet\.last_entry_hash|\w+\.(request_hash|idempotency_key|key_number|keys_card|dedupe_key)|(idempotency_key|tenant_setting)\.key|audit_log\.key_\w+)$/;

describe.each(DATABASES)('the operator’s commands on %s', (_name, createDatabase) => {
  let service: TestApp;
  let scene: TopUpScene;
  let client: ApiClient;
  let folder: string;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    scene = await TopUpScene.create(service);
    client = await clientOf(scene);
    folder = mkdtempSync(join(tmpdir(), 'refill-export-'));
  });
  afterAll(async () => {
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (command: AdminCommand, parameters: string[], options = {}) =>
    withinEveryScope(() => command.run({ app: service.app, parameters, options, readLine: async () => '' }));

  async function clientOf({ scope }: TopUpScene): Promise<ApiClient> {
    const printed = await run(createKey, [scope.environmentId], { name: 'Lost the other' });
    const [, key = ''] = /^key: (sk_\S+)\n/.exec(printed) ?? [];
    const made = withKey(service, key, scope);
    await made.post('/v1/webhooks/endpoints', { url: 'http://127.0.0.1:9/hook' }).expect(201);
    return made;
  }

  it('create-key makes a key that works, says so in the audit log, and refuses what is no environment', async () => {
    await client.post('/v1/customers/search', {}).expect(200);
    const { tenantId, environmentId } = scene.scope;
    expect(await auditRows(service, { tenantId, action: 'api_key.created' })).toMatchObject([
      {
        actorKind: 'operator',
        environmentId,
        after: { name: 'Lost the other', type: 'private_key', status: 'published' },
      },
    ]);
    expect(await run(listTenants, [])).toContain(`    ${environmentId}  development  Test\n`);
    await expect(run(createKey, [tenantId])).rejects.toThrow('environment not found');
    await expect(run(createKey, [environmentId], { name: '' })).rejects.toThrow('name');
  });

  it('resume-wallet ends a pause as its API does, in one commit with its line in the audit log', async () => {
    const { walletId } = await scene.newWallet('5', 'pm_sandbox_decline');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.settle();
    const [topUp] = await scene.topUps(walletId);
    await client.post(`/v1/top-ups/${topUp?.id}/cancel`).expect(200);
    const paused = await client.get(`/v1/wallets/${walletId}`).expect(200);
    expect(paused.body.auto_topup.paused_reason).toBe('canceled_by_request');
    expect(await run(resumeWallet, [walletId])).toContain('is on, and not paused');
    await scene.settle();
    expect(await scene.topUps(walletId)).toHaveLength(2);
    // Nothing is left to resume: no second line.
    await run(resumeWallet, [walletId]);
    const rows = await auditRows(service, { targetId: walletId });
    expect(rows).toMatchObject([
      {
        ...scene.scope,
        action: 'auto_topup.resumed',
        actorKind: 'operator',
        before: { pause_reason: 'canceled_by_request' },
        after: { pause_reason: null },
      },
    ]);
    const commits = await service.get(EntityManager).execute<{ xmin: string }[]>(
      `select xmin::text from audit_log where id = '${rows[0]?.id}'
       union all select xmin::text from webhook_event where wallet_id = '${walletId}' and event_type = 'auto_topup.resumed'`,
    );
    expect(commits).toEqual([commits[0], commits[0]]);
    await expect(run(resumeWallet, ['wallet_none'])).rejects.toThrow('wallet not found');
  });

  it('export-tenant writes every row of the tenant as a line of JSON, and nothing that is another’s or a secret', async () => {
    const others = await TopUpScene.create(service);
    await clientOf(others);
    for (const own of [scene, others]) {
      const { walletId } = await own.newWallet('12.5');
      await own.ledger.hold(walletId, `hold_${walletId}`, '1.25');
      await own.ledger.debit(walletId, '2');
    }
    const target = join(folder, 'all');
    expect(await run(exportTenant, [scene.scope.tenantId, target])).toContain(
      `of ${scene.scope.tenantId} (Test) are in`,
    );
    const manifest = JSON.parse(readFileSync(join(target, 'manifest.json'), 'utf8')) as {
      rows: Record<string, number>;
    };
    const em = service.get(EntityManager);
    let text = '';
    for (const [table, rows] of Object.entries(manifest.rows)) {
      const file = readFileSync(join(target, `${table}.ndjson`), 'utf8');
      const lines = file
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect([table, lines.length]).toEqual([table, rows]);
      expect(lines.every(({ tenant_id: id = scene.scope.tenantId }) => id === scene.scope.tenantId)).toBe(true);
      text += file;
    }
    const ofTheirs = await em.execute<{ id: string }[]>(
      `select id from wallet where tenant_id = '${others.scope.tenantId}' union select id from tenant where id = '${others.scope.tenantId}'
       union select id from webhook_event where tenant_id = '${others.scope.tenantId}'`,
    );
    const secrets = await em.execute<{ id: string }[]>(
      'select key_hash as id from api_key union select secret from webhook_endpoint',
    );
    expect(ofTheirs.length).toBeGreaterThan(3);
    for (const { id } of [...ofTheirs, ...secrets]) expect(text).not.toContain(id);
    for (const table of [
      'wallet',
      'lot',
      'entry',
      'entry_lot',
      'hold',
      'hold_lot',
      'api_key',
      'audit_log',
      'top_up',
      'top_up_attempt',
      'webhook_endpoint',
      'webhook_event',
      'webhook_delivery',
    ]) {
      expect([table, (manifest.rows[table] ?? 0) > 0]).toEqual([table, true]);
    }
    expect(readFileSync(join(target, 'entry.ndjson'), 'utf8')).toContain('"balance_after":"12.5"');
    expect(statSync(target).mode & 0o077).toBe(0);
  });

  it('export-tenant refuses a folder that is there, and an unknown tenant makes none', async () => {
    await expect(run(exportTenant, [scene.scope.tenantId, folder])).rejects.toThrow('is there already');
    const target = join(folder, 'none');
    await expect(run(exportTenant, ['tenant_none', target])).rejects.toThrow('tenant not found');
    expect(existsSync(target)).toBe(false);
  });

  it('export-tenant shows no other’s rows even if it asked for them', async () => {
    const others = await TopUpScene.create(service);
    const em = service.app.get(EntityManager);
    const target = join(folder, 'theirs');
    const { rows } = await withinScope(scene.scope, () => writeTenant(em.fork(), others.scope.tenantId, target));
    expect(rows).toBe(0);
    expect(readdirSync(target)).toContain('tenant.ndjson');
  });

  it('export-tenant knows of each column that may be secret', async () => {
    const tables = await service.get(EntityManager).execute<TableColumns[]>(READ_TABLES);
    const suspicious = tables.flatMap(({ name, columns }) =>
      columns
        .filter((column) => /hash|secret|sealed|token|password|key|action_url/.test(column.name))
        .filter((column) => !LEFT_OUT[name]?.includes(column.name))
        .map((column) => `${name}.${column.name}`),
    );
    expect(suspicious.filter((column) => !NO_SECRETS.test(column))).toEqual([]);
  });
});
