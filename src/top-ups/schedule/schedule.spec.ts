import { nextLookupAt, nextRetryAt } from './schedule.js';

const NOW = new Date('2027-03-31T12:00:00Z');

describe('the schedule of top-ups', () => {
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
