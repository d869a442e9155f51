import { decimal } from '../../shared/decimal.js';
import { type AskedPurchase, judgePurchase, SAME_AGAIN_MS } from './judge-purchase.js';
import type { TopUpRecord } from './top-up-state.js';

const NOW = new Date('2026-06-30T12:00:00.000Z');
const ago = (milliseconds: number) => new Date(NOW.getTime() - milliseconds);
const asked: AskedPurchase = {
  topUp: { invoicing: false, packId: 'pack_10', credits: decimal(10) },
  hasKey: false,
};
const before = (change: Partial<TopUpRecord> = {}) =>
  ({
    id: 'topup_1',
    isAutomatic: false,
    invoicing: false,
    packId: 'pack_10',
    credits: decimal('10.0'),
    topUpStatus: 'succeeded',
    settledAt: ago(SAME_AGAIN_MS - 1),
    ...change,
  }) as TopUpRecord;
const judge = (first: TopUpRecord, change: Partial<AskedPurchase> = {}) =>
  judgePurchase({ topUps: [], justBought: [first] }, { ...asked, ...change }, NOW);

describe('whether somebody may buy', () => {
  it('says no to what was bought a moment ago, with what was bought', () => {
    const refusal = judge(before());
    expect(refusal).toMatchObject({ kind: 'conflict', code: 'bought_just_now' });
    expect(refusal?.details).toEqual({ top_up: { id: 'topup_1', status: 'succeeded' } });
    const inBatch = judgePurchase({ topUps: [before()], justBought: [] }, asked, NOW);
    expect(inBatch?.code).toBe('bought_just_now');
  });

  it.each<[what: string, change: Partial<TopUpRecord>]>([
    ['was bought ten seconds ago', { settledAt: ago(SAME_AGAIN_MS) }],
    ['is another pack', { packId: 'pack_100' }],
    ['is another amount', { credits: decimal(11) }],
    ['was bought by a rule', { isAutomatic: true }],
    ['was bought against an invoice', { invoicing: true }],
    ['was declined', { topUpStatus: 'failed', settledAt: null }],
    ['was given back', { topUpStatus: 'refunded' }],
  ])('says yes where the one before %s', (_what, change) => {
    expect(judge(before(change))).toBeUndefined();
  });

  it('says yes to whoever has a key, or asks for an invoice', () => {
    expect(judge(before(), { hasKey: true })).toBeUndefined();
    expect(judge(before(), { topUp: { ...asked.topUp, invoicing: true } })).toBeUndefined();
  });

  it.each([false, true])('says no while any purchase by hand is under way (key: %s)', (hasKey) => {
    const refusal = judge(before({ topUpStatus: 'charging', packId: 'pack_100', settledAt: null }), { hasKey });
    expect(refusal).toMatchObject({ kind: 'conflict', code: 'purchase_under_way' });
    expect(judge(before({ topUpStatus: 'charging', isAutomatic: true }), { hasKey })).toBeUndefined();
    expect(judge(before({ topUpStatus: 'awaiting_payment', invoicing: true }), { hasKey })).toBeUndefined();
  });
});
