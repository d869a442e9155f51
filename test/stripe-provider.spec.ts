import type { PaymentOutcome, PaymentProvider } from '../src/payments/payment-provider.js';
import { PaymentProviders } from '../src/payments/payment-providers.js';
import { CustomersService } from '../src/customers/customers.service.js';
import { ProviderCustomers } from '../src/payments/provider-customers.js';
import { StripeConnections } from '../src/payments/stripe/stripe-connections.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import type { Fault } from './stripe-stand-in/script/fault-script.js';
import { startTestApp, type TestApp } from './support/app.js';
import { connectStripe } from './support/stripe.js';
import { TopUpScene } from './support/top-ups.js';
import { testCaller } from './support/test-caller.js';

const TIMEOUT_MS = 1200;
const SUCCEEDED = { kind: 'succeeded', amountMinor: 9900, currency: 'usd' };
const CONFIRM = '/v1/payment_intents/*/confirm';

describe('payments through Stripe', () => {
  let stripe: StripeStandIn;
  let service: TestApp;
  let scene: TopUpScene;
  let provider: PaymentProvider;
  let customerId: string;
  let count = 0;

  beforeAll(async () => {
    stripe = await StripeStandIn.start();
    service = await startTestApp({ config: { stripeApiBase: stripe.url, paymentTimeoutMs: TIMEOUT_MS } });
    scene = await TopUpScene.create(service);
    await connectStripe(service, scene.scope, stripe.keys);
    provider = (await service.get(PaymentProviders).byName(scene.scope, 'stripe')) as PaymentProvider;
    ({ customerId } = await scene.newWallet('0'));
  });
  afterEach(() => {
    stripe.faults.clear();
    stripe.outcomes.clear();
    stripe.rateLimit.perSecond = undefined;
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  async function create(currency = 'usd', amountMinor = 9900): Promise<string> {
    count += 1;
    const request = { topUpId: `topup_${count}`, customerId, amountMinor, currency };
    const outcome = await provider.createPayment(request, `topup:topup_${count}:create`);
    if (outcome.kind !== 'created') throw new Error(`${outcome.kind}: ${outcome.reason}`);
    return outcome.paymentId;
  }
  const confirm = (paymentId: string, attempt = 1): Promise<PaymentOutcome> =>
    provider.confirmPayment({ paymentId, paymentMethodRef: 'pm_card_visa' }, `${paymentId}:confirm:${attempt}`);
  const chargesOf = (id: string) => stripe.books.paidCharges().filter(({ paymentIntentId }) => paymentIntentId === id);
  const callsTo = (end: string) => stripe.books.calls.filter(({ path }) => path.endsWith(end));

  it.each<[string, Fault, boolean]>([
    ['hangs before charging', { kind: 'hang', when: 'before' }, false],
    ['hangs after charging', { kind: 'hang', when: 'after' }, true],
    ['fails before charging', { kind: 'server_error', when: 'before' }, false],
    ['fails after charging', { kind: 'server_error', when: 'after' }, true],
    ['is unavailable before charging', { kind: 'unavailable', when: 'before' }, false],
    ['is unavailable after charging', { kind: 'unavailable', when: 'after' }, true],
    ['answers with a page', { kind: 'html', when: 'after' }, true],
    ['is cut off in its answer', { kind: 'truncate' }, true],
    ['says that the key is in use', { kind: 'conflict' }, false],
  ])('leaves the outcome unknown when it %s, and its record says what happened', async (_name, fault, charged) => {
    const id = await create();
    stripe.faults.add({ path: CONFIRM, fault });
    expect(await confirm(id)).toMatchObject({ kind: 'unknown' });
    expect(await provider.retrievePayment(id)).toEqual(charged ? SUCCEEDED : { kind: 'requires_confirmation' });
    expect(chargesOf(id)).toHaveLength(charged ? 1 : 0);
  });

  it.each<[string, Fault]>([
    ['too many requests', { kind: 'rate_limit' }],
    ['a lock', { kind: 'lock_timeout' }],
  ])('is not executed for %s, and the same key charges later', async (_name, fault) => {
    const id = await create();
    stripe.faults.add({ path: CONFIRM, fault });
    expect(await confirm(id)).toMatchObject({ kind: 'not_executed' });
    expect(await confirm(id)).toEqual(SUCCEEDED);
    expect(chargesOf(id)).toHaveLength(1);
  });

  it.each<['before' | 'after']>([['before'], ['after']])(
    'charges once when the connection is reset %s the charge and the package sends again',
    async (when) => {
      const id = await create();
      stripe.faults.add({ path: CONFIRM, fault: { kind: 'reset', when } });
      await confirm(id);
      await confirm(id);
      expect(await provider.retrievePayment(id)).toEqual(SUCCEEDED);
      expect(chargesOf(id)).toHaveLength(1);
    },
  );

  it('sends a key of ours with every POST, and never one of the package’s', async () => {
    const { customerId: other } = await scene.newWallet('0');
    await provider.attachPaymentMethod({ customerId: other, token: 'pm_card_visa' });
    const id = await create();
    await confirm(id);
    await provider.refundPayment({ paymentId: id, currency: 'usd' }, `${id}:refund`);
    await provider.cancelPayment(id, `${id}:cancel`);
    await provider.beginSetup({ customerId: other, via: { kind: 'fields' } }, `${other}:setup`);
    const posts = stripe.books.calls.filter(({ method }) => method === 'POST');
    expect(posts.length).toBeGreaterThan(6);
    expect(posts.filter(({ idempotencyKey }) => !idempotencyKey || idempotencyKey.startsWith('stripe-node'))).toEqual(
      [],
    );
  });

  it('makes payments unconfirmed, of the customer, with what they are for', async () => {
    const before = callsTo('/confirm').length;
    const id = await create();
    const intent = stripe.books.paymentIntents.find(id);
    const { tenantId: tenant_id, environmentId: environment_id } = scene.scope;
    expect(intent).toMatchObject({
      status: 'requires_payment_method',
      customer: expect.stringMatching(/^cus_/),
      metadata: { top_up_id: `topup_${count}`, customer_id: customerId, tenant_id, environment_id },
    });
    expect(callsTo('/confirm')).toHaveLength(before);
  });

  it('counts money as Stripe does, both ways', async () => {
    const id = await create('ugx', 20_000);
    expect(stripe.books.paymentIntents.find(id)).toMatchObject({ amount: 2_000_000, currency: 'ugx' });
    expect(await confirm(id)).toEqual({ kind: 'succeeded', amountMinor: 20_000, currency: 'ugx' });
    const yen = await create('jpy', 900);
    expect(await confirm(yen)).toEqual({ kind: 'succeeded', amountMinor: 900, currency: 'jpy' });
  });

  it('makes a customer once, whoever asks at once', async () => {
    const { customerId: other } = await scene.newWallet('0');
    const attach = () => provider.attachPaymentMethod({ customerId: other, token: 'pm_card_visa' });
    await Promise.allSettled(Array.from({ length: 6 }, attach));
    await attach();
    const made = stripe.books.customers
      .all()
      .filter((customer) => 'metadata' in customer && customer.metadata['customer_id'] === other);
    expect(made).toHaveLength(1);
  });

  it('tells Stripe where receipts go, also when that changes between two tries', async () => {
    const customers = service.get(CustomersService);
    const connections = service.get(StripeConnections);
    const caller = testCaller(scene.scope);
    await connections.put(caller, { sendReceipts: true, statementDescriptorSuffix: 'CREDITS' });
    const receipts = (await service.get(PaymentProviders).byName(scene.scope, 'stripe')) as PaymentProvider;
    const request = { topUpId: 'topup_r', customerId, amountMinor: 9900, currency: 'usd' };
    await customers.update(scene.caller, customerId, { email: 'a@example.com' });
    const first = await receipts.createPayment(request, 'topup:r:create');
    await customers.update(scene.caller, customerId, { email: 'b@example.com' });
    expect(await receipts.createPayment(request, 'topup:r:create')).toEqual(first);
    const id = first.kind === 'created' ? first.paymentId : '';
    expect(stripe.books.paymentIntents.find(id)).toMatchObject({
      receipt_email: 'b@example.com',
      statement_descriptor_suffix: 'CREDITS',
    });
    await connections.put(caller, { sendReceipts: false });
  });

  it('charges also whose e-mail address Stripe does not take', async () => {
    const caller = testCaller(scene.scope);
    await service.get(StripeConnections).put(caller, { sendReceipts: true });
    const receipts = (await service.get(PaymentProviders).byName(scene.scope, 'stripe')) as PaymentProvider;
    stripe.faults.add({
      method: 'POST',
      path: '/v1/payment_intents/*',
      fault: { kind: 'server_error', when: 'before' },
    });
    const request = { topUpId: 'topup_e', customerId, amountMinor: 9900, currency: 'usd' };
    expect(await receipts.createPayment(request, 'topup:e:create')).toMatchObject({ kind: 'created' });
    expect(callsTo('').filter(({ fault }) => fault)).not.toEqual([]);
    await service.get(StripeConnections).put(caller, { sendReceipts: false });
  });

  it('refunds once for one key, also after Stripe has forgotten it', async () => {
    const id = await create();
    await confirm(id);
    const refund = () => provider.refundPayment({ paymentId: id, amountMinor: 100, currency: 'usd' }, 'refund:1');
    stripe.faults.add({ path: '/v1/refunds', method: 'POST', fault: { kind: 'hang', when: 'after' } });
    expect(await refund()).toMatchObject({ kind: 'unknown' });
    for (const answer of stripe.books.answers.all()) stripe.books.answers.put({ ...answer, at: 0 });
    expect(await refund()).toEqual({ kind: 'refunded', refundId: expect.stringMatching(/^re_/) });
    expect(chargesOf(id)).toMatchObject([{ refundedMinor: 100 }]);
  });

  it('never sends more than 20 requests a second with one key, and lets them wait instead of failing', async () => {
    const id = await create();
    const from = stripe.books.calls.length;
    const outcomes = await Promise.all(Array.from({ length: 11 }, () => provider.retrievePayment(id)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(outcomes.map(() => 'requires_confirmation'));
    const times = stripe.books.calls.slice(from).map(({ at }) => at);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThanOrEqual(10 * 45);
  });

  it('does not execute what would wait too long', async () => {
    const id = await create();
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => provider.retrievePayment(id)));
    const kinds = outcomes.map(({ kind }) => kind);
    expect(kinds).toContain('not_executed');
    expect(kinds.filter((kind) => kind === 'requires_confirmation').length).toBeGreaterThan(5);
  });

  it('saves a card through fields of the tenant’s own page', async () => {
    const session = await provider.beginSetup({ customerId, via: { kind: 'fields' } }, 'setup:1');
    expect(session).toMatchObject({ url: null, clientSecret: expect.stringContaining(session.setupId) });
    expect(await provider.readSetup(session.setupId)).toEqual({ kind: 'open', customerId });
    const { Stripe } = await import('stripe');
    const { hostname: host, port } = new URL(stripe.url);
    const page = new Stripe(stripe.keys.secretKey, { host, port, protocol: 'http' });
    await page.setupIntents.confirm(session.setupId, { payment_method: 'pm_card_mastercard' });
    expect(await provider.readSetup(session.setupId)).toMatchObject({
      kind: 'saved',
      customerId,
      card: { brand: 'mastercard', last4: '4444', providerRef: expect.stringMatching(/^pm_/) },
    });
    const foreign = await page.setupIntents.create({ usage: 'off_session' });
    expect(await provider.readSetup(foreign.id)).toMatchObject({ kind: 'failed' });
    expect(await provider.readSetup('nonsense')).toMatchObject({ kind: 'failed' });
    expect(await provider.readSetup('seti_unknown')).toMatchObject({ kind: 'failed', customerId: null });
  });

  it('saves a card through a page of Stripe’s, which comes back', async () => {
    const via = { kind: 'page', successUrl: 'https://shop.test/saved', cancelUrl: 'https://shop.test/no' } as const;
    const session = await provider.beginSetup({ customerId, via }, 'setup:page');
    expect(session).toMatchObject({ url: expect.stringContaining(stripe.url), clientSecret: null });
    expect(await provider.beginSetup({ customerId, via }, 'setup:page')).toEqual(session);
    expect(await provider.readSetup(session.setupId)).toEqual({ kind: 'open', customerId });
    stripe.dashboard.completeCheckout(session.setupId, 'pm_card_amex');
    expect(await provider.readSetup(session.setupId)).toMatchObject({
      kind: 'saved',
      customerId,
      card: { brand: 'amex', last4: '0005' },
    });
  });

  it('takes a card that a setup has saved, which is its customer’s already', async () => {
    const ref = await service.get(ProviderCustomers).refOf(scene.scope, customerId, 'stripe', () => Promise.reject());
    const [method] = stripe.books.paymentMethods.all().filter(({ customer }) => customer === ref);
    const token = method?.id as string;
    expect(await provider.attachPaymentMethod({ customerId, token })).toMatchObject({ providerRef: token });
    const { customerId: other } = await scene.newWallet('0');
    await expect(provider.attachPaymentMethod({ customerId: other, token })).rejects.toMatchObject({
      kind: 'validation',
    });
  });

  it('says that a card is refused when it is refused, and that Stripe is silent when it is', async () => {
    const attach = (token: string) => provider.attachPaymentMethod({ customerId, token });
    await expect(attach('pm_card_chargeDeclined')).rejects.toMatchObject({ kind: 'validation' });
    stripe.faults.add({ path: '/v1/payment_methods/*/attach', fault: { kind: 'unavailable', when: 'before' } });
    await expect(attach('pm_card_mastercard')).rejects.toMatchObject({ kind: 'unavailable', retryAfterSeconds: 5 });
    stripe.faults.add({ path: '/v1/payment_methods/*/attach', fault: { kind: 'hang', when: 'before' } });
    await expect(attach('pm_card_amex')).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
