import { decimal, formatDecimal } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import {
  judgeRefund,
  type RefundAsk,
  type RefundFacts,
  settleShare,
  shareToFreeze,
  shareToGiveBack,
} from './judge-refund.js';

const share = (granted: string, unspent: string, settled = '0') => ({
  granted: decimal(granted),
  unspent: decimal(unspent),
  settled: decimal(settled),
});
/** 100 credits for 50.00, nothing spent. */
const FACTS: RefundFacts = {
  chargedMinor: 5000,
  goneMinor: 0,
  isDisputed: false,
  purchase: share('100', '100'),
  bonus: undefined,
  isClosed: false,
  onSpent: 'refuse',
};
const WHOLE: RefundAsk = { kind: 'whole' };
const UNSPENT: RefundAsk = { kind: 'unspent' };
const amount = (amountMinor: number): RefundAsk => ({ kind: 'amount', amountMinor });

/** Money, credits, of them debt, forgiven, bonus; or the code of the refusal. */
function judged(facts: Partial<RefundFacts>, ask: RefundAsk): unknown {
  const verdict = judgeRefund({ ...FACTS, ...facts }, ask);
  if (verdict instanceof DomainError) return verdict.code;
  const { amountMinor, credits, debtCredits, forgivenCredits, bonusCredits } = verdict;
  return [amountMinor, ...[credits, debtCredits, forgivenCredits, bonusCredits].map((value) => formatDecimal(value))];
}

describe('what a refund comes to', () => {
  const spent = { purchase: share('100', '30') };
  it.each<[string, Partial<RefundFacts>, RefundAsk, unknown]>([
    ['the whole, unspent', {}, WHOLE, [5000, '100', '0', '0', '0']],
    ['a part takes as large a part', {}, amount(1250), [1250, '25', '0', '0', '0']],
    ['more than was charged', {}, amount(5001), 'refund_too_large'],
    ['more than is left', { goneMinor: 2000, purchase: share('100', '60', '40') }, amount(3001), 'refund_too_large'],
    ['the rest', { goneMinor: 2000, purchase: share('100', '60', '40') }, WHOLE, [3000, '60', '0', '0', '0']],
    ['nothing left', { goneMinor: 5000, purchase: share('100', '0', '100') }, WHOLE, 'nothing_to_refund'],
    ['spent ones are not there to take', spent, WHOLE, 'credits_spent'],
    ['as much as is unspent is', spent, amount(1500), [1500, '30', '0', '0', '0']],
    ['a cent more is not', spent, amount(1501), 'credits_spent'],
    ['spent ones as debt', { ...spent, onSpent: 'debt' }, WHOLE, [5000, '100', '70', '0', '0']],
    ['spent ones forgiven', { ...spent, onSpent: 'forgive' }, WHOLE, [5000, '30', '0', '70', '0']],
    ['only the unspent', spent, UNSPENT, [1500, '30', '0', '0', '0']],
    ['only the unspent, of which there are none', { purchase: share('100', '0') }, UNSPENT, 'nothing_unspent'],
    ['only the unspent, less than a cent', { purchase: share('100', '0.01') }, UNSPENT, 'nothing_unspent'],
    [
      'thirds: rounded down',
      { purchase: share('10', '10'), chargedMinor: 300 },
      amount(100),
      [100, '3.333333333', '0', '0', '0'],
    ],
    [
      'thirds: the last has what is left',
      { purchase: share('10', '3.333333334', '6.666666666'), chargedMinor: 300, goneMinor: 200 },
      WHOLE,
      [100, '3.333333334', '0', '0', '0'],
    ],
    ['a bonus in proportion', { bonus: share('20', '20') }, amount(2500), [2500, '50', '0', '0', '10']],
    ['a bonus that was spent is let go', { bonus: share('20', '4') }, WHOLE, [5000, '100', '0', '0', '4']],
    ['while it is disputed', { isDisputed: true }, WHOLE, 'disputed'],
    ['a closed wallet', { isClosed: true, purchase: share('100', '0') }, WHOLE, 'wallet_closed'],
    [
      'a closed wallet, forgiven',
      { isClosed: true, purchase: share('100', '0'), onSpent: 'forgive' },
      WHOLE,
      [5000, '0', '0', '100', '0'],
    ],
  ])('%s', (_name, facts, ask, expected) => {
    expect(judged(facts, ask)).toEqual(expected);
  });

  it('settles money that is gone already without asking, and never more than the whole', () => {
    const facts = { ...FACTS, goneMinor: 3000, purchase: share('100', '10', '60'), onSpent: 'debt' as const };
    const { credits, debtCredits } = settleShare(facts, 4000);
    expect([formatDecimal(credits), formatDecimal(debtCredits)]).toEqual(['40', '30']);
  });

  it('gives back what the rest of the money that is gone does not need', () => {
    const back = (taken: string, goneMinor: number, others: string) =>
      formatDecimal(
        shareToGiveBack(
          decimal(taken),
          { granted: decimal(100), settledByOthers: decimal(others) },
          { chargedMinor: 5000, goneMinor },
        ),
      );
    expect(back('100', 0, '0')).toBe('100');
    expect(back('40', 3000, '60')).toBe('40');
    // Another has settled only 40, because this one had taken 60 of what both together would have.
    expect(back('60', 3000, '40')).toBe('40');
  });

  it('freezes the disputed part, as far as it is there', () => {
    const frozen = (unspent: string, minor: number) => formatDecimal(shareToFreeze(share('100', unspent), minor, 5000));
    expect([frozen('100', 5000), frozen('100', 2500), frozen('10', 5000), frozen('0', 5000)]).toEqual([
      '100',
      '50',
      '10',
      '0',
    ]);
  });
});
