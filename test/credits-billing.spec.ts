import { EntityManager } from '@mikro-orm/postgresql';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

const BILLING = '/account/billing/';
const METHOD = '/account/billing/payment-method/';
const CARD = { brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2034, expires_soon: false };
const NOWHERE = {
  address_line1: null,
  address_line2: null,
  city: null,
  state: null,
  postal_code: null,
  country: null,
  tax_id: null,
};

describe('billing', () => {
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
  afterEach(() => expectSoundLedger(service.get(EntityManager)));

  const by = () => call(service, account.key);
  const enable = () =>
    by()
      .put('/account/credits/top-up/settings/')
      .send({ auto_top_up_on_insufficient: true, auto_top_up_credits_pack: { id: 'pack_10' } })
      .expect(201);

  it('is replaced by PUT and changed by PATCH, in all three content types', async () => {
    const cards = { payment_method: CARD, backup_payment_method: null };
    const fresh = { ...NOWHERE, name: account.externalId, ...cards, auto_top_up_paused: null };
    expect((await by().get(BILLING).expect(200)).body).toEqual(fresh);
    const full = { name: 'Ünï', address_line1: 'A 1', city: 'Porto', country: 'pt', tax_id: 'PT1' };
    const put = await by().put(BILLING).send(full).expect(200);
    expect(put.body).toEqual({ ...fresh, ...full, country: 'PT' });
    const patched = await by().patch(BILLING).type('form').send('city=Lisboa&tax_id=').expect(200);
    expect(patched.body).toEqual({ ...put.body, city: 'Lisboa', tax_id: null });
    const nulled = await by().patch(BILLING).send({ country: null }).expect(200);
    expect(nulled.body).toMatchObject({ country: null, city: 'Lisboa' });
    const replaced = await by().put(BILLING).field('name', 'Only').expect(200);
    expect(replaced.body).toEqual({ ...fresh, name: 'Only' });
  });

  it.each<[object, object]>([
    [{}, { name: ['Is required.'] }],
    [{ name: null }, { name: expect.anything() }],
    [{ name: '' }, { name: ['Must not be empty.'] }],
    [{ name: 'x'.repeat(256) }, { name: ['Must have at most 255 characters.'] }],
    [{ name: 'x', country: 'XX' }, { country: expect.anything() }],
    [{ name: 'x', city: 'a\u0000' }, { city: expect.anything() }],
    [
      { name: 'x', payment_method: CARD },
      {
        payment_method: [
          'Is not a known field; known are name, address_line1, address_line2, city, state, postal_code, country, tax_id.',
        ],
      },
    ],
  ])('refuses %j', async (body, errors) => {
    expect((await by().put(BILLING).send(body).expect(400)).body).toEqual(errors);
  });

  it.each(['424242424242', '4242424242424242', '4242 4242-4242 4242', '4242424242424242424'])(
    'refuses the card number %s without repeating it',
    async (token) => {
      const { body, text } = await by().post(METHOD).send({ token }).expect(400);
      const sentence = 'Looks like a card number: give that to the payment provider, and send its token.';
      expect(body).toEqual({ token: [sentence] });
      expect(text).not.toContain('4242');
    },
  );

  it('takes 11 and 20 digits for tokens, which are unknown', async () => {
    for (const token of ['4'.repeat(11), '4'.repeat(20), 'nonsense']) {
      const { text } = await by().post(METHOD).send({ token }).expect(400);
      expect(text).not.toContain('card number');
    }
  });

  it('replaces the payment method by token, in all three content types', async () => {
    const token = 'pm_sandbox_decline';
    const declining = { payment_method: { ...CARD, last4: '9995' } };
    expect((await by().post(METHOD).send({ token }).expect(200)).body).toMatchObject(declining);
    await by().post(METHOD).type('form').send({ token: 'pm_sandbox_approve' }).expect(200);
    expect((await by().post(METHOD).field('token', token).expect(200)).body).toMatchObject(declining);
  });

  it('has a backup, chosen among the payment methods that are saved, which buys where the other is declined', async () => {
    const backup = '/account/billing/payment-method/backup/';
    await by().post(METHOD).send({ token: 'pm_sandbox_decline_hard' }).expect(200);
    const saved = async () => (await by().get('/account/billing/payment-methods/').expect(200)).body;
    const [onFile, earlier] = await saved();
    expect([onFile, earlier]).toMatchObject([
      { role: 'default', last4: '9987' },
      { ...CARD, role: null },
    ]);
    await by().put(backup).send({ id: onFile.id }).expect(400);
    await by().put(backup).send({ id: 'pm_unknown' }).expect(404);
    const chosen = await by().put(backup).type('form').send({ id: earlier.id }).expect(200);
    expect(chosen.body).toMatchObject({ payment_method: { last4: '9987' }, backup_payment_method: CARD });
    expect(await saved()).toMatchObject([{ id: onFile.id }, { id: earlier.id, role: 'backup' }]);
    await by().post('/account/credits/top-up/').send({ pack_id: 'pack_10' }).expect(200);
    const dropped = await by().delete(backup).expect(200);
    expect(dropped.body).toMatchObject({ backup_payment_method: null });
    await by().delete(backup).expect(404);
    const again = by().post('/account/credits/top-up/').set('Idempotency-Key', 'without-backup');
    await again.send({ pack_id: 'pack_10' }).expect(402);
  });

  it('pauses automatic top-up with the last payment method, says so, and goes on with another, also the same', async () => {
    await by().post('/account/credits/top-up/').send({ pack_id: 'pack_10' }).expect(200);
    await enable();
    const removed = await by().delete(METHOD).expect(200);
    expect(removed.body).toMatchObject({ payment_method: null, auto_top_up_paused: 'no_payment_method' });
    expect((await by().get(BILLING).expect(200)).body).toEqual(removed.body);
    const decisions = await by().get('/account/credits/top-up/decisions/').expect(200);
    expect(decisions.body).toMatchObject({
      results: [
        {
          bought: false,
          code: 'paused',
          reason: 'Did not buy: automatic top-up is paused (no_payment_method): there is no payment method on file.',
        },
      ],
    });
    await by().delete(METHOD).expect(404);
    const added = await by().post(METHOD).send({ token: 'pm_sandbox_approve' }).expect(200);
    expect(added.body).toMatchObject({ payment_method: CARD, auto_top_up_paused: null });
  });

  it('pauses nothing where nothing is bought automatically, nor another account', async () => {
    const other = await createAccount(service, tenant);
    await enable();
    const { body } = await call(service, other.key).delete(METHOD).expect(200);
    expect(body).toMatchObject({ payment_method: null, auto_top_up_paused: null });
    expect((await by().get(BILLING).expect(200)).body).toMatchObject({
      payment_method: CARD,
      auto_top_up_paused: null,
    });
  });
});
