import { EntityManager } from '@mikro-orm/postgresql';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { WalletScene } from './support/wallet-scene.js';

type Body = Record<string, unknown>;

describe('amounts of a currency', () => {
  let service: TestApp;
  let scene: WalletScene;
  beforeAll(async () => {
    service = await startTestApp({ database: await createTestDatabase() });
    scene = await WalletScene.create(service);
  });
  afterAll(async () => {
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
  });

  async function invoiceOf(credits: string, currency = 'usd'): Promise<{ id: string; walletId: string }> {
    const { id: walletId } = await scene.wallet('0', { currency });
    const body = { credits_to_add: credits, transaction_reason: 'PURCHASED_CREDIT_INVOICED' };
    const asked = await scene.client.post(`/v1/wallets/${walletId}/top-up`, body).expect(200);
    return { id: (asked.body as { invoice_id: string }).invoice_id, walletId };
  }
  const pay = (id: string, amount: string, status = 'SUCCEEDED') =>
    scene.client.put(`/v1/invoices/${id}/payment`, { payment_status: status, amount });
  const invoice = async (id: string): Promise<Body> => (await scene.client.get(`/v1/invoices/${id}`)).body as Body;
  const fieldOf = (body: Body): unknown => body['details'];

  it('that a forint wallet buys are charged with their hundredths, 10.5 as 1,050 and not as 10', async () => {
    const { id, customerId } = await scene.wallet('0', { currency: 'huf' });
    await scene.client
      .post(`/v1/customers/${customerId}/payment-methods`, { token: 'pm_sandbox_approve' })
      .expect(({ status }) => expect([200, 201]).toContain(status));
    await scene.client
      .put(`/v1/wallets/${id}`, { auto_topup: { enabled: true, threshold: 1, amount: '10.5', invoicing: false } })
      .expect(200);
    await service.get(ScheduledTask).run();
    await service.get(TopUpEngine).idle();
    const { items } = (await scene.client.get(`/v1/wallets/${id}/top-ups`)).body as { items: Body[] };
    expect(items).toMatchObject([{ credits: '10.5', price_minor: 1050, currency: 'huf', status: 'succeeded' }]);
    expect(await invoice(String(items[0]?.['invoice_id']))).toMatchObject({ total: '10.5', amount_paid: '10.5' });
  });

  it('paid in part are refused with more digits than the currency has: 0.015 of 0.02 does not make an invoice paid', async () => {
    const { id, walletId } = await invoiceOf('0.02');
    const refused = await pay(id, '0.015').expect(400);
    expect(fieldOf(refused.body as Body)).toMatchObject({
      amount: 'must have at most 2 decimal places: it is an amount of USD',
    });
    expect(await invoice(id)).toMatchObject({ payment_status: 'PENDING', amount_paid: '0' });
    expect((await scene.client.get(`/v1/wallets/${walletId}`)).body).toMatchObject({ credit_balance: '0' });
    await pay(id, '0.010').expect(200);
    expect(await invoice(id)).toMatchObject({ amount_paid: '0.01', amount_remaining: '0.01' });
  });

  it('paid of less than a minor unit are refused, whatever the status, and never answered 200 for nothing', async () => {
    const { id } = await invoiceOf('0.02');
    await pay(id, '0.004').expect(400);
    await pay(id, '0.004', 'FAILED').expect(400);
    expect(await invoice(id)).toMatchObject({ payment_status: 'PENDING', amount_paid: '0' });
  });

  it.each([
    ['jpy', '100.5', 'must have no decimal places: it is an amount of JPY'],
    ['kwd', '1.0005', 'must have at most 3 decimal places: it is an amount of KWD'],
  ])('in %s are refused with more digits than it has: %s', async (currency, amount, sentence) => {
    const { id } = await invoiceOf('1000', currency);
    expect(fieldOf((await pay(id, amount).expect(400)).body as Body)).toMatchObject({ amount: sentence });
  });

  it('that cap a month are refused with more digits than the currency has', async () => {
    const { id } = await scene.wallet('0');
    const limits = (monthly_amount: string) =>
      scene.client.put(`/v1/wallets/${id}`, { top_up_limits: { monthly_amount } });
    const refused = await limits('50.005').expect(400);
    expect(fieldOf(refused.body as Body)).toMatchObject({
      'top_up_limits.monthly_amount': 'must have at most 2 decimal places: it is an amount of USD',
    });
    const answer = await limits('50.50').expect(200);
    expect(answer.body).toMatchObject({ top_up_limits: { monthly_amount: '50.5' } });
  });

  it('that are to become credits are refused with more digits than the currency has', async () => {
    const { id } = await scene.wallet('0');
    const topUp = (amount: string) =>
      scene.client.post(`/v1/wallets/${id}/top-up`, { amount, transaction_reason: 'PURCHASED_CREDIT_DIRECT' });
    const refused = await topUp('0.015').expect(400);
    expect(fieldOf(refused.body as Body)).toMatchObject({
      amount: 'must have at most 2 decimal places: it is an amount of USD',
    });
    await topUp('0.01').expect(200);
  });
});
