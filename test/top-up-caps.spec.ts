import { EntityManager } from '@mikro-orm/postgresql';
import { ApiKeysService } from '../src/auth/api-keys.service.js';
import { decimal } from '../src/shared/decimal.js';
import type { AgreedPack } from '../src/top-ups/rules/top-up-changes.js';
import { call } from './support/accounts.js';
import { ApiClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { TopUpScene } from './support/top-ups.js';

const SETTINGS = '/account/credits/top-up/settings/';
/** 49 of a currency. */
const pack = (currency: string): AgreedPack => ({
  id: `pack_${currency}`,
  credits: decimal(50),
  priceMinor: 4900,
  currency,
  validityMonths: 12,
});

describe('the bounds of automatic top-ups', () => {
  let service: TestApp;
  let scene: TopUpScene;
  let client: ApiClient;
  let walletId: string;
  let customerId: string;
  beforeAll(async () => {
    service = await startTestApp();
    scene = await TopUpScene.create(service);
    const { plainKey } = await service.get(ApiKeysService).createApiKey(scene.scope, { name: 'Test' });
    client = new ApiClient(service.url, plainKey, scene.scope);
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    service.clock.set('2027-03-02T10:00:00.000Z');
    ({ walletId, customerId } = await scene.newWallet('1'));
  });
  afterEach(async () => {
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });

  async function overspend(credits = '60'): Promise<void> {
    await expect(scene.ledger.debit(walletId, credits)).rejects.toMatchObject({ kind: 'insufficient_credits' });
    await scene.settle();
    service.clock.advance(61_000);
  }
  const bought = async () =>
    (await scene.topUps(walletId)).map(({ currency, priceMinor }) => `${priceMinor} ${currency}`);
  const buyBy = (currency: string, isOn = true) =>
    scene.setAccountRules(walletId, { onInsufficient: isOn, pack: pack(currency) });
  const last = async (code: string) => (await scene.decisions(walletId)).findLast((decision) => decision.code === code);
  const accountApi = async () => {
    const { plainKey } = await service.get(ApiKeysService).createApiKey(scene.scope, { name: 'a', customerId });
    return call(service, plainKey);
  };

  describe('a monthly amount', () => {
    it('does not let 49 pounds, 49 dollars and 49 euros through in one month under a cap of 50 dollars', async () => {
      await buyBy('gbp');
      await overspend('40');
      expect(await bought()).toEqual(['4900 gbp']);
      await expect(scene.setLimits(walletId, { monthlyAmountMinor: 5000 })).rejects.toMatchObject({
        details: { 'top_up_limits.monthly_amount': expect.stringContaining('GBP') },
      });
      await buyBy('usd');
      await scene.setLimits(walletId, { monthlyAmountMinor: 5000 });
      await overspend('90');
      expect((await last('monthly_amount_cap'))?.reason).toBe(
        "did not buy: the monthly cap of 5000 minor units of USD does not allow another purchase: it can't count one in GBP, next evaluation 2027-04-01T00:00:00Z",
      );
      await expect(buyBy('eur')).rejects.toMatchObject({ kind: 'validation' });
      await overspend('90');
      expect(await bought()).toEqual(['4900 gbp']);
      service.clock.set('2027-04-02T00:00:00Z');
      await overspend('90');
      await overspend('140');
      expect(await bought()).toEqual(['4900 gbp', '4900 usd']);
    });

    it('is refused over HTTP while a rule buys in another currency, on its field', async () => {
      await buyBy('gbp');
      const limits = { top_up_limits: { monthly_amount: '50' } };
      const { body } = await client.put(`/v1/wallets/${walletId}`, limits).expect(400);
      expect(body).toMatchObject({
        code: 'validation_error',
        details: { 'top_up_limits.monthly_amount': "can't be kept: a rule buys in GBP, the cap would count USD" },
      });
      await buyBy('gbp', false);
      await client.put(`/v1/wallets/${walletId}`, limits).expect(200);
    });

    it('keeps a rule of another currency from being switched on again, in either way of the settings', async () => {
      await buyBy('gbp', false);
      await client.put(`/v1/wallets/${walletId}`, { top_up_limits: { monthly_amount: '50' } }).expect(200);
      await expect(buyBy('gbp')).rejects.toMatchObject({
        fields: { auto_top_up_credits_pack: ['buys in GBP, but the monthly cap counts USD: lift it first'] },
      });
      const api = await accountApi();
      await api.patch(SETTINGS).send({ auto_top_up_on_insufficient: true }).expect(400);
      await api.patch(SETTINGS).send({ auto_top_up_on_expiration: true }).expect(400);
      await api.put(SETTINGS).send({}).expect(201);
    });

    it('follows into the postpaid wallet of a conversion, in its own currency', async () => {
      const auto_topup = { enabled: true, threshold: '5', amount: '49', invoicing: true };
      await client.put(`/v1/wallets/${walletId}`, { top_up_limits: { monthly_amount: '50' } }).expect(200);
      const { body } = await client
        .post(`/v1/wallets/${walletId}/modify`, { modification_type: 'prepaid_to_postpaid' })
        .expect(200);
      const successor = (body as { new_wallet: { id: string } }).new_wallet.id;
      await client.put(`/v1/wallets/${successor}`, { auto_topup }).expect(200);
      await scene.settle();
      expect((await client.get(`/v1/wallets/${successor}`)).body).toMatchObject({
        top_up_limits: { monthly_amount: '50' },
      });
    });
  });

  describe('a rule that could never buy', () => {
    const never = { enabled: true, threshold: '5', amount: '0.001', invoicing: false };
    const refused = {
      details: { 'auto_topup.amount': 'costs less than 0.01 USD: it could never be charged' },
    };

    it('is refused when it is set, when it is switched on, and when a wallet is opened with it', async () => {
      expect((await client.put(`/v1/wallets/${walletId}`, { auto_topup: never }).expect(400)).body).toMatchObject(
        refused,
      );
      await client.put(`/v1/wallets/${walletId}`, { auto_topup: { ...never, enabled: false } }).expect(200);
      const turnOn = await client.put(`/v1/wallets/${walletId}`, { auto_topup: { enabled: true } }).expect(400);
      expect(turnOn.body).toMatchObject(refused);
      const draft = { customer_id: customerId, currency: 'eur', auto_topup: never };
      expect((await client.post('/v1/wallets', draft).expect(400)).body).toMatchObject({
        details: { 'auto_topup.amount': 'costs less than 0.01 EUR: it could never be charged' },
      });
      expect((await client.get(`/v1/customers/${customerId}/wallets`)).body).toHaveLength(1);
    });
  });

  describe('the same answer again', () => {
    const ofCode = async (code: string) =>
      (await scene.decisions(walletId)).filter((decision) => decision.code === code);

    it('is one row that counts, whatever the size that was too large', async () => {
      await buyBy('usd');
      await scene.setLimits(walletId, { maxUnits: 1 });
      for (const credits of ['60', '70', '80']) await overspend(credits);
      const [decision, ...others] = await ofCode('purchase_too_large');
      expect(others).toEqual([]);
      expect(decision).toMatchObject({ occurrences: 3, figures: { required: '80' } });
      expect(decision?.lastSeenAt.getTime()).toBeGreaterThan(decision?.createdAt.getTime() ?? 0);
    });

    it('is one row, whichever purchase it had to wait for; each purchase has its own', async () => {
      await buyBy('usd');
      for (const credits of ['40', '90', '140']) {
        await expect(scene.ledger.debit(walletId, credits)).rejects.toMatchObject({ kind: 'insufficient_credits' });
        await scene.settle();
        // Right after it: within the cool-off.
        await expect(scene.ledger.debit(walletId, '1000')).rejects.toMatchObject({ kind: 'insufficient_credits' });
        service.clock.advance(61 * 60_000);
      }
      expect(await ofCode('cool_off')).toMatchObject([{ occurrences: 3 }]);
      expect(await ofCode('insufficient')).toHaveLength(3);
    });

    it('is another row once the rule is another', async () => {
      await buyBy('usd');
      await scene.setLimits(walletId, { maxUnits: 1 });
      await overspend('60');
      await scene.setAccountRules(walletId, { onInsufficient: true, pack: { ...pack('usd'), priceMinor: 4800 } });
      await overspend('60');
      expect((await ofCode('purchase_too_large')).map(({ occurrences }) => occurrences)).toEqual([1, 1]);
    });

    it('tells of each date and each notice by itself', async () => {
      service.clock.set('2027-03-02T10:00:00.000Z');
      await scene.setLimits(walletId, { monthlyCount: 1 });
      await scene.setAccountRules(walletId, {
        onExpiration: true,
        onInsufficient: true,
        pack: { ...pack('usd'), validityMonths: 1 },
      });
      await overspend('40');
      await scene.change(walletId, { kind: 'pause', reason: 'no_payment_method', cardFingerprint: null });
      const paused = await ofCode('paused');
      service.clock.set('2027-03-26T10:00:00.000Z');
      await scene.runTask();
      service.clock.set('2027-04-01T11:00:00.000Z');
      await scene.runTask();
      const told = (await ofCode('paused')).filter(({ dedupeKey }) => dedupeKey.includes('2027-04-02'));
      expect(told.map(({ dedupeKey }) => dedupeKey.at(-1))).toEqual(['7', '1']);
      expect(paused.length).toBeGreaterThan(0);
    });
  });
});
