import { EntityManager } from '@mikro-orm/postgresql';
import { PaymentMethodsService } from '../src/customers/payment-methods.service.js';
import { CreditsWallets } from '../src/credits/credits-wallets.service.js';
import { PacksService } from '../src/credits/packs/packs.service.js';
import { LedgerService } from '../src/ledger/ledger.service.js';
import { Wallet } from '../src/ledger/wallet.entity.js';
import { SettingsService } from '../src/settings/settings.service.js';
import { decimal } from '../src/shared/decimal.js';
import { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

const BUY = '/account/credits/top-up/';
const CREDITS = '/account/credits/';
const NOTHING = {
  promotional_credits: 0,
  purchased_credits: 0,
  outstanding_credits: 0,
  on_hold_promotional: 0,
  on_hold_purchased: 0,
  promotional_expiration_date: null,
  purchased_expiration_date: null,
  balance: 0,
  auto_top_up_paused_reason: null,
};

describe('buying a pack', () => {
  let service: TestApp;
  let tenant: TestTenant;
  beforeAll(async () => {
    service = await startTestApp({ config: { paymentTimeoutMs: 4000 } });
    tenant = await createTenant(service);
  });
  afterAll(() => service.close());
  beforeEach(() => service.clock.set('2026-03-02T10:00:00.000Z'));
  afterEach(() => expectSoundLedger(service.get(EntityManager)));

  const creditsOf = async (account: TestAccount): Promise<object> =>
    (await call(service, account.key).get(CREDITS).expect(200)).body as object;
  const walletOf = async ({ customerId }: TestAccount): Promise<Wallet> =>
    service.get(EntityManager).fork().findOneOrFail(Wallet, { customerId });

  it('charges the card, credits the pack and answers with the invoice', async () => {
    const account = await createAccount(service, tenant);
    expect(await creditsOf(account)).toEqual(NOTHING);
    const { body } = await call(service, account.key)
      .post(BUY)
      .send({ pack_id: 'pack_100', coupon_ids: [] })
      .expect(200);
    const now = service.clock.now().getTime() / 1000;
    expect(body).toEqual({
      id: expect.stringMatching(/^inv_/),
      sub_total: 9900,
      total: 9900,
      amount_due: 9900,
      amount_paid: 9900,
      currency_code: 'USD',
      credits_applied: 0,
      line_items: [
        {
          quantity: 1,
          description: '100 credits',
          unit_amount: 9900,
          tax_amount: 0,
          discount_amount: 0,
          amount: 9900,
          date_from: now,
          date_to: now,
        },
      ],
      discounts: [],
      taxes: [],
    });
    const bought = { purchased_credits: 100, balance: 100, purchased_expiration_date: '2027-03-02' };
    expect(await creditsOf(account)).toEqual({ ...NOTHING, ...bought });
  });

  it('takes forms, and moves the expiration of all purchased credits', async () => {
    const account = await createAccount(service, tenant);
    const { post } = call(service, account.key);
    await post(BUY).type('form').send({ pack_id: 'pack_10' }).expect(200);
    service.clock.set('2026-05-31T10:00:00.000Z');
    await post(BUY).field('pack_id', 'pack_10').expect(200);
    expect(await creditsOf(account)).toMatchObject({ purchased_credits: 20, purchased_expiration_date: '2027-05-31' });
  });

  it('keeps what is on hold, what is promotional and what is owed apart', async () => {
    const account = await createAccount(service, tenant);
    await call(service, account.key).post(BUY).send({ pack_id: 'pack_10' }).expect(200);
    const { id: walletId, tenantId, environmentId } = await walletOf(account);
    const base = {
      scope: { tenantId, environmentId },
      walletId,
      actor: { keyId: '', requestId: '' },
      answer: () => null,
    };
    const ledger = service.get(LedgerService);
    const expiresAt = new Date('2026-04-01T00:00:00.000Z');
    await ledger.post({
      ...base,
      kind: 'credit',
      terms: {
        credits: decimal('5.5'),
        reason: 'FREE_CREDIT_GRANT',
        expiresAt,
        referenceType: 'EXTERNAL',
        referenceId: '',
      },
    });
    const hold = { credits: decimal('7'), expiresAt: null, description: '', metadata: {} };
    await ledger.post({ ...base, kind: 'hold', holdId: `hold_${walletId}`, ...hold });
    expect(await creditsOf(account)).toEqual({
      promotional_credits: 0,
      purchased_credits: 8,
      outstanding_credits: 0,
      on_hold_promotional: 5,
      on_hold_purchased: 1,
      promotional_expiration_date: '2026-04-01',
      purchased_expiration_date: '2027-03-02',
      balance: 8,
      auto_top_up_paused_reason: null,
    });
    await ledger.post({
      ...base,
      kind: 'debit',
      terms: { credits: decimal('20'), reason: 'MANUAL_BALANCE_DEBIT', overdraft: 'any', referenceType: 'REQUEST' },
    });
    const indebted = await creditsOf(account);
    expect(indebted).toMatchObject({ purchased_credits: 0, outstanding_credits: 12, balance: -12 });
    await call(service, account.key).post(BUY).send({ pack_id: 'pack_100' }).expect(200);
    expect(await creditsOf(account)).toMatchObject({ purchased_credits: 88, outstanding_credits: 0, balance: 88 });
  });

  it('credits nothing when the card is declined, and says why', async () => {
    const account = await createAccount(service, tenant, 'pm_sandbox_decline');
    const { body } = await call(service, account.key).post(BUY).send({ pack_id: 'pack_100' }).expect(402);
    expect(body).toEqual({
      detail: 'The card has insufficient funds.',
      top_up: { id: expect.stringMatching(/^topup_/), status: 'failed' },
    });
    expect(await creditsOf(account)).toEqual(NOTHING);
    await service.get(PaymentMethodsService).replace(tenant, account.customerId, 'pm_sandbox_approve');
    await call(service, account.key).post(BUY).send({ pack_id: 'pack_100' }).expect(200);
  });

  it('answers 202 while the provider has not said, and credits once it has', async () => {
    const account = await createAccount(service, tenant, 'pm_sandbox_hang');
    const { post } = call(service, account.key);
    const { body } = await post(BUY).send({ pack_id: 'pack_100' }).expect(202);
    expect(body).toEqual({
      detail: 'The payment is not confirmed yet. The credits are added when it is.',
      top_up: { id: expect.stringMatching(/^topup_/), status: 'unknown' },
    });
    expect(await creditsOf(account)).toEqual(NOTHING);
    const second = await post(BUY).send({ pack_id: 'pack_100' }).expect(409);
    expect(second.body).toEqual({
      detail: 'Another purchase of this account is under way.',
      top_up: { id: (body as { top_up: { id: string } }).top_up.id, status: 'unknown' },
    });
    service.clock.advance(60_000);
    await service.get(TopUpEngine).sweep();
    await service.get(TopUpEngine).idle();
    expect(await creditsOf(account)).toMatchObject({ purchased_credits: 100 });
  });

  it('says where a card is authenticated', async () => {
    const account = await createAccount(service, tenant, 'pm_sandbox_requires_action');
    const { body } = await call(service, account.key).post(BUY).send({ pack_id: 'pack_100' }).expect(202);
    expect(body).toMatchObject({ top_up: { status: 'requires_action' } });
  });

  it('is done once for an idempotency key, which is the account’s own', async () => {
    const [mine, theirs] = [await createAccount(service, tenant), await createAccount(service, tenant)];
    const buy = (account: TestAccount, pack = 'pack_10') =>
      call(service, account.key).post(BUY).set('Idempotency-Key', 'order-1').send({ pack_id: pack });
    const first = await buy(mine).expect(200);
    const again = await Promise.all([buy(mine).expect(200), buy(mine).expect(200)]);
    for (const { body, headers } of again) {
      expect(body).toEqual(first.body);
      expect(headers['idempotent-replayed']).toBe('true');
    }
    await buy(mine, 'pack_100').expect(422);
    const other = await buy(theirs).expect(200);
    expect(other.body).not.toMatchObject({ id: (first.body as { id: string }).id });
    expect(await creditsOf(mine)).toMatchObject({ purchased_credits: 10 });
    // A replay needs neither the card nor the pack any more.
    for (const { id } of await service.get(PaymentMethodsService).list(tenant, mine.customerId)) {
      await service.get(PaymentMethodsService).remove(tenant, mine.customerId, id);
    }
    expect((await buy(mine).expect(200)).body).toEqual(first.body);
  });

  it('is one wallet and one charge each, however many buy at once', async () => {
    const account = await createAccount(service, tenant);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => call(service, account.key).post(BUY).send({ pack_id: 'pack_10' })),
    );
    const bought = answers.filter(({ status }) => status === 200).length;
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
    expect(bought).toBeGreaterThan(0);
    expect(await creditsOf(account)).toMatchObject({ purchased_credits: bought * 10 });
    const { customerId } = account;
    expect(await service.get(EntityManager).fork().count(Wallet, { customerId })).toBe(1);
    expect(await service.get(EntityManager).fork().count(TopUp, { customerId })).toBe(bought);
  });

  it.each<[string, object, object]>([
    ['no pack', {}, { pack_id: ['Is required.'] }],
    ['an unknown pack', { pack_id: 'nothing' }, { pack_id: ['Unknown pack.'] }],
    ['a pack id that is too long', { pack_id: 'x'.repeat(101) }, { pack_id: ['Must have at most 100 characters.'] }],
    ['coupons', { pack_id: 'pack_10', coupon_ids: ['WELCOME'] }, { coupon_ids: ['Unknown coupon.'] }],
    [
      'coupons that are no list',
      { pack_id: 'pack_10', coupon_ids: 'WELCOME' },
      { coupon_ids: ['Must be a list of strings.'] },
    ],
    ['an unknown field', { pack_id: 'pack_10', pack: 1 }, { pack: ['Is not a known field; did you mean pack_id?'] }],
  ])('refuses %s', async (_what, body, errors) => {
    const account = await createAccount(service, tenant);
    expect((await call(service, account.key).post(BUY).send(body).expect(400)).body).toEqual(errors);
    expect(await service.get(EntityManager).fork().count(Wallet, { customerId: account.customerId })).toBe(0);
  });

  it('takes coupons in forms as a list too', async () => {
    const account = await createAccount(service, tenant);
    const { body } = await call(service, account.key)
      .post(BUY)
      .type('form')
      .send('pack_id=pack_10&coupon_ids=A&coupon_ids=B')
      .expect(400);
    expect(body).toEqual({ coupon_ids: ['Unknown coupon.', 'Unknown coupon.'] });
  });

  it('gives nothing away: without a card, or where nothing is charged, there is no purchase', async () => {
    const refusal = { non_field_errors: ['There is no payment method on file that can be charged.'] };
    const poor = await createAccount(service, tenant, null);
    expect((await call(service, poor.key).post(BUY).send({ pack_id: 'pack_10' }).expect(400)).body).toEqual(refusal);
    const unpaid = await createTenant(service);
    const account = await createAccount(service, unpaid);
    await service.get(SettingsService).put(unpaid, 'payments', { provider: 'none' });
    const { body } = await call(service, account.key).post(BUY).send({ pack_id: 'pack_10' }).expect(400);
    expect(body).toEqual(refusal);
  });

  it('opens the wallet in the credits currency, and stays with it', async () => {
    const other = await createTenant(service);
    await service.get(SettingsService).put(other, 'credits', { currency: 'eur', purchase_validity_months: 1 });
    const eur = { id: 'eur_10', name: '10 credits', priceMinor: 1000, currency: 'eur', packAmount: 10 } as const;
    await service.get(PacksService).create(other, eur);
    const account = await createAccount(service, other);
    await call(service, account.key).post(BUY).send({ pack_id: 'eur_10' }).expect(200);
    expect(await walletOf(account)).toMatchObject({ currency: 'eur', name: 'Prepaid Wallet - EUR' });
    expect(await creditsOf(account)).toMatchObject({ purchased_expiration_date: '2026-04-02' });
    await service.get(SettingsService).put(other, 'credits', { currency: 'gbp' });
    expect(await creditsOf(account)).toMatchObject({ purchased_credits: 10 });
    const wallet = await service.get(CreditsWallets).findOrOpen({
      scope: { tenantId: other.tenantId, environmentId: other.environmentId },
      customerId: account.customerId,
      actor: { keyId: '', requestId: '' },
    });
    expect(wallet.currency).toBe('eur');
  });
});
