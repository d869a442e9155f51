import { decimal } from '../../shared/decimal.js';
import { NO_FEE } from '../pricing/price-top-up.js';
import { decideTopUp, type TopUpFacts } from './decide-top-up.js';

const NOW = new Date('2027-03-31T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

function facts(changes: Partial<TopUpFacts> = {}): TopUpFacts {
  return {
    now: NOW,
    trigger: 'threshold',
    thresholdCredits: decimal(10),
    unitCredits: decimal(50),
    unitPriceMinor: 5000,
    currency: 'usd',
    fee: NO_FEE,
    coolOffSeconds: 60,
    limits: { maxPerHour: 3, maxUnits: 20, monthlyCount: null, monthlyAmountMinor: null, monthlyAmountCurrency: 'usd' },
    pauseReason: '',
    walletStatus: 'active',
    available: decimal(3),
    required: null,
    expiring: null,
    openTopUpId: null,
    history: [],
    ...changes,
  };
}

const past = (id: string, createdAt: Date, priceMinor = 5000, currency = 'usd') => ({
  id,
  createdAt,
  settledAt: createdAt,
  priceMinor,
  currency,
});

describe('decideTopUp', () => {
  it('threshold: has nothing to decide above it', () => {
    expect(decideTopUp(facts({ available: decimal('10.000000001') }))).toBeUndefined();
  });

  it.each<[string, Partial<TopUpFacts>, number]>([
    ['exactly at the threshold', { available: decimal(10) }, 1],
    ['below it', { available: decimal(3) }, 1],
    ['in debt', { available: decimal(-45) }, 2],
    ['where one unit would end exactly at the threshold', { available: decimal(-40) }, 2],
    ['where one unit would end just above it', { available: decimal('-39.999999999') }, 1],
    ['at a threshold of zero', { thresholdCredits: decimal(0), available: decimal(0) }, 1],
    ['with a gap of twelve units', { thresholdCredits: decimal(600), available: decimal('0.5') }, 12],
  ])('threshold: buys %s', (_name, changes, units) => {
    const bought = { verdict: 'buy', code: 'threshold_reached', pause: false, units };
    expect(decideTopUp(facts(changes))).toMatchObject(bought);
  });

  it.each<[string, Partial<TopUpFacts>, number | undefined]>([
    ['enough is there', { required: decimal(3) }, undefined],
    ['nobody was refused', { required: null }, undefined],
    ['one unit covers it', { required: decimal(53) }, 1],
    ['one unit is a billionth short', { required: decimal('53.000000001') }, 2],
  ])('insufficient: %s', (_name, changes, units) => {
    expect(decideTopUp(facts({ trigger: 'insufficient', ...changes }))?.units).toBe(units);
  });

  it('expiration: buys one unit for credits about to expire, and nothing where there are none', () => {
    const expiring = { credits: decimal(40), expiresAt: new Date('2027-03-31T23:00:00Z') };
    expect(decideTopUp(facts({ trigger: 'expiration', expiring }))).toMatchObject({
      verdict: 'buy',
      units: 1,
      reason: 'buys 50 credits because 40 purchased credits expire on 2027-03-31',
    });
    expect(decideTopUp(facts({ trigger: 'expiration' }))).toBeUndefined();
  });

  it.each<[code: string, changes: Partial<TopUpFacts>, next: string | null]>([
    ['wallet_not_active', { walletStatus: 'frozen' }, null],
    ['wallet_not_active', { walletStatus: 'closed' }, null],
    ['price_too_small', { unitPriceMinor: 0 }, null],
    ['already_under_way', { openTopUpId: 'topup_1' }, null],
    ['paused', { pauseReason: 'card_declined' }, null],
    ['cool_off', { history: [past('a', minutesAgo(0.5))] }, '2027-03-31T12:00:30.000Z'],
    [
      'hourly_limit',
      { history: [past('a', minutesAgo(59)), past('b', minutesAgo(40)), past('c', minutesAgo(20))] },
      null,
    ],
    [
      'monthly_count_cap',
      { limits: { ...facts().limits, monthlyCount: 1 }, history: [past('a', new Date('2027-03-01T00:00:00Z'))] },
      '2027-04-01T00:00:00.000Z',
    ],
    [
      'monthly_amount_cap',
      {
        limits: { ...facts().limits, monthlyAmountMinor: 9999 },
        history: [past('a', new Date('2027-03-01T00:00:00Z'))],
      },
      '2027-04-01T00:00:00.000Z',
    ],
    [
      'monthly_amount_cap',
      { limits: { ...facts().limits, monthlyAmountMinor: 90_000 }, history: [past('a', minutesAgo(600), 1, 'eur')] },
      '2027-04-01T00:00:00.000Z',
    ],
    [
      'monthly_amount_cap',
      { currency: 'eur', limits: { ...facts().limits, monthlyAmountMinor: 90_000 } },
      '2027-04-01T00:00:00.000Z',
    ],
    ['purchase_too_large', { trigger: 'insufficient', required: decimal(1004) }, null],
    [
      'purchase_too_large',
      { unitPriceMinor: 99_999_999, fee: { mode: 'added', percent: '0', fixed_minor: { usd: 1 } } },
      null,
    ],
    [
      'monthly_amount_cap',
      {
        fee: { mode: 'added', percent: '0', fixed_minor: { usd: 1 } },
        limits: { ...facts().limits, monthlyAmountMinor: 5000 },
      },
      '2027-04-01T00:00:00.000Z',
    ],
  ])('does not buy: %s', (code, changes, next) => {
    const verdict = decideTopUp(facts(changes));
    expect(verdict).toMatchObject({ verdict: 'skip', code, units: 0, pause: code === 'hourly_limit' });
    expect(verdict?.nextEvaluationAt?.toISOString() ?? null).toBe(next);
    expect(verdict?.reason).toMatch(/^did not buy: /);
  });

  it.each<[string, Partial<TopUpFacts>, number]>([
    ['the cool-off has just ended', { history: [past('a', minutesAgo(1))] }, 1],
    ['the third is exactly an hour old', { history: [60, 40, 20].map((ago) => past(`t${ago}`, minutesAgo(ago))) }, 1],
    [
      'the other purchases were last month',
      { limits: { ...facts().limits, monthlyCount: 1 }, history: [past('a', new Date('2027-02-28T23:59:59Z'))] },
      1,
    ],
    [
      'purchases in another currency were last month',
      {
        limits: { ...facts().limits, monthlyAmountMinor: 5000 },
        history: [past('a', new Date('2027-02-28T23:59:59Z'), 5000, 'eur')],
      },
      1,
    ],
    [
      'as much as the monthly amount allows',
      { available: decimal(-90), limits: { ...facts().limits, monthlyAmountMinor: 10_000 } },
      2,
    ],
    [
      'fewer than the monthly amount allows without the fee',
      {
        available: decimal(-90),
        fee: { mode: 'added', percent: '1', fixed_minor: {} },
        limits: { ...facts().limits, monthlyAmountMinor: 10_099 },
      },
      1,
    ],
    [
      'as many as the monthly amount allows with the fee, whose fixed part is charged once',
      {
        available: decimal(-90),
        fee: { mode: 'added', percent: '1', fixed_minor: { usd: 30 } },
        limits: { ...facts().limits, monthlyAmountMinor: 10_130 },
      },
      2,
    ],
    ['no more units than one purchase may have', { thresholdCredits: decimal(5000) }, 20],
    ['no more than one charge can hold', { thresholdCredits: decimal(5000), unitPriceMinor: 40_000_000 }, 2],
    ['exactly the largest purchase that covers the gap', { trigger: 'insufficient', required: decimal(1003) }, 20],
  ])('buys when %s', (_name, changes, units) => {
    expect(decideTopUp(facts(changes))).toMatchObject({ verdict: 'buy', units });
  });
});
