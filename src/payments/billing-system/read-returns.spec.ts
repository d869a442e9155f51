import { readReturns } from './read-returns.js';

const refund = (change: object = {}) => ({ id: 'r_1', key: 'k', amount_minor: 900, status: 'succeeded', ...change });
const dispute = (change: object = {}) => ({ id: 'd_1', amount_minor: 900, status: 'open', reason: 'fraud', ...change });
const answer = (change: object = {}) => ({ payment_id: 'bill_1', refunds: [], disputes: [], ...change });
const read = (change: object) => readReturns(answer(change), 'bill_1');

describe('what has gone back of a payment, as a billing system lists it', () => {
  it('is what it says, in the words of the protocol', () => {
    expect(read({ refunds: [refund(), refund({ id: 'r_2', key: null, status: 'failed', reason: 'closed' })] })).toEqual(
      {
        refunds: [
          { id: 'r_1', key: 'k', amountMinor: 900, status: 'succeeded', reason: '' },
          { id: 'r_2', key: null, amountMinor: 900, status: 'failed', reason: 'closed' },
        ],
        disputes: [],
      },
    );
    const fee = { fee_minor: 1500, fee_currency: 'eur', status: 'lost' };
    expect(read({ disputes: [dispute(), dispute(fee)] }).disputes).toEqual([
      { id: 'd_1', amountMinor: 900, status: 'open', reason: 'fraud', feeMinor: 0, feeCurrency: null },
      { id: 'd_1', amountMinor: 900, status: 'lost', reason: 'fraud', feeMinor: 1500, feeCurrency: 'eur' },
    ]);
  });

  it.each<[string, object]>([
    ['of another payment', { payment_id: 'bill_2' }],
    ['of no payment', { payment_id: undefined }],
    ['without refunds', { refunds: undefined }],
    ['without disputes', { disputes: {} }],
    ['with a refund that is none', { refunds: [null] }],
    ['with a refund without an id', { refunds: [refund({ id: '' })] }],
    ['with a refund of text', { refunds: [refund({ amount_minor: '900' })] }],
    ['with a refund of nothing', { refunds: [refund({ amount_minor: 0 })] }],
    ['with a refund of another status', { refunds: [refund({ status: 'refunded' })] }],
    ['with a refund under a key that is none', { refunds: [refund({ key: 5 })] }],
    ['with a dispute of another status', { disputes: [dispute({ status: 'closed' })] }],
    ['with a dispute of a fraction', { disputes: [dispute({ amount_minor: 0.5 })] }],
    ['with a fee below nothing', { disputes: [dispute({ fee_minor: -1 })] }],
    ['with a fee in no currency', { disputes: [dispute({ fee_minor: 1500 })] }],
  ])('is not known %s', (_name, change) => {
    expect(() => read(change)).toThrow(expect.objectContaining({ kind: 'unavailable' }));
  });
});
