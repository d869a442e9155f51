import { decimal, ZERO } from '../../shared/decimal.js';
import { forecastCredits, type LiveLot } from './forecast-credits.js';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-03-02T10:00:00Z');
const inDays = (days: number) => new Date(NOW.getTime() + days * DAY_MS);
const lot = (id: string, credits: string, days?: number): LiveLot => ({
  id,
  credits: decimal(credits),
  expiresAt: days === undefined ? null : inDays(days),
});

describe('a forecast of credits', () => {
  it.each<[what: string, lots: LiveLot[], debt: string, burn: string, end: number | null, lost: string[]]>([
    ['nothing there', [], '0', '10', 0, []],
    ['an even burn', [lot('a', '100')], '0', '10', 10, []],
    ['no burn', [lot('a', '100')], '0', '0', null, []],
    ['no burn, and all that expires is lost', [lot('a', '5', 3), lot('b', '9')], '0', '0', null, ['a 5 3']],
    ['spent before it expires', [lot('a', '20', 3), lot('b', '30')], '0', '10', 5, []],
    ['spent at the very instant it expires', [lot('a', '20', 2), lot('b', '30')], '0', '10', 5, []],
    ['half of it lost', [lot('a', '20', 1), lot('b', '30')], '0', '10', 4, ['a 10 1']],
    ['lost behind a lot of higher priority', [lot('a', '100'), lot('b', '30', 2)], '0', '10', 10, ['b 30 2']],
    ['all expires', [lot('a', '20', 1), lot('b', '20', 2)], '0', '5', 2, ['a 15 1', 'b 15 2']],
    ['two at one instant', [lot('a', '2', 1), lot('b', '9', 1)], '0', '5', 1, ['b 6 1']],
    ['a debt is repaid first', [lot('a', '20', 1), lot('b', '30')], '15', '10', 3.5, []],
    ['a debt beyond what is there', [lot('a', '20')], '30', '10', 0, []],
    ['what expires after the end', [lot('a', '10'), lot('b', '10', 9)], '0', '10', 2, []],
    ['a burn so slow that no calendar has its end', [lot('a', '99999999999')], '0', '0.000000001', null, []],
  ])('%s', (_what, lots, debt, perDay, end, lost) => {
    const burn = { credits: decimal(perDay), overMs: DAY_MS };
    const { runsOutAt, expiring } = forecastCredits(lots, decimal(debt), burn, NOW);
    expect(runsOutAt).toEqual(end === null ? null : inDays(end));
    const days = (at: Date) => (at.getTime() - NOW.getTime()) / DAY_MS;
    expect(expiring.map((part) => `${part.lot.id} ${part.credits.toFixed()} ${days(part.expiresAt)}`)).toEqual(lost);
  });

  it('loses nothing to rounding when the rate has no end of digits', () => {
    const burn = { credits: decimal('1'), overMs: 3 * DAY_MS };
    const { runsOutAt, expiring } = forecastCredits([lot('a', '1', 1), lot('b', '1')], ZERO, burn, NOW);
    expect(expiring.map(({ credits }) => credits.toFixed())).toEqual(['0.666666667']);
    expect(runsOutAt).toEqual(inDays(4));
  });
});
