import { setImmediate as nextTurn } from 'node:timers/promises';
import { LoopTurns } from './loop-turns.js';

describe('turns of the event loop', () => {
  it('come at once where nobody else wants one', async () => {
    const turns = new LoopTurns();
    let isTaken = false;
    void turns.take('one').then(() => (isTaken = true));
    await Promise.resolve();
    expect(isTaken).toBe(true);
  });

  it('are given one at a time, to who waits in turn', async () => {
    const turns = new LoopTurns();
    const done: string[] = [];
    for (const who of ['loud', 'loud', 'loud', 'quiet']) void turns.take(who).then(() => done.push(who));
    const perTurn: string[][] = [];
    while (done.length < 4) {
      await nextTurn();
      perTurn.push([...done]);
    }
    expect(done).toEqual(['loud', 'loud', 'quiet', 'loud']);
    perTurn.forEach((list, index) => expect(list.length).toBeLessThanOrEqual(index + 2));
  });

  it('come at once again when all have been taken', async () => {
    const turns = new LoopTurns();
    await Promise.all([turns.take('one'), turns.take('one'), turns.take('two')]);
    await nextTurn();
    await nextTurn();
    let isTaken = false;
    void turns.take('one').then(() => (isTaken = true));
    await Promise.resolve();
    expect(isTaken).toBe(true);
  });
});
