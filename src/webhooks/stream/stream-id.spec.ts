import { canResume, formatStreamId, isBehind, readStreamId } from './stream-id.js';

const MARK = { order: 812, atMs: 1_700_000_000_000, id: 'sys_event_01K' };
const NOW = new Date(MARK.atMs + 1000);
const FACTS = { completeFrom: new Date(0), now: NOW, lookBackMs: 300_000, lowest: 900 };

describe('a place in the stream', () => {
  it('is read as it was written, and nothing else is', () => {
    expect(readStreamId(formatStreamId(MARK))).toEqual(MARK);
    expect(readStreamId(formatStreamId({ ...MARK, id: '' }))).toEqual({ ...MARK, id: '' });
    for (const text of ['', '1', '1.2', 'a.2.x', '1.2.x\n', `${'9'.repeat(16)}.1.x`])
      expect(readStreamId(text)).toBeUndefined();
  });

  it('is behind another by its transaction, and in one by its event', () => {
    expect(isBehind({ order: 2, id: 'a' }, { order: 1, id: 'b' })).toBe(true);
    expect(isBehind({ order: 1, id: 'b' }, { order: 1, id: 'a' })).toBe(true);
    expect(isBehind({ order: 1, id: 'a' }, { order: 1, id: 'a' })).toBe(false);
  });

  it.each([
    ['all of it is there', {}, true],
    ['it is too long ago', { now: new Date(MARK.atMs + 300_000) }, false],
    ['not everything was written down then', { completeFrom: new Date(MARK.atMs + 1) }, false],
    ['it is of another database, whose transactions have higher numbers', { lowest: 811 }, false],
  ])('can be gone on from: %s', (_name, other, expected) => {
    expect(canResume(MARK, { ...FACTS, ...other })).toBe(expected);
  });
});
