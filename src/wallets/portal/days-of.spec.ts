import { daysOf } from './days-of.js';

const span = (from: string, to: string) => ({ from: new Date(from), to: new Date(to) });

describe('the days of a period', () => {
  it.each<[what: string, from: string, to: string, days: [day: string, from: string, to: string][]]>([
    ['of one day', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z', [['2026-03-01', '00:00', '00:00']]],
    ['within a day', '2026-03-01T10:00:00Z', '2026-03-01T12:00:00Z', [['2026-03-01', '10:00', '12:00']]],
    [
      'that begins and ends within days',
      '2026-02-28T23:00:00Z',
      '2026-03-02T01:00:00Z',
      [
        ['2026-02-28', '23:00', '00:00'],
        ['2026-03-01', '00:00', '00:00'],
        ['2026-03-02', '00:00', '01:00'],
      ],
    ],
    ['that is empty', '2026-03-01T10:00:00Z', '2026-03-01T10:00:00Z', []],
    ['before 1970', '1969-12-31T22:00:00Z', '1969-12-31T23:00:00Z', [['1969-12-31', '22:00', '23:00']]],
  ])('%s are those of UTC, no longer than it is', (_what, from, to, expected) => {
    const days = daysOf(span(from, to));
    const timeOf = (date: Date) => date.toISOString().slice(11, 16);
    expect(days.map(({ day, from, to }) => [day, timeOf(from), timeOf(to)])).toEqual(expected);
    expect(days.every((day, index) => index === 0 || day.from.getTime() === days[index - 1]?.to.getTime())).toBe(true);
  });
});
