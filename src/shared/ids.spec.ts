import { decodeTime } from 'ulid';
import { newId } from './ids.js';

const HOUR_MS = 3_600_000;
const timeOf = (id: string): number => decodeTime(id.slice('wtxn_'.length));

describe('ids', () => {
  it('sort by time, within one millisecond, and where the clock goes back a little', () => {
    const times = [0, 0, 1, 1, -HOUR_MS + 1, 2];
    const ids = times.map((ms) => newId('wtxn', new Date(Date.UTC(2030, 0, 1) + ms)));
    expect([...ids].sort()).toEqual(ids);
  });

  it('tell the time again when a clock that was ahead is set right', () => {
    newId('wtxn', new Date(Date.UTC(2040, 0, 2)));
    const now = new Date(Date.UTC(2040, 0, 1));
    const id = newId('wtxn', now);
    expect(timeOf(id)).toBe(now.getTime());
    expect(newId('wtxn', now) > id).toBe(true);
  });
});
