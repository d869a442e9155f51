import { type Decimal, decimal, formatDecimal, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import { applyPlan } from '../apply-plan.js';
import type { ReverseTerms } from '../commands.js';
import type { EntryReason } from '../entry.entity.js';
import {
  bySpendOrder,
  type EntryLotRecord,
  type EntryRecord,
  type LotRecord,
  type PastEntry,
  type WalletRecord,
  WalletState,
} from '../wallet-state.js';
import { planReverse } from './plan-reverse.js';
import type { Plan } from './plan.js';

const NOW = new Date('2027-03-31T12:00:00Z');
const at = (offsetMs: number) => new Date(NOW.getTime() + offsetMs);
const ACTOR = { keyId: 'secret_1', requestId: 'req_1' };

let count = 0;
const context = { now: NOW, newEntryId: () => `wtxn_new_${(count += 1)}` };

function lot(id: string, remaining: string, changes: Partial<LotRecord> = {}): LotRecord {
  return {
    walletId: 'wallet_1',
    tenantId: 't',
    environmentId: 'e',
    customerId: 'c',
    id,
    source: 'free',
    priority: null,
    granted: decimal(100),
    remaining: decimal(remaining),
    held: ZERO,
    expiresAt: null,
    renewalId: null,
    isOpen: decimal(remaining).gt(0),
    createdAt: NOW,
    ...changes,
  };
}

/** An entry of before: what it took from which lots, in that order, and how much of it went into debt. */
function past(taken: [lotId: string, credits: string][], debt = '0', changes: Partial<EntryRecord> = {}): PastEntry {
  let credits = decimal(debt);
  for (const [, part] of taken) credits = credits.plus(part);
  const entry = {
    id: 'wtxn_old',
    type: 'debit',
    reason: 'MANUAL_BALANCE_DEBIT',
    counterAccount: 'usage',
    credits: ZERO.minus(credits),
    debtChange: decimal(debt),
    ...changes,
  } as EntryRecord;
  const consumed = taken.map(([lotId, part]) => ({ lotId, credits: ZERO.minus(part) }) as EntryLotRecord);
  return { entry, consumed, reversed: ZERO, restored: new Map() };
}

function state(lots: LotRecord[], entry: PastEntry, changes: Partial<WalletRecord> = {}): WalletState {
  const wallet = {
    id: 'wallet_1',
    walletStatus: 'active',
    debt: ZERO,
    held: ZERO,
    creditBalance: ZERO,
    conversionRate: decimal(1),
    topupConversionRate: decimal(1),
    sequence: 0,
    lastEntryAt: null,
    lastEntryHash: '',
    ...changes,
  };
  const result = new WalletState(
    wallet as WalletRecord,
    lots.filter((each) => each.isOpen).toSorted(bySpendOrder),
    false,
  );
  for (const each of lots) if (!each.isOpen) result.emptyLots.set(each.id, each);
  result.past.set(entry.entry.id, entry);
  return result;
}

const ask = (credits: string | null = null, expired: ReverseTerms['expired'] = 'forfeit'): ReverseTerms => ({
  entryId: 'wtxn_old',
  credits: credits === null ? null : decimal(credits),
  expired,
  description: '',
  metadata: {},
});

function accepted(plan: Plan | DomainError): Plan {
  if (plan instanceof DomainError) throw plan;
  return plan;
}

const plain = (credits: Decimal | undefined) => (credits ? formatDecimal(credits) : undefined);

/** Which lots the plan gives to (or takes from), in its order. */
function given(plan: Plan | DomainError): [lotId: string, credits: string][] {
  const [entry] = accepted(plan).entries;
  return (entry?.links ?? []).map((link) => [link.lot.id, formatDecimal(link.credits)]);
}

const plan = (wallet: WalletState, terms: ReverseTerms) => planReverse(wallet, terms, context, 'key');

describe('the reversal of a debit', () => {
  const twoLots = () =>
    state(
      [lot('a', '0'), lot('b', '2')],
      past([
        ['a', '5'],
        ['b', '3'],
      ]),
    );

  it.each<[what: string, credits: string | null, expected: [string, string][]]>([
    [
      'all of it, unless told how much',
      null,
      [
        ['b', '3'],
        ['a', '5'],
      ],
    ],
    [
      'the exact whole',
      '8',
      [
        ['b', '3'],
        ['a', '5'],
      ],
    ],
    ['a part: the lot that was taken from last', '2', [['b', '2']]],
    ['a part that is the last lot exactly', '3', [['b', '3']]],
    [
      'a billionth more than the last lot',
      '3.000000001',
      [
        ['b', '3'],
        ['a', '0.000000001'],
      ],
    ],
  ])('gives back %s', (_what, credits, expected) => {
    expect(given(plan(twoLots(), ask(credits)))).toEqual(expected);
  });

  it('says what it reverses, against the account that the debit was booked to', () => {
    const wallet = state([lot('a', '0')], past([['a', '5']], '0', { counterAccount: 'adjustment' }));
    const [entry] = accepted(plan(wallet, { ...ask(), description: 'why', metadata: { ticket: '7' } })).entries;
    expect(entry).toMatchObject({
      reason: 'DEBIT_REVERSAL',
      counterAccount: 'adjustment',
      parentId: 'wtxn_old',
      referenceId: 'wtxn_old',
      idempotencyKey: 'key',
      description: 'why',
      metadata: { ticket: '7' },
      grant: null,
    });
    expect(plain(entry?.credits)).toBe('5');
  });

  it('is refused a billionth too much, and says how much is left', () => {
    expect(plan(twoLots(), ask('8.000000001'))).toMatchObject({
      kind: 'invalid_operation',
      details: { transaction_id: 'wtxn_old', reversible: '8' },
    });
  });

  describe('after earlier ones', () => {
    it('of other batches, takes up where they ended', () => {
      const before = {
        ...past([
          ['a', '5'],
          ['b', '3'],
        ]),
        reversed: decimal(4),
      };
      before.restored.set('b', decimal(3)).set('a', decimal(1));
      const wallet = state([lot('a', '1'), lot('b', '3')], before);
      expect(given(plan(wallet, ask()))).toEqual([['a', '4']]);
      expect(plan(wallet, ask('4.000000001'))).toMatchObject({ details: { reversible: '4' } });
    });

    it('of this very batch, does so, too', () => {
      const wallet = twoLots();
      applyPlan(wallet, accepted(plan(wallet, ask('2'))), ACTOR, NOW);
      const second = plan(wallet, ask('2'));
      expect(given(second)).toEqual([
        ['b', '1'],
        ['a', '1'],
      ]);
      applyPlan(wallet, accepted(second), ACTOR, NOW);
      expect(plan(wallet, ask('4.000000001'))).toMatchObject({ details: { reversible: '4' } });
      applyPlan(wallet, accepted(plan(wallet, ask())), ACTOR, NOW);
      expect(plan(wallet, ask())).toMatchObject({ kind: 'invalid_operation', details: { reversible: '0' } });
      expect(wallet.lots.map(({ id, remaining }) => [id, remaining.toFixed()])).toEqual([
        ['a', '5'],
        ['b', '5'],
      ]);
    });

    it('of this batch and others, adds them up', () => {
      const before = { ...past([['a', '5']], '4'), reversed: decimal(3) };
      const wallet = state([lot('a', '0')], before, { debt: decimal(1) });
      applyPlan(wallet, accepted(plan(wallet, ask('2'))), ACTOR, NOW);
      expect(given(plan(wallet, ask()))).toEqual([['a', '4']]);
    });

    it('of another debit, does not count them', () => {
      const wallet = state([lot('a', '0')], past([['a', '5']]));
      const other = past([['a', '2']], '0', { id: 'wtxn_other' });
      wallet.past.set('wtxn_other', other);
      applyPlan(wallet, accepted(plan(wallet, { ...ask(), entryId: 'wtxn_other' })), ACTOR, NOW);
      expect(given(plan(wallet, ask()))).toEqual([['a', '5']]);
    });
  });

  describe('that went into debt', () => {
    it.each<
      [what: string, credits: string, debtNow: string, repaid: string, granted: string, lots: [string, string][]]
    >([
      ['takes the debt back first', '3', '4', '3', '3', []],
      ['takes the debt, then the lots', '5', '4', '4', '4', [['a', '1']]],
      ['grants what was repaid since', '4', '0', '0', '4', []],
      ['grants the part that was repaid since', '4', '1', '1', '4', []],
    ])('%s', (_what, credits, debtNow, repaid, granted, lots) => {
      const wallet = state([lot('a', '0')], past([['a', '5']], '4'), { debt: decimal(debtNow) });
      const result = plan(wallet, ask(credits));
      const [entry] = accepted(result).entries;
      expect(plain(entry?.credits)).toBe(credits);
      expect(plain(entry?.debtChange)).toBe(plain(ZERO.minus(repaid)));
      expect(plain(entry?.grant?.credits)).toBe(granted);
      expect(plain(entry?.grant?.repaid)).toBe(repaid);
      expect(entry?.grant).toMatchObject({ source: 'free', priority: null, expiresAt: null });
      expect(given(result)).toEqual(lots);
    });
  });

  describe('whose credits have expired since', () => {
    const UNTIL = at(86_400_000);
    const expiring = (offsetMs: number, changes: Partial<LotRecord> = {}) =>
      state(
        [lot('a', '0', { expiresAt: at(offsetMs), ...changes }), lot('b', '0')],
        past([
          ['a', '5'],
          ['b', '3'],
        ]),
      );

    it.each<[when: string, offsetMs: number, forfeited: string]>([
      ['a millisecond before the instant', 1, '0'],
      ['at the very instant', 0, '5'],
      ['a millisecond later', -1, '5'],
    ])('%s forfeits what has expired', (_when, offsetMs, forfeited) => {
      const result = accepted(plan(expiring(offsetMs), ask()));
      expect(plain(result.forfeited)).toBe(forfeited);
      expect(plain(result.entries[0]?.credits)).toBe(forfeited === '0' ? '8' : '3');
      expect(result.renewals).toEqual([]);
    });

    it('gives nothing new to a lot that a renewal keeps alive', () => {
      const result = accepted(plan(expiring(-1, { renewalId: 'topup_1' }), ask(null, { restoreUntil: UNTIL })));
      expect(result).toMatchObject({ renewals: [] });
      expect(plain(result.entries[0]?.credits)).toBe('8');
    });

    it.each([
      ['with a new expiry', UNTIL],
      ['for ever', null],
    ])('restores them %s', (_how, restoreUntil) => {
      const result = accepted(plan(expiring(0), ask(null, { restoreUntil })));
      expect(plain(result.forfeited)).toBe('0');
      expect(given(result)).toEqual([
        ['b', '3'],
        ['a', '5'],
      ]);
      expect(result.renewals).toMatchObject([{ lot: { id: 'a' }, expiresAt: restoreUntil }]);
    });

    it('keeps the expiry of lots that have not expired', () => {
      const result = accepted(plan(expiring(1), ask(null, { restoreUntil: UNTIL })));
      expect(result.renewals).toEqual([]);
    });

    it('is refused when nothing else is left', () => {
      const wallet = state([lot('a', '0', { expiresAt: NOW })], past([['a', '5']]));
      expect(plan(wallet, ask())).toMatchObject({ kind: 'invalid_operation', details: { reversible: '0' } });
    });

    it('does not count what was forfeited as reversed', () => {
      const wallet = expiring(0);
      applyPlan(wallet, accepted(plan(wallet, ask())), ACTOR, NOW);
      expect(given(plan(wallet, ask(null, { restoreUntil: null })))).toEqual([['a', '5']]);
    });

    it('spends a restored lot in the order of its new expiry, also when a hold has kept it open', () => {
      const held = lot('a', '2', { held: decimal(2), expiresAt: NOW });
      const wallet = state([held, lot('b', '5', { expiresAt: at(1000) })], past([['a', '5']]));
      applyPlan(wallet, accepted(plan(wallet, ask(null, { restoreUntil: UNTIL }))), ACTOR, NOW);
      expect(wallet.lots.map(({ id }) => id)).toEqual(['b', 'a']);
    });
  });
});

describe('voiding a grant', () => {
  const GRANT = { id: 'wtxn_old', type: 'credit', reason: 'PURCHASED_CREDIT_DIRECT' } as const;
  const grant = (remaining: string, changes: Partial<LotRecord> = {}) =>
    state([lot('wtxn_old', remaining, changes), lot('z', '50')], past([], '0', GRANT));

  it.each<[what: string, remaining: string, held: string, credits: string | null, taken: string]>([
    ['all that is unspent', '7', '0', null, '-7'],
    ['all but what is on hold', '7', '2', null, '-5'],
    ['the exact rest', '7', '2', '5', '-5'],
    ['a part', '7', '2', '1', '-1'],
  ])('takes %s out of its own lot', (_what, remaining, held, credits, taken) => {
    const result = plan(grant(remaining, { held: decimal(held) }), ask(credits));
    expect(given(result)).toEqual([['wtxn_old', taken]]);
    expect(accepted(result).entries).toMatchObject([{ reason: 'GRANT_VOID', counterAccount: 'purchase', grant: null }]);
    expect(plain(accepted(result).entries[0]?.debtChange)).toBe('0');
  });

  it.each<[why: string, remaining: string, held: string, credits: string | null, reversible: string]>([
    ['a billionth too much', '7', '2', '5.000000001', '5'],
    ['nothing is left', '0', '0', null, '0'],
    ['all that is left is on hold', '2', '2', null, '0'],
  ])('is refused: %s', (_why, remaining, held, credits, reversible) => {
    const refusal = plan(grant(remaining, { held: decimal(held) }), ask(credits));
    expect(refusal).toMatchObject({ kind: 'invalid_operation', details: { reversible } });
  });

  it('twice in one batch takes no more than there is', () => {
    const wallet = grant('7');
    applyPlan(wallet, accepted(plan(wallet, ask('4'))), ACTOR, NOW);
    expect(plan(wallet, ask('3.000000001'))).toMatchObject({ details: { reversible: '3' } });
    applyPlan(wallet, accepted(plan(wallet, ask())), ACTOR, NOW);
    expect(plan(wallet, ask())).toMatchObject({ kind: 'invalid_operation' });
  });
});

describe('a reversal', () => {
  it.each<[status: WalletRecord['walletStatus'], isRefused: boolean]>([
    ['active', false],
    ['frozen', false],
    ['closed', true],
  ])('in a wallet that is %s: refused %s', (walletStatus, isRefused) => {
    const debit = plan(state([lot('a', '0')], past([['a', '5']]), { walletStatus }), ask());
    const grant = past([], '0', { type: 'credit', reason: 'FREE_CREDIT_GRANT' });
    const voided = plan(state([lot('wtxn_old', '5')], grant, { walletStatus }), ask());
    expect([debit, voided].map((result) => result instanceof DomainError)).toEqual([isRefused, isRefused]);
  });

  it.each<[type: 'credit' | 'debit', reason: EntryReason]>([
    ['debit', 'CREDIT_EXPIRED'],
    ['debit', 'WALLET_TERMINATION'],
    ['debit', 'GRANT_VOID'],
    ['debit', 'TRANSFER_OUT'],
    ['credit', 'DEBIT_REVERSAL'],
    ['credit', 'TRANSFER_IN'],
  ])('of a %s of reason %s is refused', (type, reason) => {
    const wallet = state([lot('wtxn_old', '5')], past([['wtxn_old', '5']], '0', { type, reason }));
    expect(plan(wallet, ask())).toMatchObject({ kind: 'invalid_operation' });
  });

  it('of an entry that is not there is not found', () => {
    const wallet = state([], past([]));
    expect(plan(wallet, { ...ask(), entryId: 'wtxn_none' })).toMatchObject({ kind: 'not_found' });
  });
});
