import { addMonths, nextLookupAt, nextRetryAt } from './schedule.js';

const NOW = new Date('2027-03-31T12:00:00Z');

describe('the schedule of top-ups', () => {
  it.each([
    ['2027-01-31T10:00:00.000Z', 1, '2027-02-28T10:00:00.000Z'],
    ['2028-01-31T10:00:00.000Z', 1, '2028-02-29T10:00:00.000Z'],
    ['2028-02-29T10:00:00.000Z', 12, '2029-02-28T10:00:00.000Z'],
    ['2027-12-15T23:59:59.999Z', 1, '2028-01-15T23:59:59.999Z'],
    ['2027-03-31T00:00:00.000Z', 12, '2028-03-31T00:00:00.000Z'],
  ])('%s and %i months is %s', (from, months, to) => {
    expect(addMonths(new Date(from), months).toISOString()).toBe(to);
  });

  it('tries soft declines again after 1 h, 4 h and 24 h, and then no more', () => {
    const hours = [1, 2, 3, 4].map((attempt) => {
      const next = nextRetryAt(attempt, NOW);
      return next && (next.getTime() - NOW.getTime()) / 3_600_000;
    });
    expect(hours).toEqual([1, 4, 24, undefined]);
  });

  it('looks an unknown outcome up after 30 s, 2 min, 10 min and then every hour', () => {
    const seconds = [0, 1, 2, 3, 9].map(
      (lookups) => (nextLookupAt(lookups, NOW, 'unknown').getTime() - NOW.getTime()) / 1000,
    );
    expect(seconds).toEqual([30, 120, 600, 3600, 3600]);
  });
});
