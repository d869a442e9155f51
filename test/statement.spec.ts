import { get as httpGet, type IncomingMessage } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EntityManager } from '@mikro-orm/postgresql';
import { StatementService } from '../src/wallets/history/statement.service.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { fillStatements } from './support/fill-wallet.js';
import { expectSoundLedger, findBrokenSums } from './support/invariants.js';
import { TestLedger } from './support/ledger.js';

const DAY_MS = 86_400_000;
const LONG = 50_000;
const MIB = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
function liveMiB(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MIB;
}

interface Statement {
  opening_balance: string;
  closing_balance: string;
  items: { number: number; credits: string; balance: string }[];
  pagination: { total: number; limit: number; offset: number };
}

describe.each(DATABASES)('the statement of a wallet, on %s', (_name, createDatabase) => {
  let service: TestApp;
  let client: ApiClient;
  let ledger: TestLedger;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    client = await newTenantClient(service);
    ledger = new TestLedger(service, client.scope);
  });
  afterAll(() => service.close());

  const statement = async (walletId: string, query = '') =>
    (await client.get(`/v1/wallets/${walletId}/statement${query}`).expect(200)).body as Statement;
  const csvOf = async (walletId: string, query = '') => {
    const { text } = await client.get(`/v1/wallets/${walletId}/statement${query}`).set('Accept', 'text/csv');
    return text.split('\r\n').slice(0, -1);
  };

  /** 50, then -20 a day later, then -1.5 another day later. */
  async function threeDays(): Promise<{ walletId: string; days: string[] }> {
    const walletId = await ledger.open({}, '50');
    const days = [service.clock.now().toISOString()];
    for (const credits of ['20', '1.5']) {
      service.clock.advance(DAY_MS);
      await ledger.debit(walletId, credits);
      days.push(service.clock.now().toISOString());
    }
    return { walletId, days };
  }

  it('opens and closes with what the lines between add up to, start included, end excluded', async () => {
    const { walletId, days } = await threeDays();
    const balances = async (query: string) => {
      const { opening_balance, closing_balance, items } = await statement(walletId, query);
      return [opening_balance, items.map(({ credits, balance }) => `${credits} → ${balance}`), closing_balance];
    };
    const [granted, spent, last] = ['50 → 50', '-20 → 30', '-1.5 → 28.5'];
    expect(await balances('')).toEqual(['0', [granted, spent, last], '28.5']);
    expect(await balances(`?from=${days[1]}`)).toEqual(['50', [spent, last], '28.5']);
    expect(await balances(`?from=${days[0]}&to=${days[2]}`)).toEqual(['0', [granted, spent], '30']);
    expect(await balances(`?from=${days[1]}&to=${days[1]}`)).toEqual(['50', [], '50']);
    expect(await balances('?to=2001-01-01T00:00:00Z')).toEqual(['0', [], '0']);
    await expectSoundLedger(service.get(EntityManager));
  });

  it('has pages', async () => {
    const { walletId, days } = await threeDays();
    const page = await statement(walletId, `?from=${days[0]}&limit=2&offset=2`);
    expect(page.items.map(({ number }) => number)).toEqual([3]);
    expect(page.pagination).toEqual({ total: 3, limit: 2, offset: 4 });
    expect((await statement(walletId, '?offset=3')).items).toEqual([]);
    expect((await statement(walletId, '?offset=2147483647')).items).toEqual([]);
  });

  it('is CSV for who asks for it, by Accept or by format', async () => {
    const { walletId, days } = await threeDays();
    const response = await client.get(`/v1/wallets/${walletId}/statement?format=csv&from=${days[1]}`).expect(200);
    expect(response.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(response.headers['content-disposition']).toBe(`attachment; filename="statement-${walletId}.csv"`);
    const lines = await csvOf(walletId, `?from=${days[1]}`);
    expect(response.text.split('\r\n').slice(0, -1)).toEqual(lines);
    expect(lines[0]).toBe(
      'number,at,transaction_id,type,reason,description,reference_type,reference_id,credits,balance',
    );
    expect(lines[1]).toBe(`,${String(days[1]).replace('Z', '000Z')},,opening_balance,,,,,,50`);
    expect(lines[2]).toMatch(/^2,.+,wtxn_\w+,debit,MANUAL_BALANCE_DEBIT,,REQUEST,[^,]*,-20,30$/);
    expect(lines.at(-1)).toMatch(/,,closing_balance,,,,,,28\.5$/);
    const asJson = await client.get(`/v1/wallets/${walletId}/statement?format=json`).set('Accept', 'text/csv');
    expect(asJson.headers['content-type']).toMatch('application/json');
  });

  it('runs nothing in a spreadsheet: text that begins like a formula gets an apostrophe, numbers stay', async () => {
    const walletId = await ledger.open({}, '100');
    const descriptions = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', 'fine, "quoted"'];
    for (const [index, description] of descriptions.entries()) {
      const body = { credits: '1', transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: `f${index}` };
      await client.post(`/v1/wallets/${walletId}/debit`, { ...body, description }).expect(200);
    }
    const { text } = await client.get(`/v1/wallets/${walletId}/statement?format=csv`);
    for (const shown of [",'=1+1,", ",'+1,", ",'-1,", ",'@SUM(A1),", ",'\t=1,", ',"\'\r=1",', ',"fine, ""quoted""",']) {
      expect(text).toContain(shown);
    }
    expect(text).toContain(',-1,93\r\n');
  });

  it('refuses periods that end before they begin, nonsense, and wallets of others', async () => {
    const { walletId, days } = await threeDays();
    const path = `/v1/wallets/${walletId}/statement`;
    const future = new Date(service.clock.now().getTime() + 1).toISOString();
    for (const query of [
      `from=${days[1]}&to=${days[0]}`,
      `from=${future}`,
      'to=soon',
      'format=pdf',
      'limit=1001',
      'order=asc',
    ]) {
      for (const accept of ['application/json', 'text/csv']) {
        const { body } = await client.get(`${path}?${query}`).set('Accept', accept).expect(400);
        expect(body).toMatchObject({ code: 'validation_error' });
      }
    }
    await (await newTenantClient(service)).get(path).set('Accept', 'text/csv').expect(404);
  });

  describe('of 50,000 lines', () => {
    let walletId: string;
    beforeAll(async () => {
      walletId = await ledger.open();
      const from = service.clock.now();
      service.clock.advance(DAY_MS);
      const filling = fillStatements({ walletId, entries: LONG, from, to: service.clock.now() });
      const em = service.get(EntityManager).fork();
      for (const sql of filling) await em.execute(sql);
      await em.execute('analyze');
      expect(await findBrokenSums(service.get(EntityManager))).toEqual([]);
    });

    const stream = () =>
      new Promise<IncomingMessage>((resolve, reject) => {
        const headers = { 'x-api-key': client.key, accept: 'text/csv' };
        const url = `${service.url}/v1/wallets/${walletId}/statement`;
        // A connection of its own: on one that has read fast before, the kernel would take megabytes unread.
        httpGet(url, { headers, agent: false }, resolve).on('error', reject);
      });

    it('arrives whole, and holds little of itself in memory on its way', async () => {
      const before = liveMiB();
      let [lines, peak, seen] = [0, before, 0];
      for await (const chunk of await stream()) {
        for (const byte of chunk as Buffer) if (byte === 10) lines += 1;
        seen += (chunk as Buffer).length;
        if (seen < MIB) continue;
        seen = 0;
        peak = Math.max(peak, liveMiB());
      }
      expect(lines).toBe(LONG + 3);
      // The text alone is 8 MiB, and what it is made from more than 50.
      expect(peak - before).toBeLessThan(20);
    });

    it('is read no faster than it is taken, and no further once the client is gone', async () => {
      const statements = service.get(StatementService);
      const lines = statements.lines.bind(statements);
      let reads = 0;
      statements.lines = (...terms) => {
        reads += 1;
        return lines(...terms);
      };
      const settled = async () => {
        for (let seen = -1; seen !== reads;) {
          seen = reads;
          for (let call = 0; call < 5; call += 1) await client.get(`/v1/wallets/${walletId}`).expect(200);
        }
        return reads;
      };
      const response = await stream();
      const untaken = await settled();
      response.destroy();
      const abandoned = await settled();
      statements.lines = lines;
      expect(untaken).toBeGreaterThan(0);
      expect([untaken, abandoned]).toEqual([untaken, untaken]);
      expect(untaken).toBeLessThan(LONG / 250);
    });

    it('has a last page as near as the first', async () => {
      const { items, pagination, closing_balance } = await statement(walletId, `?limit=10&offset=${LONG - 5}`);
      expect(items.map(({ number }) => number)).toEqual([-4, -3, -2, -1, 0].map((back) => LONG + back));
      expect(pagination.total).toBe(LONG);
      expect(items.at(-1)?.balance).toBe(closing_balance);
    });
  });
});
