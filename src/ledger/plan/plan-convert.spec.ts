import { decimal, formatDecimal, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import { type LotRecord, type WalletRecord, WalletState } from '../wallet-state.js';
import { planConvert } from './plan-convert.js';

const NOW = new Date('2027-03-31T12:00:00Z');
const LATER = new Date('2028-01-01T00:00:00Z');

function state(lots: Partial<LotRecord>[], changes: Partial<WalletRecord> = {}): WalletState {
  const creditBalance = lots.reduce((total, { remaining = ZERO }) => total.plus(remaining), ZERO);
  const figures = { creditBalance, debt: ZERO, held: ZERO };
  const wallet = { id: 'wallet_1', walletStatus: 'active', walletType: 'PRE_PAID', ...figures, ...changes };
  const base = { walletId: 'wallet_1', held: ZERO, expiresAt: null, priority: null, source: 'free', isOpen: true };
  return new WalletState(
    wallet as WalletRecord,
    lots.map((lot) => ({ ...base, ...lot }) as LotRecord),
    false,
  );
}

describe('a conversion', () => {
  let count = 0;
  const context = { now: NOW, newEntryId: () => `wtxn_${(count += 1)}` };

  it('takes all and grants as much, lot by lot', () => {
    const lots: Partial<LotRecord>[] = [
      { id: 'a', remaining: decimal('3'), priority: 1, source: 'purchased' },
      { id: 'b', remaining: decimal('0.5'), expiresAt: LATER },
    ];
    const plan = planConvert(state(lots), context);
    if (plan instanceof DomainError) throw plan;
    expect(plan).toMatchObject({ closes: true, entries: [{ reason: 'WALLET_TERMINATION' }] });
    expect(formatDecimal(plan.entries[0]!.credits)).toBe('-3.5');
    expect(plan.granted?.map(({ credits }) => formatDecimal(credits))).toEqual(['3', '0.5']);
    expect(plan.granted).toMatchObject([
      { counterAccount: 'adjustment', grant: { source: 'purchased', priority: 1, expiresAt: null } },
      { counterAccount: 'adjustment', grant: { source: 'free', priority: null, expiresAt: LATER } },
    ]);
  });

  it('of an empty wallet moves nothing', () => {
    expect(planConvert(state([]), context)).toEqual({ entries: [], closes: true, granted: [] });
  });

  it.each<[why: string, changes: Partial<WalletRecord>]>([
    ['the wallet is frozen', { walletStatus: 'frozen' }],
    ['the wallet is closed', { walletStatus: 'closed' }],
    ['only a PRE_PAID wallet', { walletType: 'POST_PAID' }],
    ['2 credits in debt', { debt: decimal('2') }],
    ['1 credits are on hold', { held: decimal('1') }],
  ])('is refused: %s', (why, changes) => {
    const refusal = planConvert(state([], changes), context);
    expect(refusal).toBeInstanceOf(DomainError);
    expect(refusal).toMatchObject({ kind: 'invalid_operation', message: expect.stringContaining(why) });
  });
});
