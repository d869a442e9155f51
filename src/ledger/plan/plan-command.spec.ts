import { type Decimal, decimal, formatDecimal, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import type { CreditTerms, DebitTerms } from '../commands.js';
import { type LotRecord, type WalletRecord, WalletState } from '../wallet-state.js';
import { planClose } from './plan-close.js';
import { planCredit } from './plan-credit.js';
import { planDebit } from './plan-debit.js';
import { expiredLots, planForfeiture } from './plan-expiry.js';
import { planHold } from './plan-hold.js';
import type { Plan } from './plan.js';

const NOW = new Date('2027-03-31T12:00:00Z');
const context = { now: NOW, newEntryId: () => 'wtxn_new' };

function lot(id: string, remaining: string, changes: Partial<LotRecord> = {}): LotRecord {
  const owner = { shard: 0, walletId: 'wallet_1', tenantId: 't', environmentId: 'e', customerId: 'c' };
  const base = { ...owner, source: 'free' as const };
  const granted = decimal(changes.granted ?? remaining);
  return {
    ...base,
    id,
    priority: null,
    remaining: decimal(remaining),
    held: ZERO,
    expiresAt: null,
    renewalId: null,
    isOpen: true,
    createdAt: NOW,
    ...changes,
    granted,
  };
}

/** What a wallet says of its lots. */
function figures(lots: readonly LotRecord[], debt: Decimal): Pick<WalletRecord, 'creditBalance' | 'held' | 'debt'> {
  const sum = (of: (lot: LotRecord) => Decimal) => lots.reduce((total, each) => total.plus(of(each)), ZERO);
  return { creditBalance: sum(({ remaining }) => remaining).minus(debt), held: sum(({ held }) => held), debt };
}

function state(lots: LotRecord[], wallet: Partial<WalletRecord> = {}): WalletState {
  const own = figures(lots, wallet.debt ?? ZERO);
  const record = { id: 'wallet_1', walletStatus: 'active', overdraftLimit: ZERO, ...own, ...wallet };
  return new WalletState(record as WalletRecord, lots, false);
}

const debit = (credits: string, overdraft: DebitTerms['overdraft'] = 'wallet'): DebitTerms => ({
  credits: decimal(credits),
  reason: 'MANUAL_BALANCE_DEBIT',
  overdraft,
  referenceType: 'REQUEST',
});
const credit = (credits: string, changes: Partial<CreditTerms> = {}): CreditTerms => ({
  credits: decimal(credits),
  reason: 'PURCHASED_CREDIT_DIRECT',
  referenceType: 'EXTERNAL',
  referenceId: 'ref',
  ...changes,
});
const taken = (plan: Plan | DomainError): Record<string, string> => {
  if (plan instanceof DomainError) throw plan;
  return Object.fromEntries(
    plan.entries[0]?.links.map(({ lot: { id }, credits }) => [id, formatDecimal(credits)]) ?? [],
  );
};
const debtChange = (plan: Plan | DomainError): Decimal | undefined =>
  plan instanceof DomainError ? undefined : plan.entries[0]?.debtChange;

describe('a debit', () => {
  const day = (n: number) => new Date(NOW.getTime() + n * 86_400_000);

  it.each<[rule: string, lots: LotRecord[], order: string[]]>([
    [
      'lower priority first, none last',
      [lot('none', '1'), lot('two', '1', { priority: 2 }), lot('zero', '1', { priority: 0 })],
      ['zero', 'two', 'none'],
    ],
    [
      'then what expires first, never last',
      [lot('never', '1'), lot('late', '1', { expiresAt: day(9) }), lot('soon', '1', { expiresAt: day(1) })],
      ['soon', 'late', 'never'],
    ],
    [
      'priority before expiry',
      [lot('soon', '1', { expiresAt: day(1) }), lot('prior', '1', { priority: 5 })],
      ['prior', 'soon'],
    ],
    ['then the larger grant', [lot('small', '1'), lot('large', '1', { granted: decimal(9) })], ['large', 'small']],
    ['then the older one', [lot('new', '1', { createdAt: day(1) }), lot('old', '1')], ['old', 'new']],
    ['then by id', [lot('b', '1'), lot('a', '1')], ['a', 'b']],
  ])('takes %s', (_rule, lots, order) => {
    expect(Object.keys(taken(planDebit(state(lots), debit(String(lots.length)), context)))).toEqual(order);
  });

  it('takes what it needs and not a billionth more', () => {
    const lots = [lot('a', '1', { priority: 1 }), lot('b', '1', { priority: 2 })];
    expect(taken(planDebit(state(lots), debit('1.000000001'), context))).toEqual({ a: '-1', b: '-0.000000001' });
  });

  it('leaves what is on hold', () => {
    const lots = [lot('a', '10', { held: decimal(8), priority: 1 }), lot('b', '10')];
    expect(taken(planDebit(state(lots), debit('5'), context))).toEqual({ a: '-2', b: '-3' });
  });

  it.each([
    ['goes into debt as far as the wallet allows', '15', '5', '0', '5'],
    ['takes the last of the overdraft', '11', '5', '4', '1'],
  ])('%s', (_name, credits, overdraftLimit, debt, expected) => {
    const wallet = { overdraftLimit: decimal(overdraftLimit), debt: decimal(debt) };
    expect(debtChange(planDebit(state([lot('a', '10')], wallet), debit(credits), context))?.toFixed()).toBe(expected);
  });

  it.each([
    ['a billionth too much', '10.000000001', '0', '0'],
    ['more than the overdraft less the debt there is', '12', '5', '4'],
  ])('refuses %s', (_name, credits, overdraftLimit, debt) => {
    const wallet = { overdraftLimit: decimal(overdraftLimit), debt: decimal(debt) };
    const plan = planDebit(state([lot('a', '10')], wallet), debit(credits), context);
    expect(plan).toMatchObject({ kind: 'insufficient_credits' });
  });

  it('says what there was and what was needed', () => {
    const refusal = planDebit(state([lot('a', '3')]), debit('5'), context);
    expect(refusal).toMatchObject({ details: { wallet_id: 'wallet_1', balance: '3', required: '5', top_up: null } });
  });

  it.each(['frozen', 'closed'] as const)('is refused by a %s wallet', (walletStatus) => {
    expect(planDebit(state([lot('a', '10')], { walletStatus }), debit('1'), context)).toMatchObject({
      kind: 'invalid_operation',
    });
  });

  it('with Flexprice’s overdraft, is never refused for lack of funds', () => {
    expect(debtChange(planDebit(state([]), debit('7', 'any'), context))?.toFixed()).toBe('7');
  });
});

describe('a credit', () => {
  it('repays debt first, in its own link', () => {
    const plan = planCredit(state([], { debt: decimal(4) }), credit('10'), context) as Plan;
    expect(plan.entries[0]?.debtChange.toFixed()).toBe('-4');
    expect(plan.entries[0]?.grant?.repaid.toFixed()).toBe('4');
  });

  it('gives a bonus what the credit left of the debt to repay', () => {
    const bonus = { credits: decimal(5), expiresAt: null };
    const plan = planCredit(state([], { debt: decimal(12) }), credit('10', { bonus }), context) as Plan;
    expect(plan.entries.map((entry) => entry.grant?.repaid.toFixed())).toEqual(['10', '2']);
    expect(plan.entries[1]).toMatchObject({
      reason: 'PURCHASED_CREDIT_BONUS',
      parentId: 'wtxn_new',
      grant: { source: 'free' },
    });
  });

  it.each([
    ['closed', 'invalid_operation'],
    ['frozen', undefined],
    ['active', undefined],
  ] as const)('on a %s wallet: %s', (walletStatus, kind) => {
    const plan = planCredit(state([], { walletStatus }), credit('10'), context);
    expect(plan instanceof DomainError ? plan.kind : undefined).toBe(kind);
  });

  it('is refused when it would have expired already', () => {
    expect(planCredit(state([]), credit('10', { expiresAt: NOW }), context)).toMatchObject({ kind: 'validation' });
  });
});

describe('expiry', () => {
  const atInstant = (offsetMs: number) => new Date(NOW.getTime() + offsetMs);

  it.each([
    [-1, ['a']],
    [0, ['a']],
    [1, []],
  ])('a lot whose instant is %i ms from now: %j', (offsetMs, expected) => {
    const wallet = state([lot('a', '10', { expiresAt: atInstant(offsetMs) })]);
    expect(expiredLots(wallet, NOW).map(({ id }) => id)).toEqual(expected);
  });

  it('forfeits what no hold has reserved, dated at the instant', () => {
    const expired = lot('a', '10', { held: decimal(4), expiresAt: atInstant(-5000) });
    const entry = planForfeiture(expired, context);
    expect(entry).toMatchObject({ reason: 'CREDIT_EXPIRED', referenceId: 'a', effectiveAt: atInstant(-5000) });
    expect(entry.credits.toFixed()).toBe('-6');
  });
});

describe('holds and closing', () => {
  it('a hold never goes into debt', () => {
    const wallet = state([lot('a', '10')], { overdraftLimit: decimal(50) });
    const terms = { holdId: 'hold_1', expiresAt: null, description: '', metadata: {} };
    expect(planHold(wallet, { ...terms, credits: decimal(10) })).toMatchObject({ hold: { status: 'open' } });
    expect(planHold(wallet, { ...terms, credits: decimal('10.1') })).toMatchObject({ kind: 'insufficient_credits' });
  });

  it('a wallet with holds can’t be closed', () => {
    expect(planClose(state([lot('a', '10', { held: decimal(1) })], { held: decimal(1) }), context)).toMatchObject({
      kind: 'invalid_operation',
    });
    expect(planClose(state([lot('a', '10')]), context)).toMatchObject({
      closes: true,
      entries: [{ reason: 'WALLET_TERMINATION' }],
    });
  });
});
