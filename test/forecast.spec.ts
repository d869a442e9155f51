import { EntityManager } from '@mikro-orm/postgresql';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { TestLedger } from './support/ledger.js';

const DAY_MS = 86_400_000;

interface Rate {
  days: number;
  debited_credits: string;
  credits_per_day: string;
  runs_out_at: string | null;
  expiring: { expires_at: string; unspent_credits: string }[];
  expiring_credits: string;
}

describe('the forecast of a wallet', () => {
  let service: TestApp;
  let client: ApiClient;
  let ledger: TestLedger;
  beforeAll(async () => {
    service = await startTestApp();
    client = await newTenantClient(service);
    ledger = new TestLedger(service, client.scope);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  const inDays = (days: number) => new Date(service.clock.now().getTime() + days * DAY_MS);
  const shown = (at: Date) => at.toISOString().replace('Z', '000Z');
  const forecast = async (walletId: string) =>
    (await client.get(`/v1/wallets/${walletId}/forecast`).expect(200)).body as { available: string; rates: Rate[] };

  it('measures what was spent in the last 1, 7 and 30 days, and nothing but that', async () => {
    const walletId = await ledger.open();
    await ledger.credit(walletId, '1000', { priority: 1 });
    await ledger.credit(walletId, '500', { reason: 'PURCHASED_CREDIT_DIRECT' });
    await ledger.credit(walletId, '33', { expiresAt: inDays(1), priority: 9 });
    await ledger.debit(walletId, '300');
    service.clock.advance(25 * DAY_MS);
    await ledger.debit(walletId, '60');
    service.clock.advance(4 * DAY_MS);
    await ledger.debit(walletId, '6.5');
    service.clock.advance(DAY_MS / 2);
    await ledger.debit(walletId, '4');
    const { available, rates } = await forecast(walletId);
    expect(available).toBe('1129.5');
    // The wallet is 29.5 days old: 370.5 / 29.5.
    expect(rates.map((rate) => [rate.days, rate.debited_credits, rate.credits_per_day])).toEqual([
      [1, '10.5', '10.5'],
      [7, '70.5', '10.071428571'],
      [30, '370.5', '12.559322034'],
    ]);
    expect(rates[0]?.runs_out_at).toBe(shown(new Date(service.clock.now().getTime() + (1129.5 / 10.5) * DAY_MS)));
  });

  it('leaves out what was spent exactly a day ago, and has no end without any burn', async () => {
    const walletId = await ledger.open({}, '100');
    await ledger.debit(walletId, '10');
    service.clock.advance(DAY_MS);
    const { rates } = await forecast(walletId);
    expect(rates.map(({ debited_credits, runs_out_at }) => [debited_credits, runs_out_at])).toEqual([
      ['0', null],
      ['10', shown(inDays(9))],
      ['10', shown(inDays(9))],
    ]);
  });

  it('says what expires before the credits run out, unspent', async () => {
    const walletId = await ledger.open({}, '100');
    await ledger.credit(walletId, '50', { expiresAt: inDays(2) });
    await ledger.debit(walletId, '10');
    await ledger.hold(walletId, `hold_${walletId}`, '5');
    const { available, rates } = await forecast(walletId);
    expect(available).toBe('135');
    // 35 of the lot are free to be spent; 20 are until it expires.
    expect(rates[0]).toEqual({
      days: 1,
      debited_credits: '10',
      credits_per_day: '10',
      runs_out_at: shown(inDays(12)),
      expiring: [{ lot_id: expect.any(String) as string, expires_at: shown(inDays(2)), unspent_credits: '15' }],
      expiring_credits: '15',
    });
  });

  it('has nothing to say of a new wallet, and nothing to strangers', async () => {
    const walletId = await ledger.open();
    const { available, rates } = await forecast(walletId);
    expect([available, ...rates.map(({ runs_out_at }) => runs_out_at)]).toEqual(['0', null, null, null]);
    await (await newTenantClient(service)).get(`/v1/wallets/${walletId}/forecast`).expect(404);
    await client.get('/v1/wallets/wallet_unknown/forecast').expect(404);
  });
});
