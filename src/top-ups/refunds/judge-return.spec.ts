import { judgeProviderDispute, judgeProviderRefund } from './judge-return.js';

describe('what a listed refund means', () => {
  const ours = (refundStatus: 'pending' | 'succeeded' | 'failed', providerRefundId: string | null = 're_1') => ({
    refundStatus,
    providerRefundId,
  });

  it.each([
    [undefined, 'pending', 'begin'],
    [undefined, 'succeeded', 'begin'],
    [undefined, 'failed', 'none'],
    [ours('pending', null), 'pending', 'none'],
    [ours('pending', null), 'succeeded', 'succeed'],
    [ours('pending', null), 'failed', 'fail'],
    [ours('succeeded'), 'succeeded', 'none'],
    [ours('succeeded'), 'failed', 'fail'],
    // An old reading, that comes late.
    [ours('succeeded'), 'pending', 'none'],
    [ours('failed'), 'succeeded', 'none'],
    [ours('failed'), 'pending', 'none'],
    // We took it for refused, and it was not.
    [ours('failed', null), 'succeeded', 'take'],
    [ours('failed', null), 'pending', 'take'],
    [ours('failed', null), 'failed', 'none'],
  ] as const)('of %j, listed as %s: %s', (known, status, step) => {
    expect(judgeProviderRefund(known, { status })).toBe(step);
  });
});

describe('what a listed dispute means', () => {
  const known = (disputeStatus: 'open' | 'won' | 'lost', feeMinor = 0) => ({ disputeStatus, feeMinor });

  it.each([
    [undefined, 'open', 0, 'open'],
    [undefined, 'won', 0, 'win'],
    [undefined, 'lost', 0, 'lose'],
    [known('open'), 'open', 0, 'none'],
    [known('open'), 'open', 1500, 'note'],
    [known('open'), 'won', 0, 'win'],
    [known('open'), 'lost', 1500, 'lose'],
    [known('won', 1500), 'won', 0, 'note'],
    // Old readings, that come late.
    [known('won'), 'open', 1500, 'none'],
    [known('lost'), 'open', 0, 'none'],
    [known('lost'), 'won', 0, 'none'],
    [known('won'), 'lost', 0, 'none'],
  ] as const)('of %j, listed as %s with a fee of %d: %s', (before, status, feeMinor, step) => {
    expect(judgeProviderDispute(before, { status, feeMinor })).toBe(step);
  });
});
