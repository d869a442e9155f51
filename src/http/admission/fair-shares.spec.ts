import { type Arrival, FairShares } from './fair-shares.js';

const LATENESS = { aloneMs: 50, sharedMs: 25 };
const LONGEST_WAIT_MS = 1000;

describe('shares of an event loop', () => {
  let nowMs: number;
  let shares: FairShares;
  let underWay: Map<string, Arrival[]>;
  let waiting: Map<string, Arrival[]>;
  let refused: string[];
  beforeEach(() => {
    nowMs = 0;
    shares = new FairShares(LATENESS, LONGEST_WAIT_MS);
    [underWay, waiting, refused] = [new Map(), new Map(), []];
  });

  const listOf = (lists: Map<string, Arrival[]>, who: string): Arrival[] => {
    const list = lists.get(who) ?? [];
    lists.set(who, list);
    return list;
  };
  const send = (who: string, count: number) => {
    for (let index = 0; index < count; index += 1) {
      const leaveLine = () => void listOf(waiting, who).splice(listOf(waiting, who).indexOf(arrival), 1);
      const arrival: Arrival = {
        atMs: nowMs,
        begin: () => (leaveLine(), listOf(underWay, who).push(arrival)),
        refuse: () => (leaveLine(), refused.push(who)),
      };
      listOf(waiting, who).push(arrival);
      shares.come(who, arrival);
    }
  };
  const end = (who: string, count: number) => {
    for (let index = 0; index < count; index += 1) shares.end(who, listOf(underWay, who).shift() as Arrival);
  };
  const running = (who: string) => listOf(underWay, who).length;
  const inLine = (who: string) => listOf(waiting, who).length;
  const look = (delayMs: number, times = 1) => {
    for (let index = 0; index < times; index += 1) shares.observe(delayMs, (nowMs += 100));
  };

  it('have no limit while the loop is on time', () => {
    send('loud', 5000);
    look(50);
    send('loud', 1);
    expect(running('loud')).toBe(5001);
  });

  it('shrink while it is late, and those who send most wait', () => {
    send('loud', 300);
    look(51);
    expect(shares.limit).toBe(150);
    send('loud', 1);
    send('quiet', 100);
    expect([inLine('loud'), running('quiet'), inLine('quiet')]).toEqual([1, 75, 25]);
  });

  it('let those who wait begin in turn, as others end', () => {
    send('loud', 300);
    look(51);
    send('loud', 50);
    send('quiet', 90);
    end('loud', 226);
    expect([running('loud'), inLine('loud'), running('quiet'), inLine('quiet')]).toEqual([75, 49, 75, 15]);
    end('quiet', 75);
    expect([running('quiet'), inLine('quiet')]).toEqual([15, 0]);
    expect(running('loud') + running('quiet')).toBe(139);
  });

  it('are less where others wait behind whoever fills it', () => {
    send('loud', 200);
    look(30);
    expect(shares.limit).toBe(Number.POSITIVE_INFINITY);
    send('quiet', 1);
    look(30);
    expect(shares.limit).toBe(100);
  });

  it('leave a few to whoever is alone, however late the loop is, and fewer where others share it', () => {
    send('loud', 200);
    look(1000, 20);
    end('loud', 200);
    send('loud', 200);
    expect(running('loud')).toBe(128);
    send('quiet', 1);
    look(1000, 9);
    expect(shares.limit).toBe(8);
  });

  it('refuse who has waited too long, and nobody who has not', () => {
    send('loud', 200);
    look(1000, 20);
    send('loud', 3);
    look(1000, 9);
    send('loud', 2);
    look(1000);
    expect(refused).toEqual([]);
    look(1000);
    expect([refused, inLine('loud')]).toEqual([['loud', 'loud', 'loud'], 2]);
  });

  it('forget whoever goes while waiting', () => {
    send('loud', 200);
    look(1000, 20);
    send('loud', 1);
    shares.end('loud', listOf(waiting, 'loud')[0] as Arrival);
    end('loud', 200);
    expect(inLine('loud')).toBe(1);
    expect(running('loud')).toBe(0);
  });

  it('grow back when the loop is on time again, let begin who waits, and end', () => {
    send('loud', 200);
    look(1000, 20);
    send('loud', 10);
    look(0, 2);
    expect(shares.limit).toBeCloseTo(128 * 1.25 ** 2);
    expect(inLine('loud')).toBe(10);
    look(0);
    expect(inLine('loud')).toBe(0);
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
