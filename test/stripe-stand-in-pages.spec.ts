import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Stripe from 'stripe';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { BROWSER_PATH, LonePage } from './support/browser.js';
import { clientOf } from './support/stand-in-client.js';

const SUCCESS_URL = 'https://shop.example/done?session={CHECKOUT_SESSION_ID}';
const AUTHENTICATING = '4000 0027 6000 3184';
const DECLINING = '4000 0000 0000 9995';

describe('the pages of the Stripe stand-in', () => {
  let standIn: StripeStandIn;
  let stripe: Stripe;
  let customer: string;

  beforeAll(async () => {
    standIn = await StripeStandIn.start();
    stripe = clientOf(standIn);
  });

  beforeEach(async () => {
    customer = (await stripe.customers.create()).id;
  });

  afterAll(() => standIn.close());

  it('save a card, which the customer then has, and send the customer back', async () => {
    const session = await setup();
    expect(session).toMatchObject({ status: 'open', mode: 'setup' });
    expect((await (await fetch(session.url as string)).text()).toLowerCase()).toContain('save card');
    const sent = await submit(session, { number: '5555 5555 5555 4444' });
    expect(sent.headers.get('location')).toBe(`https://shop.example/done?session=${session.id}`);
    const after = await stripe.checkout.sessions.retrieve(session.id, { expand: ['setup_intent.payment_method'] });
    expect(after).toMatchObject({ status: 'complete', url: null, payment_status: 'no_payment_required' });
    const intent = after.setup_intent as Stripe.SetupIntent;
    expect(intent).toMatchObject({ status: 'succeeded', metadata: { tenant: 't1' } });
    expect(intent.payment_method).toMatchObject({ customer, card: { last4: '4444', exp_month: 12, exp_year: 2034 } });
    expect((await fetch(session.url as string)).status).toBe(410);
  });

  it('take a payment once, and keep the card where that was asked for', async () => {
    const session = await payment({
      payment_intent_data: { setup_future_usage: 'off_session', metadata: { top_up_id: 't' } },
    });
    expect(session).toMatchObject({ amount_total: 2500, currency: 'eur', payment_intent: null });
    expect((await submit(session)).status).toBe(303);
    expect((await submit(session)).status).toBe(400);
    const after = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
    expect(after).toMatchObject({ status: 'complete', payment_status: 'paid' });
    const intent = after.payment_intent as Stripe.PaymentIntent;
    expect(intent).toMatchObject({ status: 'succeeded', amount: 2500, metadata: { top_up_id: 't' }, customer });
    const kept = await stripe.paymentMethods.retrieve(intent.payment_method as string);
    expect(kept.customer).toBe(customer);
    expect(standIn.books.paidCharges().filter((charge) => charge.customerId === customer)).toHaveLength(1);
    const [event] = (await stripe.events.list({ type: 'checkout.session.completed' })).data;
    expect(event?.data.object).toMatchObject({ id: session.id, payment_status: 'paid' });
  });

  it('say what is wrong with a card, and take another one for the same payment', async () => {
    const session = await payment();
    const declined = await submit(session, { number: DECLINING });
    expect(declined.status).toBe(402);
    expect(await declined.text()).toContain('Your card has insufficient funds.');
    expect((await submit(session)).status).toBe(303);
    const charges = standIn.books.charges().filter((charge) => charge.customerId === customer);
    expect(charges.map(({ status }) => status)).toEqual(['failed', 'succeeded']);
    expect(new Set(charges.map(({ paymentIntentId }) => paymentIntentId)).size).toBe(1);
  });

  it('lead by the bank where the card wants it, and back, whatever the customer says there', async () => {
    const session = await payment();
    for (const succeeds of [false, true]) {
      const bank = (await submit(session, { number: AUTHENTICATING })).headers.get('location') as string;
      expect(bank).toContain('/authenticate/pi_');
      const back = await post(bank, { succeeds: String(succeeds) });
      const onward = await fetch(back.headers.get('location') as string, { redirect: 'manual' });
      expect(onward.status).toBe(succeeds ? 303 : 402);
    }
    const [intent] = (await stripe.paymentIntents.list({ customer })).data;
    expect(intent?.status).toBe('succeeded');
  });

  it('expire when they are told to, and by themselves after a day', async () => {
    const session = await payment();
    expect(await stripe.checkout.sessions.expire(session.id)).toMatchObject({ status: 'expired', url: null });
    await expect(stripe.checkout.sessions.expire(session.id)).rejects.toMatchObject({ statusCode: 400 });
    expect((await submit(session)).status).toBe(400);
    expect(session.expires_at - session.created).toBe(24 * 3600);
  });

  it('are filled in by script where there is no browser', async () => {
    const session = await setup();
    expect(() => standIn.dashboard.completeCheckout(session.id, 'pm_card_chargeDeclined')).toThrow('declined');
    standIn.dashboard.completeCheckout(session.id);
    expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('complete');
  });

  (BROWSER_PATH === undefined ? describe.skip : describe)('in a browser', () => {
    let phone: LonePage;
    let shop: Server;
    let shopUrl: string;

    beforeAll(async () => {
      phone = await LonePage.open();
      shop = createServer((_, response) => {
        response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Security-Policy': strictPolicy(standIn.url) });
        response.end(`<!doctype html><title>Shop</title><script src="${standIn.url}/v3/"></script><h1>Shop</h1>`);
      });
      await once(shop.listen(0, '127.0.0.1'), 'listening');
      shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`;
    });

    afterAll(async () => {
      await phone.close();
      shop.close();
    });

    it('save a card', async () => {
      const session = await setup({ success_url: `${shopUrl}?session={CHECKOUT_SESSION_ID}` });
      await phone.goTo(session.url as string);
      await phone.type('#cardNumber', '4242 4242 4242 4242');
      await phone.click('#submit');
      await phone.until(`location.search === '?session=${session.id}'`);
      expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(1);
    });

    it.each([
      ['#complete', 'succeeded'],
      ['#fail', 'requires_payment_method'],
    ])('let the script finish a payment that the bank asked about, under a strict CSP: %s', async (button, status) => {
      const { id, client_secret: secret } = await stripe.paymentIntents.create({
        amount: 700,
        currency: 'usd',
        customer,
      });
      const card = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_authenticationRequired' } });
      const off = { payment_method: card.id, off_session: true };
      await expect(stripe.paymentIntents.confirm(id, off)).rejects.toMatchObject({ code: 'authentication_required' });
      await phone.goTo(shopUrl);
      await phone.until('window.Stripe');
      const { publishableKey } = standIn.keys;
      await phone.evaluate(
        `void (window.outcome = undefined, Stripe('${publishableKey}')
          .confirmCardPayment('${secret}', { payment_method: '${card.id}' }).then((outcome) => { window.outcome = outcome; }))`,
      );
      await phone.until(`document.querySelector('iframe')`);
      await phone.clickInFrame(button);
      await phone.until('window.outcome');
      expect((await stripe.paymentIntents.retrieve(id)).status).toBe(status);
      const outcome = await phone.evaluate<{ paymentIntent?: Stripe.PaymentIntent; error?: object }>('window.outcome');
      if (status === 'succeeded') expect(outcome.paymentIntent).toMatchObject({ id, status });
      else expect(outcome.error).toMatchObject({ code: 'payment_intent_authentication_failure' });
    });
  });

  function setup(more: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<Stripe.Checkout.Session> {
    return stripe.checkout.sessions.create({
      mode: 'setup',
      customer,
      success_url: SUCCESS_URL,
      allowed_payment_method_types: ['card'],
      setup_intent_data: { metadata: { tenant: 't1' } },
      ...more,
    });
  }

  function payment(more: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<Stripe.Checkout.Session> {
    const price = { currency: 'eur', unit_amount: 1250, product_data: { name: '100 credits' } };
    return stripe.checkout.sessions.create({
      mode: 'payment',
      customer,
      success_url: SUCCESS_URL,
      line_items: [{ price_data: price, quantity: 2 }],
      ...more,
    });
  }

  function submit(session: Stripe.Checkout.Session, fields: Record<string, string> = {}): Promise<Response> {
    const form = { number: '4242 4242 4242 4242', expiry: '12 / 34', cvc: '123', ...fields };
    return post(`${standIn.url}/c/pay/${session.id}`, form);
  }

  function post(url: string, fields: Record<string, string>): Promise<Response> {
    return fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
  }
});

/** What a page of the service's allows: its own things, and one host of the provider's. */
function strictPolicy(host: string): string {
  return `default-src 'none'; script-src ${host}; connect-src ${host}; frame-src ${host}; base-uri 'none'`;
}
