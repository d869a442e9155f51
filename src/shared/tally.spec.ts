import { Tally } from './tally.js';

describe('a tally', () => {
  it('counts up and down, of each party and of all', () => {
    const tally = new Tally();
    expect([tally.add('a'), tally.add('a'), tally.add('b')]).toEqual([1, 2, 1]);
    expect([tally.of('a'), tally.of('b'), tally.of('c'), tally.total]).toEqual([2, 1, 0, 3]);
    expect([tally.remove('a'), tally.of('a'), tally.total]).toEqual([1, 1, 2]);
  });

  it('forgets who has none, and stays at none', () => {
    const tally = new Tally();
    tally.add('a');
    tally.add('b');
    expect([tally.remove('a'), tally.remove('a'), tally.remove('nobody')]).toEqual([0, 0, 0]);
    expect([...tally]).toEqual([['b', 1]]);
    expect(tally.total).toBe(1);
  });

  it('adds no more than one party may have, nor all together', () => {
    const tally = new Tally();
    const add = (party: string) => tally.addWithin(party, 2, 3);
    expect([add('a'), add('a'), add('a'), add('b'), add('b'), add('c')]).toEqual([
      true,
      true,
      false,
      true,
      false,
      false,
    ]);
    tally.remove('a');
    expect([add('c'), tally.total]).toEqual([true, 3]);
  });

  it('goes on from another, and leaves that as it is', () => {
    const tally = new Tally([['a', 2]]);
    const copy = new Tally(tally);
    copy.add('a');
    expect([copy.of('a'), copy.total, tally.of('a'), tally.total]).toEqual([3, 3, 2, 2]);
  });
});
