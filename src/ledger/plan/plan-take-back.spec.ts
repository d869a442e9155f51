import { decimal, formatDecimal, min, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import { applyPlan } from '../apply-plan.js';
import type { GrantFacts, LedgerCommand } from '../commands.js';
import type { EntryRecord, HoldState, LotRecord, WalletRecord } from '../wallet-state.js';
import { WalletState } from '../wallet-state.js';
import { planFreeze, planThaw } from './plan-freeze.js';
import { planCapture, planRelease } from './plan-hold.js';
import { planGiveBack, planTakeBack } from './plan-take-back.js';
import type { Plan } from './plan.js';

const NOW = new Date('2027-03-31T12:00:00Z');
const ACTOR = { keyId: 'secret_1', requestId: 'req_1' };

/** A wallet with a purchase of 50 and a bonus of 10 of which so much is left. */
function wallet(purchased: string, bonus = '0'): WalletState {
  const lots = [lot('bought', '50', purchased), lot('bonus', '10', bonus)];
  const record = {
    id: 'wallet_1',
    walletStatus: 'active',
    conversionRate: decimal(1),
    topupConversionRate: decimal(1),
    sequence: 0,
    lastEntryAt: null,
    lastEntryHash: '',
    purchasedExpiresAt: null,
    creditBalance: decimal(purchased).plus(bonus),
    held: ZERO,
    debt: ZERO,
    version: 1,
    updatedAt: NOW,
  };
  const state = new WalletState(record as unknown as WalletRecord, lots, false);
  for (const { id, granted } of lots) {
    const reason = id === 'bought' ? 'PURCHASED_CREDIT_DIRECT' : 'PURCHASED_CREDIT_BONUS';
    remember(state, { id, credits: granted, reason, type: 'credit' } as EntryRecord);
  }
  return state;
}

function lot(id: string, granted: string, remaining: string): LotRecord {
  const rest = { source: 'purchased', priority: null, held: ZERO, expiresAt: null, renewalId: null, createdAt: NOW };
  const isOpen = decimal(remaining).gt(0);
  return {
    id,
    walletId: 'wallet_1',
    granted: decimal(granted),
    remaining: decimal(remaining),
    isOpen,
    ...rest,
  } as LotRecord;
}

function remember(state: WalletState, entry: EntryRecord): void {
  const consumed = state.newLinks.filter(({ entryId }) => entryId === entry.id);
  state.past.set(entry.id, { entry, consumed, reversed: ZERO, restored: new Map() });
}

let count = 0;
const context = { now: NOW, newEntryId: () => `wtxn_${(count += 1)}` };

/** Takes so many of each grant, what is not there as debt. */
function take(
  bought: string,
  bonus = '0',
  hold: { holdId?: string; ends?: boolean } = {},
): LedgerCommand & { kind: 'take_back' } {
  const part = (facts: GrantFacts, grantId: string, credits: string) => {
    const wanted = decimal(credits);
    return { grantId, credits: wanted, debt: wanted.minus(min(wanted, facts.unspentOf(grantId))) };
  };
  const terms = {
    grantIds: ['bought', 'bonus'],
    decide: (facts: GrantFacts) => [part(facts, 'bought', bought), part(facts, 'bonus', bonus)],
    key: 'refund:1',
    description: '',
    metadata: {},
  };
  return { kind: 'take_back', terms, ...hold } as unknown as LedgerCommand & { kind: 'take_back' };
}

function carryOut(state: WalletState, plan: Plan | DomainError) {
  if (plan instanceof DomainError) throw plan;
  return applyPlan(state, plan, ACTOR, NOW);
}

/** Balance, held, debt, and what the lot of the purchase has left. */
function figures({ wallet: { creditBalance, held, debt }, lots }: WalletState): string[] {
  return [creditBalance, held, debt, lots.get('bought')?.remaining ?? ZERO].map((value) => formatDecimal(value));
}

function freeze(state: WalletState, credits: string): HoldState | undefined {
  const terms = {
    grantIds: ['bought'],
    decide: (facts: GrantFacts) => [{ grantId: 'bought', credits: min(decimal(credits), facts.unspentOf('bought')) }],
    description: '',
    metadata: {},
  };
  return carryOut(state, planFreeze(state, 'hold_1', terms)).hold;
}

describe('taking back what was paid for', () => {
  it('takes it out of the very lots, each grant with its own account', () => {
    const state = wallet('50', '10');
    const { entries } = carryOut(state, planTakeBack(state, take('20', '4'), context));
    const booked = entries.map(({ credits, parentId, counterAccount, idempotencyKey }) => [
      formatDecimal(credits),
      parentId,
      counterAccount,
      idempotencyKey,
    ]);
    expect(booked).toEqual([
      ['-20', 'bought', 'purchase', 'refund:1:0'],
      ['-4', 'bonus', 'promotion', 'refund:1:1'],
    ]);
    expect(figures(state)).toEqual(['36', '0', '0', '30']);
  });

  it.each([
    ['all is there', '50', ['0', '0', '0', '0']],
    ['a part is there', '20', ['-30', '0', '30', '0']],
    ['nothing is there', '0', ['-50', '0', '50', '0']],
  ])('owes what was spent: %s', (_name, left, after) => {
    const state = wallet(left);
    carryOut(state, planTakeBack(state, take('50'), context));
    expect(figures(state)).toEqual(after);
  });

  it.each([
    ['all was there', '50'],
    ['a part was owed', '20'],
    ['all was owed', '0'],
  ])('gives back what it took, debt first: %s', (_name, left) => {
    const state = wallet(left);
    const [entry] = carryOut(state, planTakeBack(state, take('50'), context)).entries;
    remember(state, entry as EntryRecord);
    const parts = [{ entryId: entry?.id as string, credits: decimal(50) }];
    const terms = { entryIds: [], grantIds: [], decide: () => parts, description: '' };
    carryOut(state, planGiveBack(state, terms, context));
    expect(figures(state)).toEqual([left, '0', '0', left]);
  });
});

describe('freezing', () => {
  it('holds what is there, which no client ends, and frees it again', () => {
    const state = wallet('30');
    expect(freeze(state, '50')?.hold).toMatchObject({ purpose: 'dispute', holdStatus: 'open' });
    expect(figures(state)).toEqual(['30', '30', '0', '30']);
    for (const attempt of [
      planRelease(state, 'hold_1', 'released', context),
      planCapture(state, 'hold_1', decimal(1), true, context),
    ]) {
      expect(attempt).toMatchObject({ code: 'disputed' });
    }
    carryOut(state, planThaw(state, 'hold_1'));
    expect(figures(state)).toEqual(['30', '0', '0', '30']);
    expect(planThaw(state, 'hold_1')).toMatchObject({ code: 'not_frozen' });
  });

  it('makes no hold of nothing', () => {
    expect(freeze(wallet('0'), '50')).toBeUndefined();
  });

  it('leaves what is frozen to whoever may take it, after what is free', () => {
    const state = wallet('50');
    freeze(state, '30');
    carryOut(state, planTakeBack(state, take('25', '0', { holdId: 'hold_1' }), context));
    expect(figures(state)).toEqual(['25', '25', '0', '25']);
    carryOut(state, planTakeBack(state, take('10', '0', { holdId: 'hold_1', ends: true }), context));
    expect(figures(state)).toEqual(['15', '0', '0', '15']);
  });

  it('is not there for whoever does not name it: that is owed', () => {
    const state = wallet('50');
    freeze(state, '50');
    carryOut(state, planTakeBack(state, take('50'), context));
    expect(figures(state)).toEqual(['0', '50', '50', '50']);
  });
});
