import { decimal, ZERO } from '../shared/decimal.js';
import { OpenLots } from './open-lots.js';
import type { LotRecord } from './wallet-state.js';

const NOW = new Date('2027-03-31T12:00:00Z');
const at = (offsetMs: number) => new Date(NOW.getTime() + offsetMs);

function lot(id: string, priority: number, changes: Partial<LotRecord> = {}): LotRecord {
  const owner = { shard: 0, walletId: 'w', tenantId: 't', environmentId: 'e', customerId: 'c' };
  const base = { ...owner, source: 'free' } as const;
  const figures = { granted: decimal(5), remaining: decimal(5), held: ZERO, isOpen: true };
  return { ...base, ...figures, id, priority, expiresAt: null, renewalId: null, createdAt: NOW, ...changes };
}

/** Two of three lots have been read, and one far behind them because it expires soon. */
function partlyRead(): OpenLots {
  const lots = new OpenLots();
  lots.addFirst([lot('a', 1), lot('b', 2)], 2);
  lots.addAll([lot('z', 9, { expiresAt: at(1000) })]);
  lots.markHorizon(at(5000));
  return lots;
}

const ids = (lots: Iterable<LotRecord>) => [...lots].map(({ id }) => id);

describe('lots of which only the first were read', () => {
  it('cover what these have, and nothing of one that is known behind them', () => {
    const lots = partlyRead();
    expect([lots.covers(decimal(10)), lots.covers(decimal('10.000000001'))]).toEqual([true, false]);
  });

  it('are spent as far as they were read, and then throw rather than leave one out', () => {
    const spent = partlyRead().inOrder();
    expect([spent.next().value, spent.next().value]).toMatchObject([{ id: 'a' }, { id: 'b' }]);
    expect(() => spent.next()).toThrow('more lots are needed');
  });

  it('have no list of all, and none of those that expire beyond what was read', () => {
    const lots = partlyRead();
    expect(() => lots.all()).toThrow('only the first');
    expect(() => lots.expiringBefore(at(5001))).toThrow('not read');
    expect([lots.reaches(at(5000)), lots.reaches(at(5001))]).toEqual([true, false]);
    expect(ids(lots.expiringBefore(at(1001)))).toEqual(['z']);
    expect(ids(lots.expiringBefore(at(1000)))).toEqual([]);
  });

  it('are all once a read finds fewer than it may, and keep what the batch has changed', () => {
    const lots = partlyRead();
    const first = lots.get('a') as LotRecord;
    first.remaining = ZERO;
    first.isOpen = false;
    lots.place(first);
    lots.addFirst([lot('a', 1), lot('b', 2), lot('c', 3), lot('z', 9, { expiresAt: at(1000) })], 16);
    expect(ids(lots.all())).toEqual(['b', 'c', 'z']);
    expect(lots.get('a')).toBe(first);
  });

  it('place new ones among them, and move those that get another date', () => {
    const lots = new OpenLots([lot('b', 2), lot('d', 2, { createdAt: at(1) })]);
    lots.add(lot('c', 2, { granted: decimal(7) }));
    lots.add(lot('a', 1));
    expect(ids(lots.inOrder())).toEqual(['a', 'c', 'b', 'd']);
    lots.redate([{ lot: lots.get('d') as LotRecord, expiresAt: at(10) }]);
    expect(ids(lots.inOrder())).toEqual(['a', 'd', 'c', 'b']);
    expect(ids(lots.expiringBefore(at(11)))).toEqual(['d']);
  });
});
