import { EntityManager } from '@mikro-orm/postgresql';
import { CreditsAccount } from '../src/credits/credits-account.entity.js';
import { PacksService } from '../src/credits/packs/packs.service.js';
import { SettingsService } from '../src/settings/settings.service.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { TopUpRule } from '../src/top-ups/rules/top-up-rule.entity.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

const CREDITS = '/account/credits/';
const SETTINGS = '/account/credits/top-up/settings/';
const BUY = '/account/credits/top-up/';
const WALLET = '/account/credits/wallet/';
const HOLDS = '/account/credits/holds/';
const OFF = { auto_top_up_on_expiration: false, auto_top_up_on_insufficient: false, auto_top_up_credits_pack: null };
const on = (pack: string) => ({ auto_top_up_on_insufficient: true, auto_top_up_credits_pack: { id: pack } });

describe("an account's wallet", () => {
  let service: TestApp;
  let tenant: TestTenant;
  let account: TestAccount;
  beforeAll(async () => {
    service = await startTestApp();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    service.clock.set('2026-03-02T10:00:00.000Z');
    tenant = await createTenant(service);
    const eur = { name: '100 credits', priceMinor: 9900, currency: 'eur', packAmount: 100 } as const;
    await service.get(PacksService).create(tenant, { ...eur, id: 'eur_100' });
    account = await createAccount(service, tenant);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));

  const api = () => call(service, account.key);
  const server = () => call(service, tenant.serverKey);
  const em = () => service.get(EntityManager).fork();
  const decided = () => em().findOne(CreditsAccount, { customerId: account.customerId });
  const ofCustomer = () => ({ customerId: account.customerId });
  async function openWallet(currency: string): Promise<string> {
    const draft = { customer_id: account.customerId, currency };
    return ((await server().post('/v1/wallets').send(draft).expect(200)).body as { id: string }).id;
  }
  const get = async (path: string) => (await api().get(path).expect(200)).body as Record<string, unknown>;
  const move = (to: object) => server().put(WALLET).set('X-Customer-ID', account.customerId).send(to);
  const idle = () => service.get(TopUpEngine).idle();
  const purchases = async () => (await em().find(TopUp, ofCustomer())).length;
  /** A debit of more than there is. */
  async function overspend(walletId: string, credits = '150'): Promise<void> {
    const debit = { credits, transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: `over ${Math.random()}` };
    await server().post(`/v1/wallets/${walletId}/debit`).send(debit).expect(402);
    await idle();
  }

  it('stays what it is when another is opened: credits are there, off is off, and nothing more is bought', async () => {
    const eur = await openWallet('eur');
    await api()
      .put(SETTINGS)
      .send({ auto_top_up_on_expiration: true, ...on('eur_100') })
      .expect(201);
    await api().post(BUY).send({ pack_id: 'eur_100' }).expect(200);
    await openWallet('usd');
    expect(await get(CREDITS)).toMatchObject({ balance: 100 });
    expect(await get(SETTINGS)).toMatchObject({ auto_top_up_on_expiration: true });
    expect((await api().put(SETTINGS).send({}).expect(201)).body).toEqual(OFF);
    await overspend(eur);
    expect(await purchases()).toBe(1);
    service.clock.set('2027-03-02T09:00:00.000Z');
    await service.get(ScheduledTask).run();
    await idle();
    expect(await purchases()).toBe(1);
  });

  it('is decided by no read, and by no change that is refused', async () => {
    await openWallet('eur');
    for (const path of [CREDITS, SETTINGS, WALLET, '/account/credits/usage/', HOLDS, '/account/billing/'])
      await get(path);
    await api().put(SETTINGS).send(on('no_such_pack')).expect(400);
    await api().post(BUY).send({ pack_id: 'pack_10' }).expect(400);
    expect(await get(WALLET)).toMatchObject({ currency_code: 'EUR', decided_at: null });
    expect(await decided()).toBeNull();
    await openWallet('usd');
    expect(await get(WALLET)).toMatchObject({ currency_code: 'USD', decided_at: null });
  });

  it('is one, whatever two first writes find at the same moment', async () => {
    await openWallet('eur');
    const settings = service.get(SettingsService);
    const writes = Array.from({ length: 6 }, async (_, turn) => {
      if (turn === 2) await openWallet('usd');
      if (turn === 3) await settings.put(tenant, 'credits', { currency: 'gbp' });
      return api().post(HOLDS).send({ credits: 1 }).expect(402);
    });
    await Promise.all(writes);
    const first = await decided();
    await Promise.all([api().put(SETTINGS).send({}).expect(201), api().post(HOLDS).send({ credits: 1 }).expect(402)]);
    expect(await decided()).toEqual(first);
    expect(await em().count(CreditsAccount, ofCustomer())).toBe(1);
  });

  it('is not moved by the setting credits.currency', async () => {
    await api().post(BUY).send({ pack_id: 'pack_100' }).expect(200);
    await openWallet('eur');
    await service.get(SettingsService).put(tenant, 'credits', { currency: 'eur' });
    expect(await get(CREDITS)).toMatchObject({ balance: 100 });
    await api().post(BUY).send({ pack_id: 'pack_10' }).expect(200);
    expect(await get(WALLET)).toMatchObject({ currency_code: 'USD' });
  });

  it('is moved by the route that says so, which ends what was agreed to for the one before', async () => {
    await api().put(SETTINGS).send(on('pack_100')).expect(201);
    await api().post(BUY).send({ pack_id: 'pack_100' }).expect(200);
    const before = (await get(WALLET))['wallet_id'] as string;
    const { body } = await move({ currency: 'EUR' }).expect(200);
    expect(body).toMatchObject({ currency_code: 'EUR', decided_at: '2026-03-02T10:00:00.000000Z' });
    expect(await get(WALLET)).toEqual(body);
    expect(await get(CREDITS)).toMatchObject({ balance: 0 });
    expect(await get(SETTINGS)).toEqual({ ...OFF });
    await overspend(before);
    expect(await purchases()).toBe(1);
    const { items } = (await server().get(`/v1/customers/${account.customerId}/consents`).expect(200)).body as {
      items: object[];
    };
    expect(items[0]).toMatchObject({
      kind: 'change',
      wallet_id: before,
      wallet_currency: 'usd',
      from: { auto_top_up_on_insufficient: true },
      to: { auto_top_up_on_insufficient: false },
    });
    expect((await move({ wallet_id: before }).expect(200)).body).toMatchObject({ wallet_id: before });
    expect(await get(CREDITS)).toMatchObject({ balance: 100 });
    expect(await get(SETTINGS)).toMatchObject({ auto_top_up_on_insufficient: false });
  });

  it('takes no agreement for a wallet that it is moved from at this very moment', async () => {
    await api().put(SETTINGS).send({}).expect(201);
    const packs = service.get(PacksService);
    const find = packs.find.bind(packs);
    // Between the look at the account's wallet and the lock on it.
    packs.find = async (...asked) => {
      packs.find = find;
      await move({ currency: 'eur' }).expect(200);
      return find(...asked);
    };
    const { body } = await api().put(SETTINGS).send(on('pack_100')).expect(400);
    expect(body).toEqual({
      auto_top_up_credits_pack: { id: ["Is sold in USD, but the account's wallet is in EUR."] },
    });
    expect(await em().count(TopUpRule, { ...ofCustomer(), enabled: true })).toBe(0);
  });

  it('keeps its holds when it is moved: they are captured where they were made', async () => {
    await api().post(BUY).send({ pack_id: 'pack_10' }).expect(200);
    const hold = (await api().post(HOLDS).send({ credits: 4 }).expect(201)).body as { id: string };
    await openWallet('eur');
    await move({ currency: 'eur' }).expect(200);
    await api().get(`${HOLDS}${hold.id}/`).expect(200);
    await api().post(`${HOLDS}${hold.id}/capture/`).send({ credits: 3 }).expect(200);
  });

  it('is moved by a server key only, to an active prepaid wallet of the same customer', async () => {
    const stranger = await createAccount(service, tenant);
    const foreign = { customer_id: stranger.customerId, currency: 'usd' };
    const { id: theirs } = (await server().post('/v1/wallets').send(foreign).expect(200)).body as { id: string };
    const draft = { customer_id: account.customerId, currency: 'usd', wallet_type: 'POST_PAID' };
    const { id: postpaid } = (await server().post('/v1/wallets').send(draft).expect(200)).body as { id: string };
    const eur = await openWallet('eur');
    await server().post(`/v1/wallets/${eur}/terminate`).expect(200);
    await api().put(WALLET).send({ currency: 'eur' }).expect(403);
    expect((await move({ wallet_id: theirs }).expect(400)).body).toEqual({
      wallet_id: ['Is not a wallet of this account.'],
    });
    expect((await move({ wallet_id: postpaid }).expect(400)).body).toEqual({
      wallet_id: ['Is a postpaid wallet: credits are prepaid.'],
    });
    expect((await move({ wallet_id: eur }).expect(400)).body).toEqual({ wallet_id: ['Is closed.'] });
    expect((await move({}).expect(400)).body).toEqual({ non_field_errors: ['Give either wallet_id or currency.'] });
    expect((await move({ currency: 'euro' }).expect(400)).body).toEqual({ currency: ['Must be three letters.'] });
    expect(await decided()).toBeNull();
  });

  it('is decided anew by the next write once it is closed, and its rules are over', async () => {
    await api().put(SETTINGS).send(on('pack_10')).expect(201);
    const closed = (await get(WALLET))['wallet_id'] as string;
    const eur = await openWallet('eur');
    await server().post(`/v1/wallets/${closed}/terminate`).expect(200);
    expect(await get(SETTINGS)).toEqual(OFF);
    expect((await decided())?.walletId).toBe(closed);
    await api().post(BUY).send({ pack_id: 'eur_100' }).expect(200);
    expect((await decided())?.walletId).toBe(eur);
    expect(await get(CREDITS)).toMatchObject({ balance: 100 });
  });

  it('is decided anew once it is converted: a prepaid agreement does not follow into a postpaid wallet', async () => {
    await api().put(SETTINGS).send(on('pack_10')).expect(201);
    const prepaid = (await get(WALLET))['wallet_id'] as string;
    await server().post(`/v1/wallets/${prepaid}/modify`).send({ modification_type: 'prepaid_to_postpaid' }).expect(200);
    const rules = await em().find(TopUpRule, ofCustomer());
    expect(rules.map(({ enabled }) => enabled)).toEqual([false, false]);
    expect(await get(SETTINGS)).toEqual(OFF);
    await api().post(BUY).send({ pack_id: 'pack_10' }).expect(200);
    expect(await get(WALLET)).toMatchObject({ currency_code: 'USD' });
    expect((await decided())?.walletId).not.toBe(prepaid);
  });

  it('shows rules that were left behind on another wallet, and switches them off with the rest, in one commit', async () => {
    const eur = await openWallet('eur');
    await api().put(SETTINGS).send(on('eur_100')).expect(201);
    const usd = await openWallet('usd');
    // As the guess of before had left it: the account is on one wallet, its rules on the other.
    await em().nativeUpdate(CreditsAccount, ofCustomer(), { walletId: usd });
    expect(await get(SETTINGS)).toMatchObject({ auto_top_up_on_insufficient: true });
    expect((await api().put(SETTINGS).send({}).expect(201)).body).toEqual(OFF);
    expect(await get(SETTINGS)).toEqual(OFF);
    await overspend(eur);
    expect(await purchases()).toBe(0);
    const { items } = (await server().get(`/v1/customers/${account.customerId}/consents`).expect(200)).body as {
      items: { wallet_id: string; to: object }[];
    };
    expect(items.slice(0, 2).map(({ wallet_id }) => wallet_id)).toEqual(expect.arrayContaining([eur, usd]));
  });

  it('takes no pack of another currency, bought or agreed to, and names both', async () => {
    await api().post(BUY).send({ pack_id: 'pack_10' }).expect(200);
    const sentence = "Is sold in EUR, but the account's wallet is in USD.";
    expect((await api().post(BUY).send({ pack_id: 'eur_100' }).expect(400)).body).toEqual({ pack_id: [sentence] });
    expect((await api().put(SETTINGS).send(on('eur_100')).expect(400)).body).toEqual({
      auto_top_up_credits_pack: { id: [sentence] },
    });
    expect(await get(SETTINGS)).toEqual(OFF);
    expect(await purchases()).toBe(1);
  });

  it('lets an agreement of before stand, and shows both currencies; it is not switched on again', async () => {
    await api().put(SETTINGS).send(on('pack_100')).expect(201);
    await em().nativeUpdate(TopUpRule, ofCustomer(), { priceCurrency: 'eur', packId: 'eur_100' });
    await api().post(HOLDS).send({ credits: 5 }).expect(402);
    await idle();
    const { items } = (await server().get(`/v1/customers/${account.customerId}/consents`).expect(200)).body as {
      items: object[];
    };
    expect(items[0]).toMatchObject({ kind: 'charge', currency: 'eur', wallet_currency: 'usd' });
    await api().patch(SETTINGS).send({ auto_top_up_on_insufficient: false }).expect(200);
    const again = await api().patch(SETTINGS).send({ auto_top_up_on_insufficient: true }).expect(400);
    expect(again.body).toEqual({
      auto_top_up_credits_pack: ["Is sold in EUR, but the account's wallet is in USD."],
    });
  });
});
