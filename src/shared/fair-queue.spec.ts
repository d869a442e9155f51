import { FairQueue } from './fair-queue.js';

describe('the fair queue', () => {
  const item = (name: string) => ({ name });
  const names = (items: { name: string }[]) => items.map(({ name }) => name).join(' ');

  function queueOf(...lines: string[]): FairQueue<{ name: string }> {
    const queue = new FairQueue<{ name: string }>();
    for (const line of lines) for (const name of line.split(' ')) queue.push(name.charAt(0), item(name));
    return queue;
  }

  it('takes from each party in turn, and of one party the first first', () => {
    const queue = queueOf('a1 a2 a3 a4', 'b1 b2', 'c1');
    expect(names(queue.take(6))).toBe('a1 b1 c1 a2 b2 a3');
    expect([queue.size, queue.parties, queue.sizeOf('a'), queue.sizeOf('b')]).toEqual([1, 1, 1, 0]);
  });

  it('comes to every party, however many they are and however few are taken at once', () => {
    const queue = queueOf('a1 a2', 'b1 b2', 'c1 c2');
    const taken = [queue.take(2), queue.take(2), queue.take(2)].map(names);
    expect(taken).toEqual(['a1 b1', 'c1 a2', 'b2 c2']);
  });

  it('puts who comes behind those that wait, and who has had a turn behind who comes', () => {
    const queue = queueOf('a1 a2 a3');
    queue.take(1);
    queue.push('b', item('b1'));
    expect(names(queue.take(1))).toBe('a2');
    expect(names(queue.take(1))).toBe('b1');
  });

  it('ends the turns of a party whose first may not be taken, and of no other', () => {
    const queue = queueOf('a1 ax a3', 'b1 b2 b3');
    expect(names(queue.take(9, ({ name }) => name !== 'ax'))).toBe('a1 b1 b2 b3');
    expect(names(queue.take(9))).toBe('ax a3');
  });

  it('passes one by without moving it, and takes those behind it', () => {
    const queue = queueOf('a1 ax a3 a4', 'b1 b2');
    const mayTake = ({ name }: { name: string }) => (name === 'ax' ? 'pass' : true);
    expect(names(queue.take(4, mayTake))).toBe('a1 b1 a3 b2');
    queue.push('a', item('a5'));
    expect([queue.size, queue.sizeOf('a'), queue.parties]).toEqual([3, 3, 1]);
    expect(names(queue.take(9))).toBe('ax a4 a5');
  });

  it('takes none where it may take fewer than are wanted', () => {
    const queue = queueOf('a1 ax a3', 'b1');
    const mayTake = ({ name }: { name: string }) => name !== 'ax';
    expect(names(queue.take(9, mayTake, 3))).toBe('');
    expect([queue.size, queue.sizeOf('a')]).toEqual([4, 3]);
    expect(names(queue.take(9, mayTake, 2))).toBe('a1 b1');
  });

  it('lets one leave its line', () => {
    const queue = queueOf('a1');
    const late = item('a2');
    queue.push('a', late);
    expect([queue.leave('a', late), queue.leave('a', late), queue.leave('b', late)]).toEqual([true, false, false]);
    expect([names(queue.take(9)), queue.size]).toEqual(['a1', 0]);
  });
});
