import { readCreated, readPayment, readRefund } from './read-payment.js';

const TERMS = { isHttpsOnly: true };
const REQUEST = { topUpId: 'topup_1', customerId: 'cust_1', amountMinor: 9900, currency: 'usd' };
const read = (payment: unknown, terms = TERMS) => readPayment({ payment }, 'bill_1', terms);
const state = (status: unknown, more: object = {}) => read({ id: 'bill_1', status, ...more });
const money = (amount_minor: unknown, currency: unknown) => state('succeeded', { amount_minor, currency });
const decline = (words: unknown) => state('declined', { decline: words });
const action = (action_url: unknown, terms = TERMS) =>
  read({ id: 'bill_1', status: 'requires_action', action_url }, terms);

describe('a payment as a billing system reports it', () => {
  it('is made when it is of the amount and currency that were asked for', () => {
    const made = { id: 'bill_1', amount_minor: 9900, currency: 'usd' };
    expect(readCreated({ payment: made }, REQUEST)).toEqual({ kind: 'created', paymentId: 'bill_1' });
    for (const wrong of [
      { amount_minor: 9901 },
      { amount_minor: '9900' },
      { currency: 'eur' },
      { id: '' },
      { id: 'a b' },
      { id: 5 },
      { id: 'x'.repeat(256) },
    ]) {
      expect(readCreated({ payment: { ...made, ...wrong } }, REQUEST).kind).toBe('unknown');
    }
    expect(readCreated({}, REQUEST).kind).toBe('unknown');
  });

  it('is what it says, in the words of the protocol', () => {
    for (const kind of ['requires_confirmation', 'processing', 'canceled']) expect(state(kind)).toEqual({ kind });
    expect(money(9900, 'usd')).toEqual({ kind: 'succeeded', amountMinor: 9900, currency: 'usd' });
    // Another amount is for whoever compares it with what was asked for.
    expect(money(1, 'eur')).toEqual({ kind: 'succeeded', amountMinor: 1, currency: 'eur' });
    const words = { code: 'lost_card', message: 'Lost.', retry: 'never' };
    expect(decline(words)).toEqual({ kind: 'declined', ...words });
    expect(decline({ code: 'x', retry: 'later' })).toMatchObject({ message: 'The card was declined.' });
    expect(action(undefined)).toEqual({ kind: 'requires_action', actionUrl: null });
    expect(action('https://bank.example/3ds')).toMatchObject({ actionUrl: 'https://bank.example/3ds' });
    expect(action('http://localhost/3ds', { isHttpsOnly: false })).toMatchObject({ actionUrl: 'http://localhost/3ds' });
  });

  it.each([
    ['of another id', read({ id: 'bill_2', status: 'succeeded', amount_minor: 9900, currency: 'usd' })],
    ['missing', readPayment({}, 'bill_1', TERMS)],
    ['of no status', state(undefined)],
    ['of a status that is none', state('paid')],
    ['an amount of text', money('9900', 'usd')],
    ['an amount of a fraction', money(99.5, 'usd')],
    ['no amount', money(undefined, 'usd')],
    ['nothing', money(0, 'usd')],
    ['less than nothing', money(-9900, 'usd')],
    ['beyond exact numbers', money(2 ** 53, 'usd')],
    ['a currency in capitals', money(9900, 'USD')],
    ['no currency', money(9900, null)],
    ['declined without a reason', decline(undefined)],
    ['declined without when to try again', decline({ code: 'lost_card' })],
    ['a link to a script', action('javascript:alert(1)')],
    ['a link over http', action('http://bank.example')],
    ['a link that is none', action(5)],
  ])('is unknown where it is %s', (_name, outcome) => {
    expect(outcome.kind).toBe('unknown');
  });

  it('is refunded, or refused, or not known', () => {
    expect(readRefund({ refund: { status: 'succeeded' } })).toEqual({ kind: 'refunded' });
    expect(readRefund({ refund: { status: 'refused', reason: 'No.' } })).toEqual({ kind: 'refused', reason: 'No.' });
    expect(readRefund({ refund: { status: 'pending' } }).kind).toBe('unknown');
    expect(readRefund({}).kind).toBe('unknown');
  });
});
