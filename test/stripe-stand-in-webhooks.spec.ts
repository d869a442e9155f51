import Stripe from 'stripe';
import { STAND_IN_WEBHOOK_SECRET, StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { clientOf } from './support/stand-in-client.js';
import { WebhookReceiver } from './support/webhook-receiver.js';

const PATH = '/stripe';

describe('what the Stripe stand-in tells of', () => {
  let receiver: WebhookReceiver;
  let standIn: StripeStandIn;
  let stripe: Stripe;
  let customer: string;

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
    const webhooks = [{ url: `${receiver.url}${PATH}` }];
    standIn = await StripeStandIn.start({ webhooks, retryDelaysMs: [20, 20] });
    stripe = clientOf(standIn);
    customer = (await stripe.customers.create()).id;
  });

  afterEach(async () => {
    await standIn.close();
    await receiver.close();
  });

  it('is signed so that the package takes it, and nobody with another secret does', async () => {
    await charge();
    const { text, headers } = (await told('payment_intent.succeeded'))[0]!;
    const signature = headers['stripe-signature'] as string;
    const event = Stripe.webhooks.constructEvent(text, signature, STAND_IN_WEBHOOK_SECRET);
    expect(event).toMatchObject({
      type: 'payment_intent.succeeded',
      api_version: Stripe.API_VERSION,
      data: { object: { object: 'payment_intent', status: 'succeeded', customer } },
    });
    expect(() => Stripe.webhooks.constructEvent(text, signature, 'whsec_other')).toThrow('No signatures found');
    expect(await stripe.events.retrieve(event.id)).toMatchObject({ id: event.id, type: event.type });
  });

  it('names what was done, in order, and the request that did it', async () => {
    const payment = { amount: 900, currency: 'usd', customer };
    const { id } = await stripe.paymentIntents.create(payment, { idempotencyKey: 'create' });
    await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa', off_session: true });
    await stripe.refunds.create({ payment_intent: id, amount: 100 });
    const { data } = await stripe.events.list({ limit: 100 });
    expect(data.map(({ type }) => type).toReversed()).toEqual([
      'customer.created',
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'refund.created',
      'charge.refunded',
    ]);
    expect(data.at(-2)?.request?.idempotency_key).toBe('create');
  });

  it('comes again until it is taken', async () => {
    await standIn.webhooks.idle();
    let refusals = 2;
    receiver.answers.set(PATH, (response) => response.writeHead(refusals-- > 0 ? 503 : 200).end());
    standIn.webhookScript.add({ types: ['charge.*', 'payment_intent.created'], isDropped: true });
    await charge();
    expect(await told('payment_intent.succeeded')).toHaveLength(3);
    expect(standIn.books.deliveries.slice(-3).map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 503],
      [2, 503],
      [3, 200],
    ]);
  });

  it('comes twice, late, out of order or not at all, as the script says', async () => {
    await standIn.webhooks.idle();
    const before = receiver.received.length;
    standIn.webhookScript.seed(3);
    standIn.webhookScript.add({ copies: 2, shuffleMs: 60 });
    standIn.webhookScript.add({ types: ['charge.succeeded'], isDropped: true });
    for (let time = 1; time <= 5; time += 1) await charge();
    await standIn.webhooks.idle();
    const received = receiver.received.slice(before).map(({ body }) => body as unknown as Stripe.Event);
    expect(received).toHaveLength(20);
    expect(received.map(({ type }) => type)).not.toContain('charge.succeeded');
    const cameFirst = [...new Set(received.map(({ id }) => id))];
    const happened = standIn.books.events.all().map(({ id }) => id);
    expect(cameFirst).toHaveLength(10);
    expect(cameFirst).not.toEqual(happened.filter((id) => cameFirst.includes(id)));
  });

  it('comes again when it is asked for', async () => {
    standIn.webhookScript.add({ isDropped: true });
    await charge();
    const { data } = await stripe.events.list({ type: 'payment_intent.succeeded' });
    standIn.webhooks.resend(data[0]!.id);
    expect(await told('payment_intent.succeeded')).toHaveLength(1);
  });

  it('goes to endpoints made over the API, with their own secret and their own choice', async () => {
    const endpoint = await stripe.webhookEndpoints.create({
      url: `${receiver.url}/own`,
      enabled_events: ['payment_intent.succeeded'],
    });
    await charge();
    await standIn.webhooks.idle();
    const own = receiver.at('/own');
    expect(own).toHaveLength(1);
    const signature = own[0]!.headers['stripe-signature'] as string;
    Stripe.webhooks.constructEvent(own[0]!.text, signature, endpoint.secret as string);
    expect((await stripe.webhookEndpoints.retrieve(endpoint.id)).secret).toBeUndefined();
  });

  describe('disputes', () => {
    it('take the money and a fee when they are opened, and give the money back when they are won', async () => {
      const { id } = await charge(2000);
      const { id: dispute } = standIn.dashboard.openDispute(id, { reason: 'product_not_received' });
      const [line] = (await stripe.disputes.retrieve(dispute)).balance_transactions;
      expect(line).toMatchObject({ amount: -2000, fee: 1500, net: -3500 });
      await expect(stripe.refunds.create({ payment_intent: id })).rejects.toMatchObject({ code: 'charge_disputed' });
      standIn.dashboard.winDispute(dispute);
      expect(await stripe.disputes.retrieve(dispute)).toMatchObject({ status: 'won', amount: 2000 });
      expect(movements()).toEqual([
        ['charge', 2000],
        ['dispute', -2000],
        ['dispute_fee', -1500],
        ['dispute_won', 2000],
      ]);
      await standIn.webhooks.idle();
      expect(typesOf('charge.dispute.')).toEqual([
        'charge.dispute.created',
        'charge.dispute.funds_withdrawn',
        'charge.dispute.closed',
        'charge.dispute.funds_reinstated',
      ]);
    });

    it('are lost by the evidence that Stripe documents for tests, and opened by its test card', async () => {
      await charge(700, 'pm_card_createDispute');
      const [dispute] = (await stripe.disputes.list()).data;
      const closed = await stripe.disputes.update(dispute!.id, { evidence: { uncategorized_text: 'losing_evidence' } });
      expect(closed.status).toBe('lost');
      expect(movements().map(([kind]) => kind)).toEqual(['charge', 'dispute', 'dispute_fee']);
    });

    it('take nothing while they are inquiries', async () => {
      const { id } = await charge();
      const inquiry = standIn.dashboard.openDispute(id, { isInquiry: true });
      expect(inquiry).toMatchObject({ status: 'warning_needs_response', balance_transactions: [] });
      expect(standIn.dashboard.escalateDispute(inquiry.id).status).toBe('needs_response');
    });
  });

  it('tells of a refund in the dashboard, and of one that fails later', async () => {
    const { id } = await charge(1000, 'pm_card_refundFail');
    standIn.dashboard.refund(id, 300);
    await told('refund.failed');
    expect(movements()).toEqual([
      ['charge', 1000],
      ['refund', -300],
      ['refund_failed', 300],
    ]);
    expect(standIn.books.charges()).toMatchObject([{ refundedMinor: 0 }]);
  });

  it('tells of a card that the network has replaced, and declines one that has expired', async () => {
    const { id } = await stripe.paymentMethods.attach(standIn.dashboard.mintCard(), { customer });
    const before = await stripe.paymentMethods.retrieve(id);
    standIn.dashboard.updateCard(id, { last4: '0001', expiryMonth: 3, expiryYear: 2041 });
    const after = await stripe.paymentMethods.retrieve(id);
    expect(after.card).toMatchObject({ last4: '0001', exp_month: 3, exp_year: 2041 });
    expect(after.card?.fingerprint).not.toBe(before.card?.fingerprint);
    expect(await told('payment_method.automatically_updated')).toHaveLength(1);
    standIn.dashboard.expireCard(id);
    await expect(charge(500, id)).rejects.toMatchObject({ code: 'expired_card' });
  });

  it('is scripted and read from other processes too', async () => {
    const { id } = await charge(800);
    await post(`disputes/${id}`, { amountMinor: 300 });
    await post('faults', { path: '/v1/balance', fault: { kind: 'rate_limit' } });
    await expect(stripe.balance.retrieve()).rejects.toMatchObject({ statusCode: 429 });
    const charges = await (await fetch(`${standIn.url}/_control/charges`)).json();
    expect(charges).toMatchObject([{ amountMinor: 800, isDisputed: true, paymentIntentId: id }]);
    expect((await fetch(`${standIn.url}/_control/nothing`)).status).toBe(404);
  });

  async function charge(amount = 1000, card = 'pm_card_visa'): Promise<Stripe.PaymentIntent> {
    const { id } = await stripe.paymentIntents.create({ amount, currency: 'usd', customer });
    return stripe.paymentIntents.confirm(id, { payment_method: card, off_session: true });
  }

  /** What was received of a type, once nothing more is under way. */
  async function told(type: string): Promise<WebhookReceiver['received']> {
    await standIn.webhooks.idle();
    return receiver.at(PATH).filter(({ body }) => body.type === type);
  }

  function typesOf(prefix: string): string[] {
    return standIn.books.events
      .all()
      .map(({ type }) => type)
      .filter((type) => type.startsWith(prefix));
  }

  function movements(): [string, number][] {
    return standIn.books.movements().map(({ kind, amountMinor }) => [kind, amountMinor]);
  }

  async function post(path: string, body: object): Promise<void> {
    const response = await fetch(`${standIn.url}/_control/${path}`, { method: 'POST', body: JSON.stringify(body) });
    expect(response.status).toBe(200);
  }
});
