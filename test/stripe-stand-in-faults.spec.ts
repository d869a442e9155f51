import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type Stripe from 'stripe';
import type { Fault } from './stripe-stand-in/script/fault-script.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { clientOf, errorOf } from './support/stand-in-client.js';

const CONFIRM = '/v1/payment_intents/*/confirm';
const PAYMENT = { amount: 1000, currency: 'usd' };
const TIMEOUT_MS = 250;

describe('the Stripe stand-in when things go wrong', () => {
  let standIn: StripeStandIn;
  let stripe: Stripe;
  let now: Date;

  beforeAll(async () => {
    standIn = await StripeStandIn.start({ clock: { now: () => now } });
    stripe = clientOf(standIn, { timeout: TIMEOUT_MS });
  });

  beforeEach(() => {
    now = new Date();
    standIn.faults.clear();
    standIn.rateLimit.perSecond = undefined;
  });

  afterAll(() => standIn.close());

  describe('idempotency keys', () => {
    it('give the first answer again, marked, and do nothing a second time', async () => {
      const first = await stripe.paymentIntents.create(PAYMENT, key('replay'));
      const again = await stripe.paymentIntents.create(PAYMENT, key('replay'));
      expect(again).toEqual(first);
      expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
      expect(first.lastResponse.headers).not.toHaveProperty('idempotent-replayed');
      expect(first.lastResponse.headers['request-id']).not.toBe(again.lastResponse.headers['request-id']);
    });

    it('give a decline again', async () => {
      const intent = await stripe.paymentIntents.create(PAYMENT);
      const confirm = (): Promise<unknown> =>
        stripe.paymentIntents.confirm(
          intent.id,
          { payment_method: 'pm_card_chargeDeclined', off_session: true },
          key('no'),
        );
      expect(await errorOf(confirm())).toMatchObject({ code: 'card_declined' });
      expect(await errorOf(confirm())).toMatchObject({ code: 'card_declined' });
      expect(standIn.books.charges().filter((charge) => charge.paymentIntentId === intent.id)).toHaveLength(1);
    });

    it('are refused with other parameters, and at another endpoint', async () => {
      await stripe.paymentIntents.create(PAYMENT, key('other'));
      for (const request of [
        stripe.paymentIntents.create({ ...PAYMENT, amount: 1001 }, key('other')),
        stripe.customers.create({}, key('other')),
      ]) {
        expect(await errorOf(request)).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
      }
    });

    it('are turned away while the first request is under way', async () => {
      standIn.faults.add({ path: '/v1/payment_intents', fault: { kind: 'delay', when: 'before', ms: 100 } });
      const first = stripe.paymentIntents.create(PAYMENT, key('twice'));
      await wait(30);
      const error = await errorOf(stripe.paymentIntents.create(PAYMENT, key('twice')));
      expect(error).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' });
      const { id } = await first;
      expect(await stripe.paymentIntents.create(PAYMENT, key('twice'))).toMatchObject({ id });
    });

    it('are free again after wrong parameters, a wrong API key and too many requests', async () => {
      await errorOf(stripe.paymentIntents.create({ amount: 1, currency: 'usd' }, key('free')));
      await errorOf(stripe.paymentIntents.create(PAYMENT, { ...key('free'), apiKey: 'sk_test_wrong' }));
      standIn.faults.add({ fault: { kind: 'rate_limit' } });
      await errorOf(stripe.paymentIntents.create(PAYMENT, key('free')));
      expect(await stripe.paymentIntents.create(PAYMENT, key('free'))).toMatchObject(PAYMENT);
    });

    it('are forgotten after 24 hours', async () => {
      const { id } = await stripe.paymentIntents.create(PAYMENT, key('old'));
      now = new Date(now.getTime() + 24 * 3_600_000 - 1);
      expect(await stripe.paymentIntents.create(PAYMENT, key('old'))).toMatchObject({ id });
      now = new Date(now.getTime() + 1);
      expect((await stripe.paymentIntents.create(PAYMENT, key('old'))).id).not.toBe(id);
    });
  });

  it.each<[string, Fault, object, boolean]>([
    ['hangs before charging', { kind: 'hang', when: 'before' }, { type: 'StripeConnectionError' }, false],
    ['hangs after charging', { kind: 'hang', when: 'after' }, { type: 'StripeConnectionError' }, true],
    ['fails before charging', { kind: 'server_error', when: 'before' }, { statusCode: 500 }, false],
    ['fails after charging', { kind: 'server_error', when: 'after' }, { statusCode: 500 }, true],
    ['is not there before charging', { kind: 'unavailable', when: 'before' }, { statusCode: 503 }, false],
    ['is not there after charging', { kind: 'unavailable', when: 'after' }, { statusCode: 503 }, true],
    ['says it in HTML before charging', { kind: 'html', when: 'before' }, { type: 'StripeAPIError' }, false],
    ['says it in HTML after charging', { kind: 'html', when: 'after' }, { type: 'StripeAPIError' }, true],
    ['says half of it after charging', { kind: 'truncate' }, {}, true],
    ['says that the key is in use', { kind: 'conflict' }, { statusCode: 409, code: 'idempotency_key_in_use' }, false],
    ['says that there are too many requests', { kind: 'rate_limit' }, { statusCode: 429, code: 'rate_limit' }, false],
    ['says that the payment is locked', { kind: 'lock_timeout' }, { statusCode: 429, code: 'lock_timeout' }, false],
  ])('%s', async (_, fault, error, isCharged) => {
    const { id } = await stripe.paymentIntents.create(PAYMENT);
    standIn.faults.add({ method: 'POST', path: CONFIRM, fault });
    expect(await errorOf(confirm(id))).toMatchObject(error);
    expect(chargesOf(id)).toHaveLength(isCharged ? 1 : 0);
    const { status } = await stripe.paymentIntents.retrieve(id);
    expect(status).toBe(isCharged ? 'succeeded' : 'requires_payment_method');
  });

  it.each<['after' | 'before', number]>([
    ['before', 0],
    ['after', 1],
  ])(
    'cuts the connection %s charging, and the package sends the request once more by itself',
    async (when, charges) => {
      const { id } = await stripe.paymentIntents.create(PAYMENT);
      standIn.faults.add({ path: CONFIRM, times: 2, fault: { kind: 'reset', when } });
      expect(await errorOf(confirm(id))).toMatchObject({ type: 'StripeConnectionError' });
      expect(callsTo(`/v1/payment_intents/${id}/confirm`)).toHaveLength(2);
      expect(chargesOf(id)).toHaveLength(charges);
      expect(await confirm(id)).toMatchObject({ status: 'succeeded' });
      expect(chargesOf(id)).toHaveLength(1);
    },
  );

  it('answers with its own 500 for ever under the same key, charged or not', async () => {
    const { id } = await stripe.paymentIntents.create(PAYMENT);
    standIn.faults.add({ path: CONFIRM, fault: { kind: 'server_error', when: 'after' } });
    for (let time = 1; time <= 2; time += 1) expect((await errorOf(confirm(id))).statusCode).toBe(500);
    expect(chargesOf(id)).toHaveLength(1);
  });

  it('charges late, when the client has gone', async () => {
    const { id } = await stripe.paymentIntents.create(PAYMENT);
    standIn.faults.add({ path: CONFIRM, fault: { kind: 'delay', when: 'before', ms: TIMEOUT_MS + 100 } });
    await errorOf(confirm(id));
    expect(chargesOf(id)).toHaveLength(0);
    await wait(200);
    expect(chargesOf(id)).toHaveLength(1);
  });

  it('strikes the call that a rule names, as often as it says', async () => {
    standIn.faults.add({ path: '/v1/balance', nth: 2, times: 2, fault: { kind: 'rate_limit' } });
    const statuses: number[] = [];
    for (let call = 1; call <= 4; call += 1) statuses.push(await statusOf(stripe.balance.retrieve()));
    expect(statuses).toEqual([200, 429, 429, 200]);
  });

  it('strikes by chance, the same calls for the same seed', async () => {
    const strike = async (): Promise<number[]> => {
      standIn.faults.clear();
      standIn.faults.seed(7);
      standIn.faults.add({ times: 0, chance: 0.5, fault: { kind: 'rate_limit' } });
      const statuses: number[] = [];
      for (let call = 1; call <= 12; call += 1) statuses.push(await statusOf(stripe.balance.retrieve()));
      return statuses;
    };
    const first = await strike();
    expect(new Set(first)).toEqual(new Set([200, 429]));
    expect(await strike()).toEqual(first);
  });

  it('turns requests away beyond a rate', async () => {
    standIn.rateLimit.perSecond = 3;
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => statusOf(stripe.balance.retrieve())));
    expect(answers.filter((status) => status === 429)).toHaveLength(2);
  });

  it('notes every request, with what it was answered and why, and no card number', async () => {
    await errorOf(stripe.paymentIntents.cancel('pi_none', {}, key('note')));
    expect(standIn.books.calls.at(-1)).toMatchObject({
      method: 'POST',
      path: '/v1/payment_intents/pi_none/cancel',
      idempotencyKey: key('note').idempotencyKey,
      status: 404,
      errorCode: 'resource_missing',
      isReplay: false,
      fault: null,
    });
    const card = { number: '4242424242424242', exp_month: 12, exp_year: 2040 };
    await stripe.paymentMethods.create({ type: 'card', card });
    expect(standIn.books.calls.at(-1)?.form).toContain('...4242');
  });

  it('has its books, keys and answers again after it was stopped, if it has a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stand-in-'));
    const before = await StripeStandIn.start({ folder });
    const { id } = await clientOf(before).paymentIntents.create(PAYMENT, key('kept'));
    await clientOf(before).paymentIntents.confirm(id, { payment_method: 'pm_card_visa', off_session: true });
    await before.close();
    const after = await StripeStandIn.start({ folder });
    expect(after.books.charges()).toEqual(before.books.charges());
    expect(after.books.movements()).toEqual(before.books.movements());
    expect(await clientOf(after).paymentIntents.create(PAYMENT, key('kept'))).toMatchObject({ id });
    expect(await clientOf(after).refunds.create({ payment_intent: id })).toMatchObject({ amount: 1000 });
    await after.close();
    await rm(folder, { recursive: true });
  });

  function confirm(id: string): Promise<Stripe.PaymentIntent> {
    return stripe.paymentIntents.confirm(
      id,
      { payment_method: 'pm_card_visa', off_session: true },
      key(`confirm ${id}`),
    );
  }

  function chargesOf(id: string): object[] {
    return standIn.books.paidCharges().filter((charge) => charge.paymentIntentId === id || charge.chargeId === id);
  }

  function callsTo(path: string): object[] {
    return standIn.books.calls.filter((call) => call.path === path);
  }
});

/** A key of this run. */
function key(name: string): { idempotencyKey: string } {
  return { idempotencyKey: `${name} ${process.pid}` };
}

async function statusOf(request: Promise<Stripe.Response<object>>): Promise<number> {
  return request.then(
    () => 200,
    (error: Stripe.errors.StripeError) => error.statusCode ?? 0,
  );
}
