import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EntityManager } from '@mikro-orm/postgresql';
import { ApiKeysService } from '../src/auth/api-keys.service.js';
import { ApiKey } from '../src/auth/api-key.entity.js';
import { Tenant } from '../src/auth/tenant.entity.js';
import { Config } from '../src/config.js';
import { databasePlace } from '../src/ops/database-place.js';
import { type DemoDetails, readDemoFile } from '../src/ops/demo/demo-file.js';
import { Demo } from '../src/ops/demo/demo.service.js';
import { demoCommands, demoText } from '../src/ops/demo/demo-text.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { call } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase, DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';

describe.each(DATABASES)('the demo data on %s', (_name, createDatabase) => {
  let service: TestApp;
  let dataDir: string;
  let demo: DemoDetails;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'refill-demo-'));
    service = await startTestApp({ database: await createDatabase(), dataDir });
    demo = await service.get(Demo).prepare(service.url);
  });
  afterAll(async () => {
    await service.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const file = () => join(dataDir, 'demo.json');

  it('are in demo.json, for its owner only', () => {
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual(demo);
    expect(demo).toEqual({
      database: databasePlace(service.config),
      base_url: service.url,
      server_key: expect.stringMatching(/^sk_/),
      account_key: expect.stringMatching(/^sk_/),
      customer_id: expect.stringMatching(/^cust_/),
      customer_external_id: 'demo-customer',
      wallet_id: expect.stringMatching(/^wallet_/),
      pack_ids: ['pack_10', 'pack_100', 'pack_1000'],
    });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('are a customer with a card and some credits, and packs to buy', async () => {
    const account = call(service, demo.account_key);
    expect((await account.get('/account/credits/').expect(200)).body).toMatchObject({ balance: 25 });
    expect((await account.get('/credits-packs/').expect(200)).body).toMatchObject({ count: 3 });
    const server = call(service, demo.server_key);
    await server.get(`/v1/customers/external/${demo.customer_external_id}`).expect(200);
    const cards = await server.get(`/v1/customers/${demo.customer_id}/payment-methods`).expect(200);
    expect(cards.body).toMatchObject({ items: [{ provider: 'sandbox', last4: '4242' }] });
  });

  it('stay the same on the next start', async () => {
    expect(await service.get(Demo).prepare(service.url)).toEqual(demo);
    expect(await service.get(Demo).prepare('http://127.0.0.1:1')).toEqual({ ...demo, base_url: 'http://127.0.0.1:1' });
    const account = call(service, demo.account_key);
    expect((await account.get('/account/credits/').expect(200)).body).toMatchObject({ balance: 25 });
  });

  it('get new keys when the file is lost or damaged, and nothing else', async () => {
    for (const damage of [() => rmSync(file()), () => writeFileSync(file(), '{"server_key":')]) {
      damage();
      const again = await service.get(Demo).prepare(service.url);
      expect(again).toEqual({ ...demo, server_key: expect.any(String), account_key: expect.any(String) });
      expect(again.server_key).not.toBe(demo.server_key);
      expect(again.account_key).not.toBe(demo.account_key);
      demo = again;
    }
    expect(await service.get(EntityManager).fork().count(Tenant)).toBe(1);
    await call(service, demo.server_key).get('/v1/credit-packs').expect(200);
  });

  it('get a new key for one that was revoked', async () => {
    const em = service.get(EntityManager).fork();
    const key = await em.findOneOrFail(ApiKey, { customerId: demo.customer_id }, { orderBy: { id: 'desc' } });
    await service.get(ApiKeysService).revokeApiKey(key, key.id);
    const again = await service.get(Demo).prepare(service.url);
    expect(again).toEqual({ ...demo, account_key: expect.any(String) });
    expect(again.account_key).not.toBe(demo.account_key);
    await call(service, again.account_key).get('/account/credits/').expect(200);
    demo = again;
  });

  it('are printed with everything a newcomer needs', () => {
    const text = demoText(demo);
    for (const needed of [`${service.url}/docs`, demo.server_key, demo.account_key]) expect(text).toContain(needed);
    expect(demoCommands(demo)).toHaveLength(4);
    for (const { command } of demoCommands(demo)) expect(text).toContain(`\n${command}\n`);
  });
});

describe('the demo of another database', () => {
  it('gets data and keys of its own, and the first one has keys that work when the service is back on it', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'refill-demo-'));
    const [one, other] = [await createTestDatabase(), await createTestDatabase()];
    const seen: DemoDetails[] = [];
    for (const { url } of [one, other, one]) {
      const service = await startTestApp({ dataDir, database: { kind: 'postgres', url, drop: async () => undefined } });
      const demo = await service.get(Demo).prepare(service.url);
      await call(service, demo.account_key).get('/account/credits/').expect(200);
      await call(service, demo.server_key).get(`/v1/wallets/${demo.wallet_id}`).expect(200);
      seen.push(demo);
      // What commands and scripts read is never that of another database.
      expect(await readDemoFile(service.config)).toEqual(demo);
      expect(await readDemoFile(Object.assign(new Config(), { dataDir }))).toBeUndefined();
      await service.close();
    }
    const [first, second, again] = seen as [DemoDetails, DemoDetails, DemoDetails];
    expect(second.server_key).not.toBe(first.server_key);
    expect([second.customer_id, again.customer_id]).toEqual([
      expect.not.stringMatching(first.customer_id),
      first.customer_id,
    ]);
    expect(new Set(seen.map(({ database }) => database)).size).toBe(2);
    for (const database of [one, other]) await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });
});

const hasCurl = (() => {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

(hasCurl ? describe : describe.skip)('the printed commands', () => {
  it('work when they are pasted, one after the other', async () => {
    const service = await startTestApp();
    const demo = await service.get(Demo).prepare(service.url);
    const commands = demoCommands(demo).map(({ command }) => command);
    const [putRule, debit, listTopUps, putSettings] = commands as [string, string, string, string];

    expect(await paste(putRule)).toMatchObject({ auto_topup: { enabled: true, threshold: '10', amount: '20' } });
    expect(await paste(debit)).toMatchObject({ credit_balance: '5' });
    await service.get(TopUpEngine).idle();
    expect(await paste(listTopUps)).toMatchObject({
      items: [{ trigger: 'threshold', status: 'succeeded', credits: '20' }],
    });
    expect(await paste(putSettings)).toMatchObject({
      auto_top_up_on_insufficient: true,
      auto_top_up_credits_pack: { id: 'pack_100', price: 9900 },
    });
    // Pasted again after the cool-off, it crosses the line again.
    service.clock.advance(61_000);
    expect(await paste(debit)).toMatchObject({ credit_balance: '5' });
    await service.get(TopUpEngine).idle();
    expect(await paste(listTopUps)).toMatchObject({ pagination: { total: 2 } });
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
  });
});

/** What a shell makes of a printed line. Not synchronous: the service answers from this very process. */
async function paste(command: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)('sh', ['-c', command.replace('curl', 'curl -sS')]);
  return JSON.parse(stdout);
}
