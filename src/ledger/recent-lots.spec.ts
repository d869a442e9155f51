import { decimal, ZERO } from '../shared/decimal.js';
import { RecentLots } from './recent-lots.js';
import { type LotRecord, type WalletRecord, WalletState } from './wallet-state.js';

const AT = new Date('2027-03-31T12:00:00Z');
const WALLET = { id: 'w', version: 7, lastEntryHash: 'abc', updatedAt: AT, walletStatus: 'active' } as WalletRecord;

const lot = (id: string) =>
  ({ id, priority: null, expiresAt: null, granted: decimal(5), remaining: decimal(5), held: ZERO, isOpen: true, createdAt: AT }) as LotRecord; // prettier-ignore

/** As a commit has left it. */
function keptOf(lots: readonly LotRecord[], wallet: Partial<WalletRecord> = {}): [RecentLots, WalletState] {
  const recent = new RecentLots();
  const state = new WalletState({ ...WALLET, ...wallet }, lots, true);
  recent.keep(state);
  return [recent, state];
}

describe('lots of recent commits', () => {
  it('are handed over once: only a commit brings them back', () => {
    const [recent, { lots }] = keptOf([lot('a')]);
    expect(recent.take(WALLET)).toBe(lots);
    expect(recent.take(WALLET)).toBeUndefined();
  });

  it.each([
    ['a version that is another', { version: 8 }],
    ['a server that gives the same version to another past', { lastEntryHash: 'abd' }],
    ['a server that gives the same version to another change without entries', { updatedAt: new Date(+AT + 1) }],
  ])('are forgotten under %s', (_, row) => {
    const [recent] = keptOf([lot('a')]);
    expect(recent.take({ ...WALLET, ...row })).toBeUndefined();
    expect(recent.take(WALLET)).toBeUndefined();
  });

  it('are neither kept of a wallet that is closed, nor of one whose past was looked at, nor of one with very many', () => {
    expect(keptOf([lot('a')], { walletStatus: 'closed' })[0].take(WALLET)).toBeUndefined();
    expect(keptOf(Array.from({ length: 1001 }, (_, index) => lot(`${index}`)))[0].take(WALLET)).toBeUndefined();
    const [recent, state] = keptOf([lot('a')]);
    state.past.set('e', { entry: {} as never, consumed: [], reversed: ZERO, restored: new Map() });
    recent.keep(state);
    expect(recent.take(WALLET)).toBeUndefined();
  });

  it('are 10,000 at most, wallets among them: those of wallets that nobody asks for go first', () => {
    const [recent] = keptOf([lot('a')]);
    for (let index = 0; index < 4_999; index += 1) {
      recent.keep(new WalletState({ ...WALLET, id: `${index}` }, [lot('a')], true));
    }
    expect(recent.take({ ...WALLET, id: '0' })).toBeDefined();
    recent.keep(new WalletState({ ...WALLET, id: 'more' }, [lot('a')], true));
    recent.keep(new WalletState({ ...WALLET, id: 'still more' }, [lot('a')], true));
    expect(recent.take(WALLET)).toBeUndefined();
    expect(recent.take({ ...WALLET, id: '1' })).toBeDefined();
  });
});
