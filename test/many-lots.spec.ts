import { EntityManager } from '@mikro-orm/postgresql';
import { Entry } from '../src/ledger/entry.entity.js';
import { newTenantClient, type ApiClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { TestLedger } from './support/ledger.js';

const LOTS = 10_000;
const DAY_MS = 86_400_000;

/** On PostgreSQL only: in the process of the service PGlite's own work would be measured, too. */
describe('a wallet of 10,000 open lots', () => {
  let service: TestApp;
  let client: ApiClient;
  let ledger: TestLedger;
  let one: string;
  let many: string;
  beforeAll(async () => {
    service = await startTestApp({ database: await createTestDatabase() });
    client = await newTenantClient(service);
    ledger = new TestLedger(service, client.scope);
    one = await ledger.open({}, '1000000');
    many = await ledger.open({});
    const expiresAt = new Date(service.clock.now().getTime() + 400 * DAY_MS);
    const grant = (index: number) =>
      ledger.credit(many, '10', index % 2 ? { expiresAt, priority: index % 7 } : { reason: 'PURCHASED_CREDIT_DIRECT' });
    // No more at once than the ledger lets wait.
    for (let granted = 0; granted < LOTS; granted += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, index) => grant(granted + index)));
    }
  }, 120_000);
  afterAll(() => service.close());

  /** CPU of this process, where the service runs, in milliseconds: without the database, and whatever else runs here. */
  async function cpuMs(work: () => Promise<unknown>): Promise<number> {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }

  const debits = (walletId: string) => async () => {
    for (let index = 0; index < 100; index += 1) await ledger.debit(walletId, '0.5');
  };

  /** What `work` costs in times of 100 debits of one lot, measured just before and after: a machine's own speed cancels out. */
  async function inHundredDebits(work: () => Promise<unknown>): Promise<number> {
    const before = await cpuMs(debits(one));
    const ms = await cpuMs(work);
    return (2 * ms) / (before + (await cpuMs(debits(one))));
  }

  it('debits at no more than three times the CPU of one lot', async () => {
    await debits(one)();
    await debits(many)();
    const ratios: number[] = [];
    for (let round = 0; round < 3; round += 1) ratios.push((await cpuMs(debits(many))) / (await cpuMs(debits(one))));
    expect(Math.min(...ratios)).toBeLessThan(3);
  }, 60_000);

  it('holds, captures, releases and is refused without reading all', async () => {
    const cost = await inHundredDebits(async () => {
      for (let index = 0; index < 50; index += 1) {
        const id = `hold_${many}_${index}`;
        await ledger.hold(many, id, '25');
        await ledger.capture(many, id, '5');
        await ledger.release(many, id);
        await expect(ledger.debit(many, '1000000')).rejects.toThrow('are available');
      }
    });
    // Measured: 3 to 4. Read whole, each of the 200 commands takes some 100 ms: 70.
    expect(cost).toBeLessThan(14);
  }, 60_000);

  it('moves 2,000 lots in one transfer, and says so in a short answer', async () => {
    const to = await ledger.open({ customerId: await customerOf(many), walletType: 'POST_PAID' });
    let body: { received: object[]; received_count: number; sent: { id: string; metadata: object } } | undefined;
    const cost = await inHundredDebits(async () => {
      const call = client.post(`/v1/wallets/${many}/transfer`, {
        to_wallet_id: to,
        credits: '20000',
        idempotency_key: 'move',
      });
      body = (await call.expect(200)).body as typeof body;
    });
    expect(body?.received).toHaveLength(100);
    expect(body?.received_count).toBeGreaterThanOrEqual(2000);
    expect(body?.sent.metadata).toMatchObject({ consumed_credit_tx_count: String(body?.received_count) });
    expect(JSON.stringify(body).length).toBeLessThan(200_000);
    const { body: sent } = await client.get(`/v1/transactions/${body?.sent.id}`).expect(200);
    expect(sent).toMatchObject({ link_count: body?.received_count });
    expect((sent as { links: object[] }).links).toHaveLength(100);
    // Measured: 2.
    expect(cost).toBeLessThan(10);
  }, 60_000);

  it('is closed at once, and stays sound', async () => {
    // Measured: 1 to 2.
    expect(await inHundredDebits(() => ledger.close(many))).toBeLessThan(14);
    // What autovacuum does in its time: without it, sums over so many rows are planned as over a few.
    await service.get(EntityManager).fork().execute('analyze');
    await expectSoundLedger(service.get(EntityManager));
  }, 60_000);

  async function customerOf(walletId: string): Promise<string> {
    return (await service.get(EntityManager).fork().findOneOrFail(Entry, { walletId })).customerId;
  }
});
