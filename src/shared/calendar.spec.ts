import {
  addMonths,
  addMonthsToDay,
  addToDate,
  endOfDay,
  endOfMonth,
  localDay,
  shifted,
  startOfDay,
  startOfMonth,
} from './calendar.js';

describe('the calendar', () => {
  it.each([
    ['2027-01-31T10:00:00.000Z', 1, '2027-02-28T10:00:00.000Z'],
    ['2028-01-31T10:00:00.000Z', 1, '2028-02-29T10:00:00.000Z'],
    ['2028-02-29T10:00:00.000Z', 12, '2029-02-28T10:00:00.000Z'],
    ['2027-12-15T23:59:59.999Z', 1, '2028-01-15T23:59:59.999Z'],
    ['2027-03-31T00:00:00.000Z', 12, '2028-03-31T00:00:00.000Z'],
  ])('takes %s and %i months for %s', (from, months, to) => {
    expect(addMonths(new Date(from), months).toISOString()).toBe(to);
  });

  it('counts days, weeks and years', () => {
    const from = new Date('2028-02-29T10:00:00Z');
    const spans = [{ days: 1 }, { weeks: 1 }, { years: 1 }];
    expect(spans.map((span) => addToDate(from, span).toISOString().slice(0, 16))).toEqual([
      '2028-03-01T10:00',
      '2028-03-07T10:00',
      '2029-02-28T10:00',
    ]);
  });

  it('counts months from a day, not from the day that a short month has made of it', () => {
    expect([1, 2, 3, 13].map((months) => addMonthsToDay('2026-01-31', months))).toEqual([
      '2026-02-28',
      '2026-03-31',
      '2026-04-30',
      '2027-02-28',
    ]);
  });

  it.each([
    ['2027-01-01T00:00:00.000Z', -1, '2026-12-31T23:59:59.999Z'],
    ['0001-01-01T00:00:00.500Z', -501, '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T00:00:00.000Z', 86_400_000, '9999-12-31T23:59:59.999Z'],
  ])('takes %s and %i ms for %s, as far as there are years', (from, byMs, to) => {
    expect(shifted(new Date(from), byMs).toISOString()).toBe(to);
  });

  it('knows when a day and a month begin and end in UTC', () => {
    const now = new Date('2026-12-31T23:59:59.999Z');
    const [day, start, end] = [endOfDay(now), startOfMonth(now), endOfMonth(now)].map((date) => date.toISOString());
    expect([day, start, end]).toEqual([
      '2027-01-01T00:00:00.000Z',
      '2026-12-01T00:00:00.000Z',
      '2027-01-01T00:00:00.000Z',
    ]);
    expect(endOfDay(new Date('2026-02-28T00:00:00Z')).toISOString()).toBe('2026-03-01T00:00:00.000Z');
  });

  it.each([
    ['UTC', '2026-02-28', '2026-02-28T00:00:00.000Z'],
    ['Asia/Kolkata', '2026-02-28', '2026-02-27T18:30:00.000Z'],
    // Clocks are put forward at midnight: the day begins at one.
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z'],
    // Clocks are put back at one, to midnight: the day begins before that.
    ['America/Havana', '2026-11-01', '2026-11-01T04:00:00.000Z'],
  ])('knows when a day begins in %s', (timeZone, day, start) => {
    expect(startOfDay(day, timeZone).toISOString()).toBe(start);
    expect(localDay(new Date(start), timeZone)).toBe(day);
    expect(localDay(new Date(new Date(start).getTime() - 1), timeZone) < day).toBe(true);
  });

  it('knows no time zone that there is not', () => {
    expect(() => startOfDay('2026-02-28', 'Mars/Olympus')).toThrow('Mars/Olympus');
    expect(() => localDay(new Date(0), 'Mars/Olympus')).toThrow('Mars/Olympus');
  });
});
