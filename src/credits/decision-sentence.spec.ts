import { decimal } from '../shared/decimal.js';
import { type DecidedFacts, decisionSentence } from './decision-sentence.js';

const BOUGHT: DecidedFacts = {
  verdict: 'buy',
  code: 'insufficient',
  reason: 'buys 100 credits because 3 were left and 5 were needed',
  available: decimal(3),
  required: decimal(5),
  lastSeenAt: new Date('2026-11-21T10:00:00Z'),
  nextEvaluationAt: null,
  purchase: { status: 'succeeded', credits: decimal(100), errorMessage: '' },
};
const SKIPPED: DecidedFacts = { ...BOUGHT, verdict: 'skip', code: 'monthly_count_cap', purchase: null };
const purchase = { credits: decimal(100), errorMessage: '' };

describe('a decision in a sentence', () => {
  it.each<[string, DecidedFacts]>([
    ['Bought 100 credits because 3 were left and a scan needed 5.', BOUGHT],
    [
      'Bought 1 credit because 1 was left and a scan needed 2.',
      {
        ...BOUGHT,
        available: decimal(1),
        required: decimal(2),
        purchase: { status: 'succeeded', credits: decimal(1), errorMessage: '' },
      },
    ],
    [
      'Is buying 100 credits because 3 were left and a scan needed 5.',
      {
        ...BOUGHT,
        purchase: { ...purchase, status: 'unknown' },
      },
    ],
    [
      'Tried to buy 100 credits because 3 were left and a scan needed 5, but nothing was charged: the card expired.',
      {
        ...BOUGHT,
        purchase: { ...purchase, status: 'failed', errorMessage: 'the card expired' },
      },
    ],
    [
      'Bought 100 credits because 10 purchased credits expire on 2026-12-01.',
      {
        ...BOUGHT,
        code: 'about_to_expire',
        reason: 'buys 100 credits because 10 purchased credits expire on 2026-12-01',
        required: null,
      },
    ],
    [
      'Did not buy: the monthly cap of 2 top-ups is reached, next evaluation 1 December.',
      {
        ...SKIPPED,
        reason: 'did not buy: the monthly cap of 2 top-ups is reached, next evaluation 2026-12-01T00:00:00Z',
        nextEvaluationAt: new Date('2026-12-01T00:00:00Z'),
      },
    ],
    [
      'Did not buy: the monthly cap of 2 top-ups is reached, next evaluation 1 January 2027.',
      {
        ...SKIPPED,
        reason: 'did not buy: the monthly cap of 2 top-ups is reached, next evaluation 2027-01-01T00:00:00Z',
        lastSeenAt: new Date('2026-12-21T10:00:00Z'),
        nextEvaluationAt: new Date('2027-01-01T00:00:00Z'),
      },
    ],
    [
      'Did not buy: the last top-up was less than 60 s ago, next evaluation 21 November 10:01 UTC.',
      {
        ...SKIPPED,
        reason: 'did not buy: the last top-up was less than 60 s ago, next evaluation 2026-11-21T10:01:00Z',
        nextEvaluationAt: new Date('2026-11-21T10:01:00Z'),
      },
    ],
    ['Did not buy: the wallet is frozen.', { ...SKIPPED, reason: 'did not buy: the wallet is frozen' }],
  ])('%s', (sentence, facts) => expect(decisionSentence(facts)).toBe(sentence));
});
