import { didYouMean, nearest } from './nearest.js';

const EVENTS = [
  'wallet.created',
  'wallet.updated',
  'top_up.created',
  'top_up.succeeded',
  'top_up.failed',
  'top_up.canceled',
  'auto_topup.paused',
  'auto_topup.resumed',
  'invoice.created',
  'invoice.paid',
  'invoice.voided',
];
const FIELDS = ['name', 'auto_topup', 'top_up_limits', 'overdraft_limit', 'credits_to_add', 'amount'];

describe('what was probably meant', () => {
  it.each([
    ['top_up.succeded', 'top_up.succeeded'],
    ['topup.failed', 'top_up.failed'],
    ['Wallet.Created', 'wallet.created'],
    ['top_up.cancelled', 'top_up.canceled'],
    ['invoice.void', 'invoice.voided'],
    ['auto_topup.pause', 'auto_topup.paused'],
  ])('by %s is %s', (name, expected) => {
    expect(nearest(name, EVENTS)).toBe(expected);
  });

  it.each([
    ['auto_top_up', 'auto_topup'],
    ['autoTopup', 'auto_topup'],
    ['topup_limits', 'top_up_limits'],
    ['credits', 'credits_to_add'],
    ['nam', 'name'],
    ['Amount', 'amount'],
  ])('by the field %s is %s', (name, expected) => {
    expect(didYouMean(name, FIELDS)).toBe(`; did you mean ${expected}?`);
  });

  it.each(['foo', 'priority', 'a', '', '-', 'x'.repeat(10_000)])('by the field %s is none that there is', (name) => {
    expect(didYouMean(name, FIELDS)).toBe('');
  });

  it('is nothing where there is nothing', () => {
    expect(nearest('a', [])).toBeUndefined();
    expect(didYouMean('a', [])).toBe('');
  });
});
