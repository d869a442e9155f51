import type Stripe from 'stripe';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { clientOf, errorOf } from './support/stand-in-client.js';

describe('the Stripe stand-in', () => {
  let standIn: StripeStandIn;
  let stripe: Stripe;
  let customer: string;

  beforeAll(async () => {
    standIn = await StripeStandIn.start();
    stripe = clientOf(standIn);
  });

  beforeEach(async () => {
    customer = (await stripe.customers.create({ email: 'ada@example.com', metadata: { tenant: 't1' } })).id;
  });

  afterEach(() => {
    standIn.faults.clear();
    standIn.outcomes.clear();
  });

  afterAll(() => standIn.close());

  describe('saving a card', () => {
    it('attaches a new payment method for a test name, with the fingerprint of its number', async () => {
      const one = await stripe.paymentMethods.attach('pm_card_visa', { customer });
      const other = await stripe.paymentMethods.attach('pm_card_visa', { customer });
      expect(one.id).not.toBe(other.id);
      expect(one).toMatchObject({ customer, type: 'card', card: { brand: 'visa', last4: '4242' } });
      expect(one.card?.fingerprint).toBe(other.card?.fingerprint);
      const { data } = await stripe.customers.listPaymentMethods(customer);
      expect(data.map(({ id }) => id)).toEqual([other.id, one.id]);
    });

    it('attaches no card that declines, save the one that declines only when it is charged', async () => {
      const error = await errorOf(stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer }));
      expect(error).toMatchObject({ type: 'StripeCardError', statusCode: 402, code: 'card_declined' });
      const saved = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
      expect(saved.customer).toBe(customer);
    });

    it('lets no detached card be used again', async () => {
      const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
      await stripe.paymentMethods.detach(id);
      const error = await errorOf(stripe.paymentMethods.attach(id, { customer }));
      expect(error.message).toContain('may not be used again');
    });

    it('sets a card up with a SetupIntent, which attaches it', async () => {
      const intent = await stripe.setupIntents.create({ customer, usage: 'off_session' });
      expect(intent.status).toBe('requires_payment_method');
      const done = await stripe.setupIntents.confirm(intent.id, { payment_method: 'pm_card_mastercard' });
      expect(done.status).toBe('succeeded');
      const method = await stripe.paymentMethods.retrieve(done.payment_method as string);
      expect(method).toMatchObject({ customer, card: { brand: 'mastercard', last4: '4444' } });
    });

    it('asks for authentication on setup where the card wants it, and not again when the customer is away', async () => {
      const intent = await stripe.setupIntents.create({
        customer,
        payment_method: 'pm_card_authenticationRequiredOnSetup',
        confirm: true,
        return_url: 'https://shop.example/back',
      });
      expect(intent).toMatchObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } });
      standIn.dashboard.authenticate(intent.id);
      const payment = await charge(intent.payment_method as string);
      expect(payment.status).toBe('succeeded');
    });
  });

  describe('charging', () => {
    it('makes a payment unconfirmed, charges it once it is confirmed, and books it', async () => {
      const { id: card } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
      const made = await stripe.paymentIntents.create({
        amount: 1234,
        currency: 'eur',
        customer,
        metadata: { top_up_id: 'top-up-1' },
        statement_descriptor_suffix: 'CREDITS',
      });
      expect(made.status).toBe('requires_payment_method');
      expect(chargesOf(made.id)).toEqual([]);
      const paid = await stripe.paymentIntents.confirm(made.id, {
        payment_method: card,
        off_session: true,
        expand: ['latest_charge.balance_transaction'],
      });
      expect(paid).toMatchObject({ status: 'succeeded', amount_received: 1234 });
      const taken = paid.latest_charge as Stripe.Charge;
      expect(taken).toMatchObject({ paid: true, amount: 1234, metadata: { top_up_id: 'top-up-1' } });
      expect(taken.balance_transaction).toMatchObject({ amount: 1234, type: 'charge' });
      expect(chargesOf(made.id)).toMatchObject([
        { chargeId: taken.id, status: 'succeeded', amountMinor: 1234, currency: 'eur', customerId: customer },
      ]);
    });

    it.each([
      ['pm_card_chargeDeclined', 'card_declined', 'generic_decline', 'try_again_later'],
      ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds', 'try_again_later'],
      ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card', 'do_not_try_again'],
      ['pm_card_chargeDeclinedStolenCard', 'card_declined', 'stolen_card', 'do_not_try_again'],
      ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card', 'confirm_card_data'],
      ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error', 'try_again_later'],
      ['pm_card_chargeCustomerFail', 'card_declined', 'generic_decline', 'try_again_later'],
    ])('declines %s as %s, %s', async (card, code, declineCode, adviceCode) => {
      const error = await errorOf(charge(card));
      expect(error).toMatchObject({ statusCode: 402, code, decline_code: declineCode, advice_code: adviceCode });
      const intent = error.payment_intent as Stripe.PaymentIntent;
      expect(intent).toMatchObject({ status: 'requires_payment_method', payment_method: null });
      expect(intent.last_payment_error).toMatchObject({ code, decline_code: declineCode });
      expect(chargesOf(intent.id)).toMatchObject([{ status: 'failed', declineCode }]);
      const again = await stripe.paymentIntents.confirm(intent.id, {
        payment_method: 'pm_card_visa',
        off_session: true,
      });
      expect(again.status).toBe('succeeded');
    });

    it('fails a card that wants the customer while the customer is away, and asks while there', async () => {
      const error = await errorOf(charge('pm_card_authenticationRequired'));
      expect(error).toMatchObject({ code: 'authentication_required', decline_code: 'authentication_required' });
      const { id } = error.payment_intent as Stripe.PaymentIntent;
      const asked = await stripe.paymentIntents.confirm(id, {
        payment_method: error.payment_method?.id,
        return_url: 'https://shop.example/back',
      });
      expect(asked).toMatchObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } });
      standIn.dashboard.authenticate(id);
      expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({ status: 'succeeded' });
    });

    it('refuses to confirm or cancel a payment that has ended, and says how it stands', async () => {
      const { id } = await charge('pm_card_visa');
      for (const request of [stripe.paymentIntents.cancel(id), stripe.paymentIntents.confirm(id)]) {
        expect(await errorOf(request)).toMatchObject({
          statusCode: 400,
          code: 'payment_intent_unexpected_state',
          payment_intent: { id, status: 'succeeded' },
        });
      }
    });

    it('charges no payment that was canceled', async () => {
      const { id } = await stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
      expect(await stripe.paymentIntents.cancel(id)).toMatchObject({ status: 'canceled' });
      const error = await errorOf(stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' }));
      expect(error.code).toBe('payment_intent_unexpected_state');
      expect(chargesOf(id)).toEqual([]);
    });

    it.each([
      [{ amount: 49, currency: 'usd' }, 'amount_too_small'],
      [{ amount: 100_000_000, currency: 'usd' }, 'amount_too_large'],
      [{ amount: 0, currency: 'usd' }, 'parameter_invalid_integer'],
      [{ amount: 49, currency: 'jpy' }, 'amount_too_small'],
      [{ amount: 1001, currency: 'kwd' }, 'parameter_invalid_integer'],
    ])('refuses to charge %j: %s', async (params, code) => {
      expect(await errorOf(stripe.paymentIntents.create(params))).toMatchObject({ statusCode: 400, code });
    });

    it('refuses a card of another customer', async () => {
      const other = await stripe.customers.create();
      const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer: other.id });
      expect((await errorOf(charge(id))).message).toContain('does not belong');
    });

    it('processes where the script says so, until the script says more', async () => {
      standIn.outcomes.add({ customer, times: 1, outcome: { kind: 'processing', endsAs: 'succeeded' } });
      const { id, status } = await charge('pm_card_visa');
      expect(status).toBe('processing');
      standIn.dashboard.settle(id, 'succeeded');
      expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({ status: 'succeeded' });
    });
  });

  describe('refunding', () => {
    it('gives back parts, up to what was charged', async () => {
      const { id } = await charge('pm_card_visa', 1000);
      await stripe.refunds.create({ payment_intent: id, amount: 400, metadata: { why: 'unspent' } });
      const tooMuch = await errorOf(stripe.refunds.create({ payment_intent: id, amount: 601 }));
      expect(tooMuch.message).toContain('greater than unrefunded amount');
      const rest = await stripe.refunds.create({ payment_intent: id });
      expect(rest).toMatchObject({ amount: 600, status: 'succeeded' });
      const again = await errorOf(stripe.refunds.create({ payment_intent: id }));
      expect(again.code).toBe('charge_already_refunded');
      expect((await stripe.refunds.list({ payment_intent: id })).data.map(({ amount }) => amount)).toEqual([600, 400]);
      expect(chargesOf(id)).toMatchObject([{ amountMinor: 1000, refundedMinor: 1000 }]);
    });
  });

  describe('the protocol', () => {
    it('refuses a key that is not its own', async () => {
      const wrong = clientOf(standIn, {});
      const error = await errorOf(wrong.balance.retrieve({}, { apiKey: 'sk_test_somebodyElses' }));
      expect(error).toMatchObject({ type: 'StripeAuthenticationError', statusCode: 401 });
    });

    it('refuses parameters that Stripe does not know', async () => {
      const params = { amount: 500, currency: 'usd', top_up: 'x' } as Stripe.PaymentIntentCreateParams;
      const error = await errorOf(stripe.paymentIntents.create(params));
      expect(error).toMatchObject({ statusCode: 400, code: 'parameter_unknown', param: 'top_up' });
    });

    it('pages through a list, newest first', async () => {
      for (let amount = 500; amount < 505; amount += 1)
        await stripe.paymentIntents.create({ amount, currency: 'usd', customer });
      const seen: number[] = [];
      for await (const intent of stripe.paymentIntents.list({ customer, limit: 2 })) seen.push(intent.amount);
      expect(seen).toEqual([504, 503, 502, 501, 500]);
    });
  });

  async function charge(card: string, amount = 1000): Promise<Stripe.PaymentIntent> {
    const { id } = await stripe.paymentIntents.create({ amount, currency: 'usd', customer });
    return stripe.paymentIntents.confirm(id, { payment_method: card, off_session: true });
  }

  function chargesOf(paymentIntentId: string): ReturnType<StripeStandIn['books']['charges']> {
    return standIn.books.charges().filter((charge) => charge.paymentIntentId === paymentIntentId);
  }
});
