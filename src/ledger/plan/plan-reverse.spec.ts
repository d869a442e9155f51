import { type Decimal, decimal, formatDecimal, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import { applyPlan } from '../apply-plan.js';
import type { ReverseTerms } from '../commands.js';
import type { EntryReason } from '../entry.entity.js';
import {
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
    shard: 0,
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

/** What a wallet says of its lots. */
function figures(lots: readonly LotRecord[], debt: Decimal): Pick<WalletRecord, 'creditBalance' | 'held' | 'debt'> {
  const sum = (of: (lot: LotRecord) => Decimal) => lots.reduce((total, each) => total.plus(of(each)), ZERO);
  return { creditBalance: sum(({ remaining }) => remaining).minus(debt), held: sum(({ held }) => held), debt };
}

function state(lots: LotRecord[], entry: PastEntry, changes: Partial<WalletRecord> = {}): WalletState {
  const wallet = {
    id: 'wallet_1',
    walletStatus: 'active',
    conversionRate: decimal(1),
    topupConversionRate: decimal(1),
    sequence: 0,
    lastEntryAt: null,
    lastEntryHash: '',
    purchasedExpiresAt: null,
    ...figures(lots, changes.debt ?? ZERO),
    ...changes,
  };
  const result = new WalletState(wallet as WalletRecord, lots, false);
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
      expect(wallet.lots.all().map(({ id, remaining }) => [id, remaining.toFixed()])).toEqual([
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

    it('spends a restored lot in the order of its new expiry', () => {
      const lots = [lot('a', '0', { expiresAt: NOW }), lot('b', '5', { expiresAt: at(1000) })];
      const wallet = state(lots, past([['a', '5']]));
      applyPlan(wallet, accepted(plan(wallet, ask(null, { restoreUntil: UNTIL }))), ACTOR, NOW);
      expect(wallet.lots.all().map(({ id }) => id)).toEqual(['b', 'a']);
    });

    it('restores beside a lot that has expired and is on hold: what is held does not live again', () => {
      const held = lot('a', '40', { held: decimal(40), expiresAt: NOW, priority: 3 });
      const wallet = state([held], past([['a', '10']]));
      const result = accepted(plan(wallet, ask(null, { restoreUntil: UNTIL })));
      const { entries } = applyPlan(wallet, result, ACTOR, NOW);
      expect(entries.map(({ credits, reason }) => [plain(credits), reason])).toEqual([['10', 'DEBIT_REVERSAL']]);
      const lots = wallet.lots.all().map(({ id, remaining, expiresAt }) => [id, plain(remaining), expiresAt]);
      expect(lots).toEqual([
        ['a', '40', NOW],
        [entries[0]?.id, '10', UNTIL],
      ]);
      // All of it has come back to the lot it was taken from, so nothing is left to give.
      expect(plan(wallet, ask())).toMatchObject({ kind: 'invalid_operation', details: { reversible: '0' } });
    });

    it('restores beside each of several such lots, under one key', () => {
      const held = (id: string, source: LotRecord['source']) =>
        lot(id, '4', { held: decimal(4), expiresAt: NOW, source });
      const taken: [string, string][] = [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ];
      const wallet = state([held('a', 'free'), held('b', 'purchased'), lot('c', '0')], past(taken));
      const { entries } = applyPlan(wallet, accepted(plan(wallet, ask(null, { restoreUntil: UNTIL }))), ACTOR, NOW);
      expect(entries.map(({ credits, idempotencyKey }) => [plain(credits), idempotencyKey])).toEqual([
        ['3', 'key'],
        ['2', ''],
        ['1', ''],
      ]);
      const sources = entries.slice(1).map(({ id }) => wallet.lots.get(id)?.source);
      expect(sources).toEqual(['purchased', 'free']);
    });
  });

  describe('of purchased credits', () => {
    const DATE = at(86_400_000);
    const purchased = (remaining: string, changes: Partial<LotRecord>) =>
      lot('a', remaining, { source: 'purchased', ...changes });
    const restored = (own: LotRecord, purchasedExpiresAt: Date | null) => {
      const wallet = state([own], past([['a', '10']]), { purchasedExpiresAt });
      applyPlan(wallet, accepted(plan(wallet, ask())), ACTOR, NOW);
      return wallet.lots.get('a');
    };

    it.each<[what: string, own: Date | null, date: Date | null, expected: Date | null]>([
      ['an earlier date of their own become good until the wallet’s', at(1), DATE, DATE],
      ['a date that has passed do, too', at(-1), DATE, DATE],
      ['a later date keep it', at(172_800_000), DATE, at(172_800_000)],
      ['no date stay without', null, DATE, null],
      ['their own date in a wallet without one keep it', at(1), null, at(1)],
    ])('those with %s', (_what, own, date, expected) => {
      expect(restored(purchased('0', { expiresAt: own }), date)?.expiresAt).toEqual(expected);
    });

    it('into a lot that has credits left, changes no date: each purchase has moved it', () => {
      expect(restored(purchased('5', { expiresAt: at(1) }), DATE)?.expiresAt).toEqual(at(1));
    });

    it('carries no renewal of the past', () => {
      const again = restored(purchased('0', { expiresAt: at(-1), renewalId: 'topup_old' }), DATE);
      expect(again).toMatchObject({ renewalId: null, expiresAt: DATE });
    });

    it('leaves what only a renewal keeps alive to that renewal', () => {
      const kept = restored(purchased('0', { expiresAt: at(-1), renewalId: 'topup_1' }), null);
      expect(kept).toMatchObject({ renewalId: 'topup_1', expiresAt: at(-1), isOpen: true });
    });

    it('leaves free credits their own date', () => {
      expect(restored(lot('a', '0', { expiresAt: at(1) }), DATE)?.expiresAt).toEqual(at(1));
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
