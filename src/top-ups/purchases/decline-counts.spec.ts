import { DeclineCounts } from './decline-counts.js';

describe('declines', () => {
  it('are counted by codes that are known, and all others together', () => {
    const declines = new DeclineCounts();
    for (const code of ['lost_card', 'lost_card', 'card of Ada', 'x1', '']) declines.count(code);
    expect(Object.fromEntries(declines.byCode)).toEqual({ lost_card: 2, other: 3 });
  });
});
