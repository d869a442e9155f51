import { EntityManager } from '@mikro-orm/postgresql';
import { startTestApp, type TestApp } from './support/app.js';
import { newTenantClient } from './support/api-client.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { WalletScene } from './support/wallet-scene.js';

const DAY_MS = 86_400_000;

describe.each(DATABASES)('reversals and transfers, on %s', (_name, createDatabase) => {
  let service: TestApp;
  let scene: WalletScene;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    scene = await WalletScene.create(service);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  const reverse = (id: string, more: object = {}) =>
    scene.client.post(`/v1/transactions/${id}/reverse`, { idempotency_key: scene.key(), ...more });
  const inDays = (days: number) => new Date(service.clock.now().getTime() + days * DAY_MS).toISOString();
  const available = async (walletId: string) => (await scene.balance(walletId))['real_time_credit_balance'];
  /** What each grant has left, newest first. */
  const left = async (walletId: string) =>
    (await scene.transactions(walletId)).filter(({ type }) => type === 'credit').map((row) => row['credits_available']);

  describe('of a debit', () => {
    it('puts credits back into the very lots they came from, the last one first', async () => {
      const { id } = await scene.wallet('0');
      await scene.grant(id, '5', { priority: 1 });
      await scene.grant(id, '5', { priority: 2 });
      const debit = await scene.spend(id, '8');
      const part = await reverse(debit, { credits: '4' });
      expect(part.status).toBe(200);
      expect(part.body).toMatchObject({
        not_restored: '0',
        wallet: { id, credit_balance: '6' },
        wallet_transaction: {
          type: 'credit',
          credit_amount: '4',
          transaction_reason: 'DEBIT_REVERSAL',
          parent_transaction_id: debit,
          reference_id: debit,
        },
      });
      const [, second, first] = await left(id);
      expect([first, second]).toEqual(['1', '5']);
      expect((await reverse(debit)).body).toMatchObject({ wallet_transaction: { credit_amount: '4' } });
      expect((await left(id)).slice(-2)).toEqual(['5', '5']);
      expect((await reverse(debit)).status).toBe(400);
    });

    it('never exceeds the debit, also when twenty run at once', async () => {
      const { id } = await scene.wallet('100');
      const debit = await scene.spend(id, '10');
      const answers = await Promise.all(Array.from({ length: 20 }, () => reverse(debit, { credits: '3' })));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
      expect(await available(id)).toBe('99');
      expect((await reverse(debit, { credits: '1.000000001' })).body).toMatchObject({ details: { reversible: '1' } });
      expect((await reverse(debit)).status).toBe(200);
      expect(await available(id)).toBe('100');
    });

    it('leaves what has expired since, and says so; or restores it with a new expiry', async () => {
      const { id } = await scene.wallet('0');
      await scene.grant(id, '5', { expiry_date_utc: inDays(1), priority: 0 });
      await scene.grant(id, '5', { priority: 1 });
      const debit = await scene.spend(id, '8');
      service.clock.advance(DAY_MS);
      expect((await reverse(debit, { credits: '4' })).body).toMatchObject({
        not_restored: '1',
        wallet_transaction: { credit_amount: '3' },
      });
      expect((await reverse(debit)).status).toBe(400);
      expect(await available(id)).toBe('5');
      const restored = await reverse(debit, { expired_credits: 'restore', restore_until: inDays(1) });
      expect(restored.body).toMatchObject({ not_restored: '0', wallet_transaction: { credit_amount: '5' } });
      expect(await available(id)).toBe('10');
      service.clock.advance(DAY_MS);
      expect(await available(id)).toBe('5');
    });

    it('one millisecond before the expiry still gives back, and the credits expire at their own instant', async () => {
      const { id } = await scene.wallet('0');
      await scene.grant(id, '5', { expiry_date_utc: inDays(1) });
      const debit = await scene.spend(id, '5');
      service.clock.advance(DAY_MS - 1);
      expect((await reverse(debit)).body).toMatchObject({ not_restored: '0', wallet: { credit_balance: '5' } });
      service.clock.advance(1);
      expect(await available(id)).toBe('0');
    });

    it('takes back debt first; what has repaid it since comes back as credits', async () => {
      const { id } = await scene.wallet('5', { overdraft: '10' });
      const debit = await scene.spend(id, '9');
      expect((await reverse(debit, { credits: '1' })).body).toMatchObject({ wallet: { credit_balance: '-3' } });
      await scene.grant(id, '10');
      expect(await available(id)).toBe('7');
      expect((await reverse(debit)).body).toMatchObject({ wallet: { credit_balance: '15' } });
      expect(await available(id)).toBe('15');
    });

    it('happens once for a key', async () => {
      const { id } = await scene.wallet('10');
      const debit = await scene.spend(id, '10');
      const key = scene.key();
      const again = { credits: '2', idempotency_key: key };
      const answers = await Promise.all(Array.from({ length: 10 }, () => reverse(debit, again)));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(await available(id)).toBe('2');
      expect((await reverse(debit, { credits: '3', idempotency_key: key })).status).toBe(422);
    });

    it('is unknown to another tenant, and refused without a key, for nothing and for a reversal', async () => {
      const { id } = await scene.wallet('10');
      const debit = await scene.spend(id, '10');
      const stranger = await newTenantClient(service);
      expect((await stranger.post(`/v1/transactions/${debit}/reverse`, { idempotency_key: 'k' })).status).toBe(404);
      expect((await reverse('wtxn_nothing')).status).toBe(404);
      expect((await reverse(debit, { credits: '0' })).status).toBe(400);
      expect((await scene.client.post(`/v1/transactions/${debit}/reverse`, {})).status).toBe(400);
      const made = (await reverse(debit)).body as { wallet_transaction: { id: string } };
      expect((await reverse(made.wallet_transaction.id)).status).toBe(400);
    });
  });

  it('voiding a grant takes what is unspent of it, and leaves what is on hold', async () => {
    const { id } = await scene.wallet('0');
    const grant = await scene.grant(id, '10', { priority: 0 });
    await scene.grant(id, '10', { priority: 1 });
    await scene.spend(id, '3');
    const held = { credits: '2', idempotency_key: scene.key() };
    expect((await scene.client.post(`/v1/wallets/${id}/holds`, held)).status).toBe(201);
    expect((await reverse(grant['id']!, { credits: '5.000000001' })).status).toBe(400);
    expect((await reverse(grant['id']!)).body).toMatchObject({
      wallet_transaction: { type: 'debit', credit_amount: '5', transaction_reason: 'GRANT_VOID' },
      wallet: { credit_balance: '12' },
    });
    expect((await reverse(grant['id']!)).status).toBe(400);
    expect(await available(id)).toBe('10');
  });

  describe('a transfer', () => {
    const transfer = (from: string, to: string, credits: string, more: object = {}) =>
      scene.client.post(`/v1/wallets/${from}/transfer`, {
        to_wallet_id: to,
        credits,
        idempotency_key: scene.key(),
        ...more,
      });

    async function twoWallets(credits: string): Promise<[string, string]> {
      const from = await scene.wallet(credits);
      const body = { customer_id: from.customerId, currency: 'usd', wallet_type: 'POST_PAID' };
      const to = await scene.client.post('/v1/wallets', body);
      return [from.id, (to.body as { id: string }).id];
    }

    it('keeps source, priority and expiry of each lot', async () => {
      const [from, to] = await twoWallets('0');
      const expiry = inDays(2);
      await scene.grant(from, '5', { expiry_date_utc: expiry, priority: 1 });
      await scene.grant(from, '5', { transaction_reason: 'PURCHASED_CREDIT_DIRECT', priority: 2 });
      const { status, body } = await transfer(from, to, '7', { description: 'project B' });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        sent: { type: 'debit', credit_amount: '7', transaction_reason: 'TRANSFER_OUT', description: 'project B' },
        received: [
          { type: 'credit', credit_amount: '5', transaction_reason: 'TRANSFER_IN', priority: 1 },
          { credit_amount: '2', expiry_date: null, priority: 2 },
        ],
        from_wallet: { id: from, credit_balance: '3' },
        to_wallet: { id: to, credit_balance: '7' },
      });
      expect(await scene.balance(to)).toMatchObject({ credits_available_breakdown: { free: '5', purchased: '2' } });
      service.clock.advance(2 * DAY_MS);
      expect(await available(to)).toBe('2');
    });

    it('runs in both directions at once without a deadlock, and loses nothing', async () => {
      const [one, two] = await twoWallets('100');
      await scene.grant(two, '100');
      const moves = Array.from({ length: 60 }, (_, index) =>
        index % 2 ? transfer(one, two, '1') : transfer(two, one, '2'),
      );
      for (const { status } of await Promise.all(moves)) expect(status).toBe(200);
      expect([await available(one), await available(two)]).toEqual(['130', '70']);
    });

    it('is all or nothing, and repays the debt of the other wallet', async () => {
      const [from, to] = await twoWallets('10');
      expect((await transfer(from, to, '10.000000001')).status).toBe(402);
      await scene.client.put(`/v1/wallets/${to}`, { overdraft_limit: '5' });
      await scene.spend(to, '4');
      expect((await transfer(from, to, '10')).body).toMatchObject({ to_wallet: { credit_balance: '6' } });
      expect(await available(to)).toBe('6');
    });

    it('is refused to itself, to another customer, currency or tenant, and to a closed wallet', async () => {
      const [from, to] = await twoWallets('10');
      const { customerId } = await scene.wallet('0');
      const other = await scene.wallet('0', { customerId, currency: 'eur' });
      const foreign = await scene.wallet('0');
      const stranger = await WalletScene.create(service);
      expect((await transfer(from, from, '1')).status).toBe(400);
      expect((await transfer(from, other.id, '1')).status).toBe(400);
      expect((await transfer(from, foreign.id, '1')).status).toBe(400);
      expect((await transfer(from, (await stranger.wallet('0')).id, '1')).status).toBe(404);
      await scene.client.post(`/v1/wallets/${to}/terminate`);
      expect((await transfer(from, to, '1')).status).toBe(400);
      expect(await available(from)).toBe('10');
    });
  });
});
