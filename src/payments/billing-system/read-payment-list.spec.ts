import { readPaymentPage } from './read-payment-list.js';

const PERIOD = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-02T00:00:00Z'), limit: 50 };
const PURCHASE = { wallet_id: 'w', trigger: 'manual', credits: '12.5', units: '2', validity_months: '12' };
const payment = (change: object = {}) => ({
  id: 'bill_1',
  status: 'succeeded',
  amount_minor: 9900,
  currency: 'usd',
  created_at: '2026-03-01T10:00:00Z',
  refunded_minor: 900,
  is_disputed: true,
  environment_id: 'env_1',
  top_up_id: 'topup_1',
  customer_id: 'cust_1',
  purchase: PURCHASE,
  ...change,
});
const read = (answer: object, after: string | null = null) =>
  readPaymentPage({ payments: [payment()], next: null, ...answer }, { ...PERIOD, after });
const readOne = (change: object) => read({ payments: [payment(change)] }).payments[0];

describe('a page of payments, as a billing system lists them', () => {
  it('is what it says, in the words of the protocol', () => {
    expect(read({ next: 'x' })).toEqual({
      payments: [
        {
          paymentId: 'bill_1',
          createdAt: new Date('2026-03-01T10:00:00Z'),
          status: 'succeeded',
          amountMinor: 9900,
          refundedMinor: 900,
          isDisputed: true,
          currency: 'usd',
          environmentId: 'env_1',
          topUpId: 'topup_1',
          customerId: 'cust_1',
          purchase: { walletId: 'w', trigger: 'manual', credits: '12.5', units: 2, packId: null, validityMonths: 12 },
        },
      ],
      next: 'x',
    });
    expect(read({ payments: [] })).toEqual({ payments: [], next: null });
    for (const status of ['requires_confirmation', 'requires_action', 'declined']) {
      expect(readOne({ status })).toMatchObject({ status: 'open' });
    }
    const ofOthers = { environment_id: null, top_up_id: null, customer_id: undefined, purchase: null };
    expect(readOne(ofOthers)).toMatchObject({ environmentId: null, topUpId: null, customerId: null, purchase: null });
  });

  it('has nothing of another time', () => {
    expect(readOne({ created_at: '2026-02-28T23:59:59.999Z' })).toBeUndefined();
    expect(readOne({ created_at: '2026-03-01T00:00:00Z' })).toBeDefined();
    expect(readOne({ created_at: '2026-03-02T00:00:00Z' })).toBeUndefined();
  });

  it.each<[string, object]>([
    ['no list', { payments: {} }],
    ['an end that is none', { next: 5 }],
    ['an end that it began with', { next: 'x' }],
    ['nothing on a page that is not the last', { payments: [], next: 'y' }],
    ['a payment that is none', { payments: ['bill_1'] }],
    ['an id that is none', { payments: [payment({ id: 'a b' })] }],
    ['no time', { payments: [payment({ created_at: 1_772_359_200 })] }],
    ['a status that is none', { payments: [payment({ status: 'toString' })] }],
    ['an amount of text', { payments: [payment({ amount_minor: '9900' })] }],
    ['a currency in capitals', { payments: [payment({ currency: 'USD' })] }],
    ['more refunded than was charged', { payments: [payment({ refunded_minor: 9901 })] }],
    ['nothing said of what was refunded', { payments: [payment({ refunded_minor: undefined })] }],
    ['nothing said of disputes', { payments: [payment({ is_disputed: 'no' })] }],
    ['an environment that is none', { payments: [payment({ environment_id: 5 })] }],
    ['a purchase of half the words', { payments: [payment({ purchase: { ...PURCHASE, credits: 12.5 } })] }],
    ['a purchase by a trigger that is none', { payments: [payment({ purchase: { ...PURCHASE, trigger: 'x' } })] }],
  ])('is not known with %s', (_name, answer) => {
    expect(() => read(answer, 'x')).toThrow(expect.objectContaining({ kind: 'unavailable' }));
  });
});
