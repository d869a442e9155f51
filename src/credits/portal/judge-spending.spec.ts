import { judgeSpending, type RecentSpending } from './judge-spending.js';

const PACK = { priceMinor: 9900, feeMinor: 100, currency: 'usd' };
const limits = (purchases: number, caps: Record<string, number> = {}) => ({
  purchases_per_day: purchases,
  spend_per_day_minor: caps,
});

describe('what a session of the portal may spend in a day', () => {
  it.each<[what: string, recent: RecentSpending, allowed: ReturnType<typeof limits>, isAllowed: boolean]>([
    ['the first', { purchases: 0, spentMinor: 0 }, limits(10), true],
    ['the last of those allowed', { purchases: 9, spentMinor: 90_000 }, limits(10), true],
    ['one more', { purchases: 10, spentMinor: 0 }, limits(10), false],
    ['none at all', { purchases: 0, spentMinor: 0 }, limits(0), false],
    ['exactly what is left', { purchases: 1, spentMinor: 40_000 }, limits(10, { usd: 50_000 }), true],
    ['a cent more, by its fee', { purchases: 1, spentMinor: 40_001 }, limits(10, { usd: 50_000 }), false],
    ['what another currency limits', { purchases: 1, spentMinor: 90_000 }, limits(10, { eur: 1 }), true],
    ['nothing of a currency', { purchases: 0, spentMinor: 0 }, limits(10, { usd: 0 }), false],
  ])('%s', (_what, recent, allowed, isAllowed) => {
    const refusal = judgeSpending(recent, PACK, allowed);
    expect([refusal?.kind, refusal?.code]).toEqual(isAllowed ? [undefined, undefined] : ['conflict', 'portal_limit']);
  });
});
