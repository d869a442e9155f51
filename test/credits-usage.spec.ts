import { EntityManager } from '@mikro-orm/postgresql';
import { Entry } from '../src/ledger/entry.entity.js';
import { LedgerService } from '../src/ledger/ledger.service.js';
import { Wallet } from '../src/ledger/wallet.entity.js';
import { decimal, formatDecimal } from '../src/shared/decimal.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

const USAGE = '/account/credits/usage/';
const HEADER = 'id,date,kind,credits,balance_before,balance_after,reference,description';

interface UsagePage {
  count: number;
  results: { id: string; date: string; kind: string; credits: string; balance_after: string; reference: string }[];
}

describe('usage of an account', () => {
  let service: TestApp;
  let tenant: TestTenant;
  beforeAll(async () => {
    service = await startTestApp();
    tenant = await createTenant(service);
  });
  afterAll(() => service.close());
  beforeEach(() => service.clock.set('2026-03-02T10:00:00.000Z'));
  afterEach(() => expectSoundLedger(service.get(EntityManager)));

  const walletOf = ({ customerId }: TestAccount): Promise<Wallet> =>
    service.get(EntityManager).fork().findOneOrFail(Wallet, { customerId });
  const usage = async (account: TestAccount, query = ''): Promise<UsagePage> =>
    (await call(service, account.key).get(`${USAGE}${query}`).expect(200)).body as UsagePage;
  const report = async (account: TestAccount, query = ''): Promise<string[]> => {
    const { text, headers } = await call(service, account.key).get(`${USAGE}report/${query}`).expect(200);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    return text.split('\r\n').slice(0, -1);
  };
  async function spend(wallet: Wallet, credits: string, referenceId: string, description = ''): Promise<void> {
    await service.get(LedgerService).post({
      kind: 'debit',
      scope: { tenantId: wallet.tenantId, environmentId: wallet.environmentId },
      walletId: wallet.id,
      actor: { keyId: '', requestId: '' },
      terms: {
        credits: decimal(credits),
        reason: 'MANUAL_BALANCE_DEBIT',
        overdraft: 'wallet',
        referenceType: 'EXTERNAL',
        referenceId,
        description,
      },
      answer: () => null,
    });
  }
  /** 100 credits bought on 2 March; 5 spent at the last instant of that day, 2.5 at the first of the next. */
  async function active(): Promise<TestAccount> {
    const account = await createAccount(service, tenant);
    await call(service, account.key).post('/account/credits/top-up/').send({ pack_id: 'pack_100' }).expect(200);
    const wallet = await walletOf(account);
    service.clock.set('2026-03-02T23:59:59.999Z');
    await spend(wallet, '5', 'scan-1', '=HYPERLINK("http://x")');
    service.clock.set('2026-03-03T00:00:00.000Z');
    await spend(wallet, '2.5', '-scan-2', 'plain, with "quotes"');
    return account;
  }

  it('is empty for an account that has done nothing', async () => {
    const account = await createAccount(service, tenant);
    expect(await usage(account)).toEqual({ count: 0, page_total: 0, page: 1, length: 10, results: [] });
    expect(await report(account)).toEqual([HEADER]);
  });

  it('is the entries of the wallet, newest first, to the last digit', async () => {
    const account = await active();
    const { id: walletId } = await walletOf(account);
    const entries = await service
      .get(EntityManager)
      .fork()
      .find(Entry, { walletId }, { orderBy: { sequence: 'desc' } });
    const numbers = entries.map(({ id, credits, balanceAfter }) => [
      id,
      formatDecimal(credits),
      formatDecimal(balanceAfter),
    ]);
    const { count, results } = await usage(account);
    expect(count).toBe(3);
    expect(results.map(({ id, credits, balance_after }) => [id, credits, balance_after])).toEqual(numbers);
    const [header, ...rows] = await report(account);
    expect(header).toBe(HEADER);
    const cells = rows.map((row) => row.split(','));
    expect(cells.map(([id, , , credits, , after]) => [id, credits, after])).toEqual(numbers);
    expect(results[0]).toMatchObject({ date: '2026-03-03T00:00:00.000000Z', kind: 'usage', credits: '-2.5' });
    expect(results[2]).toMatchObject({ kind: 'purchase', credits: '100' });
  });

  it('cannot run formulas in a spreadsheet', async () => {
    const [, second, first] = await report(await active());
    expect(second).toMatch(/,usage,-2\.5,95,92\.5,'-scan-2,"plain, with ""quotes"""$/);
    expect(first).toMatch(/,usage,-5,100,95,scan-1,"'=HYPERLINK\(""http:\/\/x""\)"$/);
  });

  it('begins no row with a formula that follows a line break in a text', async () => {
    const account = await active();
    await spend(await walletOf(account), '1', 'scan-3', 'scan\n=1+1');
    const { text } = await call(service, account.key).get(`${USAGE}report/`).expect(200);
    expect(text).toContain('"scan\n=1+1"\r\n');
    expect(text).not.toContain('scan\n=1+1\r\n');
  });

  it('is filtered by day, instant, kind and reference, the same in both', async () => {
    const account = await active();
    const expected: [string, string[]][] = [
      ['?date_from=2026-03-02', ['-2.5', '-5', '100']],
      ['?date_from=2026-03-03', ['-2.5']],
      ['?date_to=2026-03-02', ['-5', '100']],
      ['?date_to=2026-03-01', []],
      ['?date_from=2026-03-02T23:59:59.999Z&date_to=2026-03-03T00:00:00Z', ['-5']],
      ['?kind=purchase', ['100']],
      ['?kind=usage&reference=scan-1', ['-5']],
      ['?reference=nothing', []],
    ];
    for (const [query, credits] of expected) {
      expect((await usage(account, query)).results.map((entry) => entry.credits)).toEqual(credits);
      expect((await report(account, query)).slice(1).map((row) => row.split(',')[3])).toEqual(credits);
    }
    const ordered = await usage(account, '?ordering=credits&length=2');
    expect(ordered).toMatchObject({ count: 3, page_total: 2, results: [{ credits: '-5' }, { credits: '-2.5' }] });
  });

  it.each([
    ['date_from=yesterday', 'date_from'],
    ['date_from=2026-02-30', 'date_from'],
    ['date_to=2026-01-01&date_to=2026-01-02', 'date_to'],
    ['kind=theft', 'kind'],
    ['reference=%00', 'reference'],
    ['wallet_id=x', 'wallet_id'],
  ])('refuses ?%s', async (query, field) => {
    const { key } = await createAccount(service, tenant);
    for (const path of [USAGE, `${USAGE}report/`]) {
      const { body } = await call(service, key).get(`${path}?${query}`).expect(400);
      expect(Object.keys(body as object)).toEqual([field]);
    }
  });

  it('reports more than one page of entries, none twice and none left out', async () => {
    const account = await createAccount(service, tenant);
    await call(service, account.key).post('/account/credits/top-up/').send({ pack_id: 'pack_1000' }).expect(200);
    const wallet = await walletOf(account);
    await Promise.all(Array.from({ length: 999 }, (_, index) => spend(wallet, '1', `scan-${index}`)));
    const rows = (await report(account)).slice(1).map((row) => row.split(','));
    expect(rows).toHaveLength(1000);
    expect(new Set(rows.map(([id]) => id)).size).toBe(1000);
    expect(rows.map((row) => row[5])).toEqual(Array.from({ length: 1000 }, (_, index) => String(index + 1)));
  });
});
