import { decimal } from '../shared/decimal.js';
import { type DecidedFacts, decisionSentence } from './decision-sentence.js';

const BOUGHT: DecidedFacts = {
  verdict: 'buy',
  code: 'insufficient',
  figures: { available: '3', required: '5', credits: '100' },
  available: decimal(3),
  required: decimal(5),
  lastSeenAt: new Date('2026-11-21T10:00:00Z'),
  nextEvaluationAt: null,
  purchase: { status: 'succeeded', credits: decimal(100), errorMessage: '' },
};
const SKIPPED: DecidedFacts = {
  ...BOUGHT,
  verdict: 'skip',
  code: 'monthly_count_cap',
  figures: { monthly_count: 2 },
  purchase: null,
};
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
        figures: { expiring_credits: '10', expires_at: '2026-12-01T09:00:00.000Z', credits: '100' },
        required: null,
      },
    ],
    [
      'Did not buy: the monthly cap of 2 top-ups is reached, next evaluation 1 December.',
      {
        ...SKIPPED,
        nextEvaluationAt: new Date('2026-12-01T00:00:00Z'),
      },
    ],
    [
      'Did not buy: the monthly cap of 2 top-ups is reached, next evaluation 1 January 2027.',
      {
        ...SKIPPED,
        lastSeenAt: new Date('2026-12-21T10:00:00Z'),
        nextEvaluationAt: new Date('2027-01-01T00:00:00Z'),
      },
    ],
    [
      'Did not buy: the last top-up was less than 60 s ago, next evaluation 21 November 10:01 UTC.',
      {
        ...SKIPPED,
        code: 'cool_off',
        figures: { cool_off_seconds: 60 },
        nextEvaluationAt: new Date('2026-11-21T10:01:00Z'),
      },
    ],
    [
      'Did not buy: the wallet is frozen.',
      { ...SKIPPED, code: 'wallet_not_active', figures: { wallet_status: 'frozen' } },
    ],
    [
      'Canceled a purchase: automatic top-up was switched off before the charge was made.',
      { ...SKIPPED, verdict: 'cancel', code: 'rule_switched_off', figures: {} },
    ],
  ])('%s', (sentence, facts) => expect(decisionSentence(facts)).toBe(sentence));
});
