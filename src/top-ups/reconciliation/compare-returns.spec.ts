import type { ProviderDispute, ProviderRefund } from '../../payments/payment-provider.js';
import { decimal } from '../../shared/decimal.js';
import { type ComparedDispute, type ComparedRefund, compareReturns } from './compare-returns.js';

const NOW = new Date('2026-03-02T10:00:00Z');
const OLD = new Date('2026-03-01T10:00:00Z');
const YOUNG = new Date('2026-03-02T09:00:00Z');

const listed = (change: Partial<ProviderRefund> = {}): ProviderRefund[] => [
  { id: 're_1', key: 'refund:refund_1', amountMinor: 900, status: 'succeeded', reason: '', ...change },
];
const disputed = (change: Partial<ProviderDispute> = {}): ProviderDispute[] => [
  { id: 'du_1', amountMinor: 900, status: 'open', reason: 'fraudulent', feeMinor: 0, feeCurrency: null, ...change },
];
const refund = (change: Partial<ComparedRefund> = {}): ComparedRefund[] => [
  {
    id: 'refund_1',
    providerRefundId: 're_1',
    refundStatus: 'succeeded',
    amountMinor: 900,
    createdAt: OLD,
    booked: decimal('9'),
    taken: decimal('9'),
    ...change,
  },
];
const none = { booked: decimal('0'), taken: decimal('0') };
const dispute = (change: Partial<ComparedDispute> = {}): ComparedDispute[] => [
  {
    id: 'dispute_1',
    providerDisputeId: 'du_1',
    disputeStatus: 'open',
    amountMinor: 900,
    feeMinor: 0,
    ...none,
    ...change,
  },
];

type Sides = [refundsThere: ProviderRefund[], refundsHere: ComparedRefund[]];
type DisputeSides = [disputesThere: ProviderDispute[], disputesHere: ComparedDispute[]];

function compare([refundsThere, refundsHere]: Sides, [disputesThere, disputesHere]: DisputeSides = [[], []]) {
  const there = { refunds: refundsThere, disputes: disputesThere };
  return compareReturns(there, { refunds: refundsHere, disputes: disputesHere }, NOW);
}

describe('what has gone back of a payment, on both sides', () => {
  it.each<[string, Sides, DisputeSides]>([
    ['refunded', [listed(), refund()], [[], []]],
    ['refunded, without the id of the provider yet', [listed(), refund({ providerRefundId: null })], [[], []]],
    ['refunded without a credit', [listed(), refund(none)], [[], []]],
    ['refunded in two parts of which the first gave some back', [listed(), refund({ taken: decimal('4') })], [[], []]],
    ['on its way', [listed({ status: 'pending' }), refund({ refundStatus: 'pending' })], [[], []]],
    ['refused by the provider', [[], refund({ refundStatus: 'failed', providerRefundId: null })], [[], []]],
    ['failed there before anybody here knew', [listed({ status: 'failed', key: null }), []], [[], []]],
    ['disputed', [[], []], [disputed(), dispute()]],
    ['lost', [[], []], [disputed({ status: 'lost' }), dispute({ disputeStatus: 'lost' })]],
  ])('agrees when it is %s', (_what, refunds, disputes) => {
    expect(compare(refunds, disputes)).toEqual({ findings: [], inFlight: 0 });
  });

  it('is on its way where it was asked for a moment ago', () => {
    const asked = refund({ refundStatus: 'pending', providerRefundId: null, createdAt: YOUNG });
    expect(compare([[], asked])).toEqual({ findings: [], inFlight: 1 });
  });

  it.each<[string, string, string, string, Sides, DisputeSides]>([
    ['refund_missing_here', 'returns', 're_1', 'somebody else has refunded', [listed({ key: null }), []], [[], []]],
    ['refund_missing_here', 'returns', 're_1', 'a restored database has forgotten it', [listed(), []], [[], []]],
    [
      'refund_missing_at_provider',
      'refund',
      'refund_1',
      'it was asked for and never arrived',
      [[], refund({ refundStatus: 'pending', providerRefundId: null })],
      [[], []],
    ],
    ['refund_missing_at_provider', 'person', 'refund_1', 'it is said to be done', [[], refund()], [[], []]],
    [
      'refund_status',
      'returns',
      're_1',
      'it has failed there since',
      [listed({ status: 'failed' }), refund()],
      [[], []],
    ],
    ['refund_status', 'returns', 're_1', 'it has ended', [listed(), refund({ refundStatus: 'pending' })], [[], []]],
    ['refund_amount', 'person', 're_1', 'it is of another amount', [listed({ amountMinor: 901 }), refund()], [[], []]],
    ['dispute_missing_here', 'returns', 'du_1', 'nobody has told', [[], []], [disputed(), []]],
    ['dispute_missing_at_provider', 'person', 'du_1', 'there is none', [[], []], [[], dispute()]],
    [
      'dispute_amount',
      'person',
      'du_1',
      'it is of another amount',
      [[], []],
      [disputed({ amountMinor: 1 }), dispute()],
    ],
    ['dispute_status', 'returns', 'du_1', 'it was lost', [[], []], [disputed({ status: 'lost' }), dispute()]],
    ['dispute_status', 'returns', 'du_1', 'it has a fee', [[], []], [disputed({ feeMinor: 1500 }), dispute()]],
    [
      'dispute_status',
      'person',
      'du_1',
      'it is open again',
      [[], []],
      [disputed({ status: 'open' }), dispute({ disputeStatus: 'won' })],
    ],
    ['not_taken_back', 'person', 'refund_1', 'no entry took it', [listed(), refund({ taken: decimal('0') })], [[], []]],
    ['not_taken_back', 'person', 'refund_1', 'more was taken', [listed(), refund({ taken: decimal('10') })], [[], []]],
  ])('differs (%s, %s, %s) when %s', (kind, repair, subject, _what, refunds, disputes) => {
    expect(compare(refunds, disputes)).toEqual({ findings: [{ kind, repair, subject }], inFlight: 0 });
  });
});
