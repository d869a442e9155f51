import { EntityManager } from '@mikro-orm/postgresql';
import { Consent } from '../src/credits/consent.entity.js';
import { PacksService } from '../src/credits/packs/packs.service.js';
import { Wallet } from '../src/ledger/wallet.entity.js';
import { SettingsService } from '../src/settings/settings.service.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';

const PATH = '/account/credits/top-up/settings/';
const FORM = 'application/x-www-form-urlencoded';
const OFF = {
  auto_top_up_on_expiration: false,
  auto_top_up_on_insufficient: false,
  auto_top_up_credits_pack: null,
};
const PACK = {
  id: 'pack_100',
  name: '100 credits',
  price: 9900,
  fee: 0,
  currency_code: 'USD',
  pack_amount: 100,
  discount: 10,
  savings: 1100,
};
const ON = { auto_top_up_on_expiration: true, auto_top_up_on_insufficient: true, auto_top_up_credits_pack: PACK };

describe('automatic top-up of an account', () => {
  let service: TestApp;
  let tenant: TestTenant;
  let account: TestAccount;
  beforeAll(async () => {
    service = await startTestApp();
    tenant = await createTenant(service);
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    account = await createAccount(service, tenant);
  });

  const as = (key = account.key) => call(service, key);
  const find = <Entity extends object>(entity: new () => Entity, where: object): Promise<Entity[]> =>
    service.get(EntityManager).fork().find(entity, where);
  const settings = async (): Promise<unknown> => (await as().get(PATH).expect(200)).body;

  it('is off until it is set, and asking makes no wallet', async () => {
    expect(await settings()).toEqual(OFF);
    expect(await find(Wallet, { customerId: account.customerId })).toEqual([]);
  });

  it('is set with PUT, which answers 201 and the whole pack', async () => {
    const answer = await as()
      .put(PATH)
      .send({ ...ON, auto_top_up_credits_pack: { id: 'pack_100' } })
      .expect(201);
    expect(answer.body).toEqual(ON);
    expect(await settings()).toEqual(ON);
    expect(await find(Wallet, { customerId: account.customerId })).toMatchObject([
      { currency: 'usd', walletType: 'PRE_PAID', walletStatus: 'active' },
    ]);
  });

  it.each<[string, (key: string) => PromiseLike<{ body: unknown }>]>([
    ['JSON', (key) => as(key).put(PATH).send(ON).expect(201)],
    [
      'a form with brackets',
      (key) =>
        as(key)
          .put(PATH)
          .set('Content-Type', FORM)
          .send(
            'auto_top_up_on_expiration=true&auto_top_up_on_insufficient=1&auto_top_up_credits_pack[id]=pack_100' +
              '&auto_top_up_credits_pack[price]=9900&auto_top_up_credits_pack[currency_code]=USD',
          )
          .expect(201),
    ],
    [
      'a form with dots',
      (key) =>
        as(key)
          .put(PATH)
          .set('Content-Type', FORM)
          .send(
            'auto_top_up_on_expiration=ON&auto_top_up_on_insufficient=True&auto_top_up_credits_pack.id=pack_100' +
              '&auto_top_up_credits_pack.pack_amount=100&auto_top_up_credits_pack.currency_code=',
          )
          .expect(201),
    ],
    [
      'a form with the pack as one JSON value',
      (key) =>
        as(key)
          .put(PATH)
          .set('Content-Type', FORM)
          .send(
            `auto_top_up_on_expiration=1&auto_top_up_on_insufficient=1&auto_top_up_credits_pack=${encodeURIComponent(JSON.stringify(PACK))}`,
          )
          .expect(201),
    ],
    [
      'a multipart form with brackets',
      (key) =>
        as(key)
          .put(PATH)
          .field('auto_top_up_on_expiration', 'true')
          .field('auto_top_up_on_insufficient', 'on')
          .field('auto_top_up_credits_pack[id]', 'pack_100')
          .expect(201),
    ],
    [
      'a multipart form with dots',
      (key) =>
        as(key)
          .put(PATH)
          .field('auto_top_up_on_expiration', 'true')
          .field('auto_top_up_on_insufficient', 'on')
          .field('auto_top_up_credits_pack.id', 'pack_100')
          .field('auto_top_up_credits_pack.price', '9900')
          .expect(201),
    ],
    [
      'a multipart form with the pack as one JSON value',
      (key) =>
        as(key)
          .put(PATH)
          .field('auto_top_up_on_expiration', 'true')
          .field('auto_top_up_on_insufficient', 'on')
          .field('auto_top_up_credits_pack', '{"id":"pack_100"}')
          .expect(201),
    ],
  ])('is set by %s', async (_type, put) => {
    const { body } = await put(account.key);
    expect(body).toEqual(ON);
    expect(await settings()).toEqual(ON);
  });

  it('is replaced by PUT: what is left out is off', async () => {
    await as().put(PATH).send(ON).expect(201);
    const kept = { auto_top_up_on_expiration: true, auto_top_up_credits_pack: { id: 'pack_10' } };
    const first = await as().put(PATH).send(kept).expect(201);
    expect(first.body).toMatchObject({ auto_top_up_on_expiration: true, auto_top_up_on_insufficient: false });
    expect(first.body).toMatchObject({ auto_top_up_credits_pack: { id: 'pack_10', discount: 0, savings: 0 } });
    expect((await as().put(PATH).send({}).expect(201)).body).toEqual(OFF);
    expect(await settings()).toEqual(OFF);
  });

  it('is changed by PATCH: only what is sent, in all content types', async () => {
    await as().put(PATH).send(ON).expect(201);
    const json = await as().patch(PATH).send({ auto_top_up_on_expiration: false }).expect(200);
    expect(json.body).toEqual({ ...ON, auto_top_up_on_expiration: false });
    const form = await as()
      .patch(PATH)
      .set('Content-Type', FORM)
      .send('auto_top_up_credits_pack.id=pack_1000')
      .expect(200);
    expect(form.body).toMatchObject({
      auto_top_up_on_insufficient: true,
      auto_top_up_credits_pack: { id: 'pack_1000', discount: 20, savings: 22_000 },
    });
    const multipart = await as().patch(PATH).field('auto_top_up_on_expiration', 'true').expect(200);
    expect(multipart.body).toMatchObject({ auto_top_up_on_expiration: true, auto_top_up_on_insufficient: true });
    const none = { auto_top_up_on_expiration: '0', auto_top_up_on_insufficient: 'OFF', auto_top_up_credits_pack: '' };
    expect((await as().patch(PATH).type('form').send(none).expect(200)).body).toEqual(OFF);
  });

  const required = ['Is required when automatic top-up is on.'];
  it.each<[string, object, object]>([
    ['a flag without a pack', { auto_top_up_on_expiration: true }, { auto_top_up_credits_pack: required }],
    [
      'a flag with a null pack',
      { auto_top_up_on_insufficient: true, auto_top_up_credits_pack: null },
      { auto_top_up_credits_pack: required },
    ],
    [
      'an unknown pack',
      { auto_top_up_credits_pack: { id: 'pack_7' } },
      { auto_top_up_credits_pack: { id: ['Unknown pack.'] } },
    ],
    [
      'a pack that is not what the catalogue says',
      { auto_top_up_credits_pack: { id: 'pack_100', price: 9800, currency_code: 'EUR', pack_amount: 99 } },
      {
        auto_top_up_credits_pack: {
          price: ['Is 9900 in the catalogue.'],
          currency_code: ['Is USD in the catalogue.'],
          pack_amount: ['Is 100 in the catalogue.'],
        },
      },
    ],
    [
      'a pack without id',
      { auto_top_up_credits_pack: { price: 9900 } },
      { auto_top_up_credits_pack: { id: ['Is required.'] } },
    ],
    [
      'values beyond the schema',
      {
        auto_top_up_credits_pack: {
          id: 'x'.repeat(101),
          name: 'x'.repeat(51),
          price: 2_147_483_648,
          currency_code: 'CHF',
          pack_amount: 4_294_967_296,
        },
      },
      {
        auto_top_up_credits_pack: {
          id: ['Must have at most 100 characters.'],
          name: ['Must have at most 50 characters.'],
          price: ['Must not be greater than 2147483647.'],
          currency_code: ['Must be USD, EUR, GBP or empty.'],
          pack_amount: ['Must not be greater than 4294967295.'],
        },
      },
    ],
    [
      'a flag that is none',
      { auto_top_up_on_expiration: 'yes' },
      { auto_top_up_on_expiration: ['Must be a boolean value.'] },
    ],
    ['a null flag', { auto_top_up_on_insufficient: null }, { auto_top_up_on_insufficient: ['Must not be null.'] }],
    [
      'an unknown field',
      { auto_topup: true },
      { auto_topup: ['Is not a known field; did you mean auto_top_up_credits_pack?'] },
    ],
    [
      'an unknown field of the pack',
      { auto_top_up_credits_pack: { id: 'pack_100', amount: 1 } },
      {
        auto_top_up_credits_pack: {
          amount: [
            'Is not a known field; known are id, name, price, fee, currency_code, pack_amount, discount, savings.',
          ],
        },
      },
    ],
  ])('refuses %s, field by field', async (_what, body, errors) => {
    expect((await as().put(PATH).send(body).expect(400)).body).toEqual(errors);
    expect(await settings()).toEqual(OFF);
    expect(await find(Wallet, { customerId: account.customerId })).toEqual([]);
  });

  it('refuses a pack that was withdrawn, and a flag for one that is no longer offered as agreed', async () => {
    const packs = service.get(PacksService);
    await packs.create(tenant, { id: 'old', name: 'Old', priceMinor: 500, currency: 'usd', packAmount: 5 });
    await as()
      .put(PATH)
      .send({ auto_top_up_credits_pack: { id: 'old' } })
      .expect(201);
    await packs.change(tenant, 'old', { priceMinor: 600 });
    const turnOn = () => as().patch(PATH).send({ auto_top_up_on_insufficient: true }).expect(400);
    expect((await turnOn()).body).toEqual({
      auto_top_up_credits_pack: ['Has changed since it was chosen: send it again.'],
    });
    expect(await settings()).toMatchObject({ auto_top_up_credits_pack: { price: 500, currency_code: 'USD' } });
    await packs.change(tenant, 'old', { isOnSale: false });
    expect((await turnOn()).body).toEqual({
      auto_top_up_credits_pack: ['Is no longer on sale: choose another pack.'],
    });
    const put = await as()
      .put(PATH)
      .send({ auto_top_up_credits_pack: { id: 'old' } })
      .expect(400);
    expect(put.body).toEqual({ auto_top_up_credits_pack: { id: ['Is no longer on sale.'] } });
  });

  it('refuses to be on without a card that can be charged, and can always be switched off', async () => {
    const poor = await createAccount(service, tenant, null);
    const answer = await as(poor.key).put(PATH).send(ON).expect(400);
    expect(answer.body).toEqual({ non_field_errors: ['There is no payment method on file that can be charged.'] });
    const both = await as(poor.key).put(PATH).send({ auto_top_up_on_expiration: true }).expect(400);
    expect(Object.keys(both.body as object)).toEqual(['auto_top_up_credits_pack', 'non_field_errors']);
    await as(poor.key).put(PATH).send({}).expect(201);

    const unpaid = await createTenant(service);
    await service.get(SettingsService).put(unpaid, 'payments', { provider: 'none' });
    await as((await createAccount(service, unpaid)).key)
      .put(PATH)
      .send(ON)
      .expect(400);
  });

  it('answers 401 and 415 as the contract says', async () => {
    const wrong = { detail: 'Incorrect authentication credentials.' };
    expect((await as('sk_nobody').put(PATH).send(ON).expect(401)).body).toEqual(wrong);
    const typed = await as().put(PATH).set('Content-Type', 'text/plain').send('x').expect(415);
    expect(Object.keys(typed.body as object)).toEqual(['detail']);
    const broken = await as().put(PATH).set('Content-Type', 'application/json').send('{').expect(400);
    expect(Object.keys(broken.body as object)).toEqual(['non_field_errors']);
    const file = await as().put(PATH).attach('auto_top_up_credits_pack', Buffer.from('{}'), 'pack.json').expect(400);
    expect(Object.keys(file.body as object)).toEqual(['auto_top_up_credits_pack']);
  });

  it('keeps a consent record of each accepted change, and of no other', async () => {
    await as().put(PATH).send(ON).expect(201);
    await as().put(PATH).send({ auto_top_up_on_expiration: true }).expect(400);
    await as().patch(PATH).send({ auto_top_up_on_expiration: false }).expect(200);
    const consents = await find(Consent, { customerId: account.customerId });
    const agreed = { id: 'pack_100', price: 9900, currency_code: 'USD', pack_amount: 100 };
    expect(consents.sort((a, b) => (a.id < b.id ? -1 : 1))).toMatchObject([
      {
        from: OFF,
        to: { ...ON, auto_top_up_credits_pack: agreed },
        priceMinor: 9900,
        currency: 'usd',
        createdBy: expect.stringMatching(/^secret_/),
        createdAt: service.clock.now(),
      },
      { from: { auto_top_up_on_expiration: true }, to: { auto_top_up_on_expiration: false }, priceMinor: 9900 },
    ]);
  });

  it('keeps the price that was agreed to, whatever the catalogue asks later', async () => {
    const other = await createTenant(service);
    const { key } = await createAccount(service, other);
    await as(key).put(PATH).send(ON).expect(201);
    await service.get(PacksService).change(other, 'pack_100', { priceMinor: 19_900, name: 'Dear' });
    const { body } = await as(key).get(PATH).expect(200);
    expect(body).toMatchObject({ auto_top_up_credits_pack: { price: 9900, name: 'Dear' } });
  });

  it('is one wallet, however many set it at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => as().put(PATH).send(ON).expect(201)));
    expect(await find(Wallet, { customerId: account.customerId })).toHaveLength(1);
    expect(await find(Consent, { customerId: account.customerId })).toHaveLength(8);
  });
});
