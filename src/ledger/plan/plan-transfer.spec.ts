import { type Decimal, decimal, formatDecimal, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import { type LotRecord, type WalletRecord, WalletState } from '../wallet-state.js';
import { planTransfer, type TransferPlan } from './plan-transfer.js';

const NOW = new Date('2027-03-31T12:00:00Z');
const at = (offsetMs: number) => new Date(NOW.getTime() + offsetMs);

let count = 0;
const context = { now: NOW, newEntryId: () => `wtxn_${(count += 1)}` };

function lot(id: string, remaining: string, changes: Partial<LotRecord> = {}): LotRecord {
  const base = { walletId: 'wallet_1', source: 'free', priority: null, expiresAt: null, createdAt: NOW };
  const rest = { renewalId: null, held: ZERO, isOpen: true };
  return { ...base, ...rest, id, granted: decimal(remaining), remaining: decimal(remaining), ...changes } as LotRecord;
}

/** What a wallet says of its lots. */
function figures(lots: readonly LotRecord[], debt: Decimal): Pick<WalletRecord, 'creditBalance' | 'held' | 'debt'> {
  const sum = (of: (lot: LotRecord) => Decimal) => lots.reduce((total, each) => total.plus(of(each)), ZERO);
  return { creditBalance: sum(({ remaining }) => remaining).minus(debt), held: sum(({ held }) => held), debt };
}

function state(lots: LotRecord[], changes: Partial<WalletRecord> = {}): WalletState {
  const wallet = {
    id: 'wallet_1',
    customerId: 'c',
    currency: 'usd',
    walletStatus: 'active',
    conversionRate: decimal(1),
    overdraftLimit: ZERO,
    ...figures(lots, changes.debt ?? ZERO),
    ...changes,
  };
  return new WalletState(wallet as WalletRecord, lots, false);
}

const other = (changes: Partial<WalletRecord> = {}) => state([], { id: 'wallet_2', ...changes });

function plan(from: WalletState, to: WalletState, credits: string): TransferPlan | DomainError {
  const terms = { toWalletId: to.wallet.id, credits: decimal(credits), description: 'why', metadata: { ticket: '7' } };
  return planTransfer(from, to, terms, context, 'key');
}

function accepted(result: TransferPlan | DomainError): TransferPlan {
  if (result instanceof DomainError) throw result;
  return result;
}

const sent = (result: TransferPlan | DomainError) =>
  accepted(result).from.entries.flatMap(({ links }) => links.map((link) => [link.lot.id, formatDecimal(link.credits)]));
const received = (result: TransferPlan | DomainError) =>
  accepted(result).to.entries.map(({ credits, grant }) => [
    formatDecimal(credits),
    formatDecimal(grant?.repaid ?? ZERO),
  ]);

describe('a transfer', () => {
  const lots = () => [
    lot('a', '3', { priority: 1, source: 'purchased', expiresAt: at(1) }),
    lot('b', '4', { priority: 2, held: decimal(2) }),
    lot('c', '5', { expiresAt: at(9000) }),
  ];

  it.each<[what: string, credits: string, expected: [string, string][]]>([
    ['a part of the first lot', '2', [['a', '-2']]],
    ['the first lot exactly', '3', [['a', '-3']]],
    [
      'a billionth more',
      '3.000000001',
      [
        ['a', '-3'],
        ['b', '-0.000000001'],
      ],
    ],
    [
      'all but what is on hold',
      '10',
      [
        ['a', '-3'],
        ['b', '-2'],
        ['c', '-5'],
      ],
    ],
  ])('takes in spend order: %s', (_what, credits, expected) => {
    const result = plan(state(lots()), other(), credits);
    expect(sent(result)).toEqual(expected);
    expect(received(result)).toEqual(expected.map(([, taken]) => [taken.slice(1), '0']));
  });

  it('keeps source, priority and expiry of each lot', () => {
    const { entries } = accepted(plan(state(lots()), other(), '10')).to;
    expect(entries.map(({ grant }) => grant)).toMatchObject([
      { source: 'purchased', priority: 1, expiresAt: at(1) },
      { source: 'free', priority: 2, expiresAt: null },
      { source: 'free', priority: null, expiresAt: at(9000) },
    ]);
  });

  it('is one entry here and one a lot there, which name each other’s wallet', () => {
    const { from, to } = accepted(plan(state(lots()), other(), '5'));
    const words = { counterAccount: 'adjustment', description: 'why', metadata: { ticket: '7' } };
    expect(from.entries).toMatchObject([
      { ...words, reason: 'TRANSFER_OUT', idempotencyKey: 'key', metadata: { to_wallet_id: 'wallet_2' } },
    ]);
    expect(formatDecimal(from.entries[0]!.credits)).toBe('-5');
    expect(from.entries[0]!.links.every((link) => link.kind === 'transfer')).toBe(true);
    const arrival = { ...words, reason: 'TRANSFER_IN', referenceId: from.entries[0]!.id, idempotencyKey: '' };
    expect(to.entries).toMatchObject([arrival, { ...arrival, metadata: { from_wallet_id: 'wallet_1' } }]);
  });

  it.each<[what: string, debt: string, expected: [credits: string, repaid: string][]]>([
    [
      'a part of the first lot',
      '2',
      [
        ['3', '2'],
        ['2', '0'],
        ['5', '0'],
      ],
    ],
    [
      'the first lot exactly',
      '3',
      [
        ['3', '3'],
        ['2', '0'],
        ['5', '0'],
      ],
    ],
    [
      'more than the first lot',
      '4.5',
      [
        ['3', '3'],
        ['2', '1.5'],
        ['5', '0'],
      ],
    ],
    [
      'more than all',
      '11',
      [
        ['3', '3'],
        ['2', '2'],
        ['5', '5'],
      ],
    ],
  ])('repays the debt of the other wallet first: %s', (_what, debt, expected) => {
    const result = plan(state(lots()), other({ debt: decimal(debt) }), '10');
    expect(received(result)).toEqual(expected);
    const changes = accepted(result).to.entries.map(({ debtChange }) => formatDecimal(debtChange));
    expect(changes).toEqual(expected.map(([, repaid]) => formatDecimal(ZERO.minus(repaid))));
  });

  it.each<[why: string, from: Partial<WalletRecord>, credits: string]>([
    ['a billionth too much', {}, '10.000000001'],
    ['more than there is, whatever may be overdrawn', { overdraftLimit: decimal(50) }, '11'],
    ['a wallet in debt', { debt: decimal(1) }, '1'],
  ])('is refused for lack of funds: %s', (_why, from, credits) => {
    expect(plan(state(lots(), from), other(), credits)).toMatchObject({ kind: 'insufficient_credits' });
  });

  it('leaves credits that only a renewal keeps alive', () => {
    const renewed = (offsetMs: number) => lot('r', '6', { expiresAt: at(offsetMs), renewalId: 'topup_1', priority: 0 });
    expect(sent(plan(state([renewed(0), ...lots()]), other(), '2'))).toEqual([['a', '-2']]);
    expect(sent(plan(state([renewed(1), ...lots()]), other(), '2'))).toEqual([['r', '-2']]);
    expect(plan(state([renewed(0), ...lots()]), other(), '10.1')).toMatchObject({ details: { balance: '10' } });
  });

  it.each<[why: string, from: Partial<WalletRecord>, to: Partial<WalletRecord>]>([
    ['the wallet is frozen', { walletStatus: 'frozen' }, {}],
    ['the wallet is closed', { walletStatus: 'closed' }, {}],
    ['the other wallet is frozen', {}, { walletStatus: 'frozen' }],
    ['the other wallet is closed', {}, { walletStatus: 'closed' }],
    ['to itself', {}, { id: 'wallet_1' }],
    ['different customers', {}, { customerId: 'd' }],
    ['different currencies', {}, { currency: 'eur' }],
    ['different conversion rates', {}, { conversionRate: decimal('1.00001') }],
  ])('is refused: %s', (why, from, to) => {
    expect(plan(state(lots(), from), other(to), '1')).toMatchObject({
      kind: 'invalid_operation',
      message: expect.stringContaining(why),
    });
  });
});
