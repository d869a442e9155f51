import { FairShares } from './fair-shares.js';

const LATENESS = { aloneMs: 50, sharedMs: 25 };

describe('shares of an event loop', () => {
  let nowMs: number;
  let shares: FairShares;
  beforeEach(() => {
    nowMs = 0;
    shares = new FairShares(LATENESS);
  });

  /** @returns how many of so many requests were let in */
  const send = (who: string, count: number): number =>
    Array.from({ length: count }, () => shares.begin(who, nowMs)).filter(Boolean).length;
  const end = (who: string, count: number) => {
    for (let index = 0; index < count; index += 1) shares.end(who);
  };
  const look = (delayMs: number, times = 1) => {
    for (let index = 0; index < times; index += 1) shares.observe(delayMs, (nowMs += 100));
  };

  it('have no limit while the loop is on time', () => {
    expect(send('loud', 5000)).toBe(5000);
    look(50);
    expect(send('loud', 1)).toBe(1);
  });

  it('shrink while it is late, and those who send most are refused', () => {
    send('loud', 200);
    look(51);
    expect(shares.limit).toBe(160);
    expect(send('loud', 1)).toBe(0);
    expect(send('quiet', 100)).toBe(80);
  });

  it('are less where others wait behind whoever fills it', () => {
    send('loud', 200);
    look(30);
    expect(shares.limit).toBe(Number.POSITIVE_INFINITY);
    send('quiet', 1);
    look(30);
    expect(shares.limit).toBe(160);
  });

  it('leave a few to whoever is alone, however late the loop is', () => {
    send('loud', 200);
    look(1000, 20);
    end('loud', 200);
    expect(send('loud', 200)).toBe(128);
  });

  it('grow back when the loop is on time again, and end', () => {
    send('loud', 200);
    look(1000, 20);
    look(0, 5);
    expect(shares.limit).toBeCloseTo(128 * 1.25 ** 5);
    look(0, 30);
    expect(shares.limit).toBe(Number.POSITIVE_INFINITY);
  });

  it('are of those who have sent something within a second', () => {
    send('quiet', 1);
    end('quiet', 1);
    send('loud', 200);
    look(30, 5);
    expect(shares.limit).toBeLessThan(200);
    look(30, 10);
    const limit = shares.limit;
    look(30);
    expect(shares.limit).toBeGreaterThan(limit);
  });
});
