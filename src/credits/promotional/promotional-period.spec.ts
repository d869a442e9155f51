import { localDay, startOfDay } from '../../shared/calendar.js';
import { promotionalPeriod, renewalState } from './promotional-period.js';

describe('the period of promotional credits', () => {
  const of = (signedUpAt: string, now: string, timeZone = 'UTC', months = 1): string[] => {
    const state = { anchorDay: localDay(new Date(signedUpAt), timeZone), nextMonth: 0 };
    const { day, end } = promotionalPeriod(state, new Date(now), timeZone, months);
    return [
      day,
      startOfDay(day, timeZone).toISOString().replace(':00.000Z', ''),
      end.toISOString().replace(':00.000Z', ''),
    ];
  };

  it.each([
    ['at sign-up', '2026-01-15T12:00:00Z', '2026-01-15T12:00:00Z', '2026-01-15', '2026-02-15'],
    ['at its last instant', '2026-01-15T12:00:00Z', '2026-02-14T23:59:59.999Z', '2026-01-15', '2026-02-15'],
    ['at the renewal', '2026-01-15T12:00:00Z', '2026-02-15T00:00:00Z', '2026-02-15', '2026-03-15'],
    ['in a month of 28 days', '2026-01-31T12:00:00Z', '2026-02-28T00:00:00Z', '2026-02-28', '2026-03-31'],
    ['just before it', '2026-01-31T12:00:00Z', '2026-02-27T23:59:59.999Z', '2026-01-31', '2026-02-28'],
    ['in a month of 29 days', '2028-01-31T12:00:00Z', '2028-02-29T00:00:00Z', '2028-02-29', '2028-03-31'],
    ['in a month of 30 days', '2026-03-31T12:00:00Z', '2026-04-30T08:00:00Z', '2026-04-30', '2026-05-31'],
    [
      'in a month of 31 days after a short one',
      '2026-01-31T12:00:00Z',
      '2026-03-30T23:59:59Z',
      '2026-02-28',
      '2026-03-31',
    ],
    ['for a sign-up on a leap day', '2028-02-29T12:00:00Z', '2029-02-28T00:00:00Z', '2029-02-28', '2029-03-29'],
    ['on the next leap day', '2028-02-29T12:00:00Z', '2032-02-29T00:00:00Z', '2032-02-29', '2032-03-29'],
    ['over the turn of the year', '2026-01-15T12:00:00Z', '2027-01-14T00:00:00Z', '2026-12-15', '2027-01-15'],
  ])('%s', (_name, signedUpAt, now, start, end) => {
    expect(of(signedUpAt, now)).toEqual([start, `${start}T00:00`, `${end}T00:00`]);
  });

  it.each([
    [
      'west of UTC',
      'America/New_York',
      '2026-01-16T04:59:59Z',
      '2026-01-20T00:00:00Z',
      '2026-01-15',
      '2026-01-15T05:00',
      '2026-02-15T05:00',
    ],
    [
      'east of UTC',
      'Pacific/Kiritimati',
      '2026-01-15T12:00:00Z',
      '2026-02-15T10:00:00Z',
      '2026-02-16',
      '2026-02-15T10:00',
      '2026-03-15T10:00',
    ],
    [
      'just before midnight there',
      'Pacific/Kiritimati',
      '2026-01-15T12:00:00Z',
      '2026-02-15T09:59:59.999Z',
      '2026-01-16',
      '2026-01-15T10:00',
      '2026-02-15T10:00',
    ],
    [
      'into summer time',
      'Europe/Berlin',
      '2026-01-29T12:00:00Z',
      '2026-03-29T05:00:00Z',
      '2026-03-29',
      '2026-03-28T23:00',
      '2026-04-28T22:00',
    ],
    [
      'out of summer time',
      'Europe/Berlin',
      '2026-01-25T12:00:00Z',
      '2026-10-25T05:00:00Z',
      '2026-10-25',
      '2026-10-24T22:00',
      '2026-11-24T23:00',
    ],
    [
      'on a day without a midnight',
      'Africa/Cairo',
      '2026-01-24T12:00:00Z',
      '2026-04-24T08:00:00Z',
      '2026-04-24',
      '2026-04-23T22:00',
      '2026-05-23T21:00',
    ],
    [
      'on a day with two midnights, from the first',
      'America/Havana',
      '2026-10-01T12:00:00Z',
      '2026-11-01T04:00:00Z',
      '2026-11-01',
      '2026-11-01T04:00',
      '2026-12-01T05:00',
    ],
    [
      'with half an hour',
      'Asia/Kolkata',
      '2026-01-15T12:00:00Z',
      '2026-01-16T00:00:00Z',
      '2026-01-15',
      '2026-01-14T18:30',
      '2026-02-14T18:30',
    ],
  ])('%s', (_name, timeZone, signedUpAt, now, day, start, end) => {
    expect(of(signedUpAt, now, timeZone)).toEqual([day, start, end]);
  });

  it('may be of several months', () => {
    expect(of('2026-01-31T12:00:00Z', '2026-04-29T00:00:00Z', 'UTC', 3)[0]).toBe('2026-01-31');
    expect(of('2026-01-31T12:00:00Z', '2026-04-30T00:00:00Z', 'UTC', 3)).toEqual([
      '2026-04-30',
      '2026-04-30T00:00',
      '2026-07-31T00:00',
    ]);
  });

  const next = (anchorDay: string, nextMonth: number, now: string, timeZone: string, months: number) =>
    promotionalPeriod({ anchorDay, nextMonth }, new Date(now), timeZone, months);

  it('that was to come next comes whole when the length was raised, and when it was lowered', () => {
    const raised = next('2026-01-31', 1, '2026-02-28T00:00:00Z', 'UTC', 3);
    expect(raised).toEqual({ day: '2026-02-28', end: new Date('2026-05-31T00:00:00Z'), nextMonth: 4 });
    const lowered = next('2026-01-31', 3, '2026-04-30T00:00:00Z', 'UTC', 1);
    expect(lowered).toEqual({ day: '2026-04-30', end: new Date('2026-05-31T00:00:00Z'), nextMonth: 4 });
  });

  it.each([
    ['Asia/Tokyo', '2026-03-30T15:00:00Z'],
    ['America/Los_Angeles', '2026-03-31T07:00:00Z'],
  ])('is the same one, and ends with the day there, after a move to %s', (timeZone, end) => {
    expect(next('2026-01-31', 1, '2026-02-28T00:00:00Z', timeZone, 1)).toEqual({
      day: '2026-02-28',
      end: new Date(end),
      nextMonth: 2,
    });
  });

  it('is the one of now after years that nobody saw', () => {
    const { day, nextMonth } = next('2016-01-31', 0, '2026-04-30T00:00:00Z', 'UTC', 1);
    expect([day, nextMonth]).toEqual(['2026-04-30', 124]);
    expect(next('2016-01-31', 5, '2026-04-29T23:59:59Z', 'UTC', 7).day).toBe('2025-10-31');
  });

  it.each([
    ['has not begun', '2026-01-31T10:00:00Z', 0],
    ['is to come in a short month', '2026-02-28T00:00:00Z', 1],
    ['is to come in a long one', '2026-03-31T00:00:00Z', 2],
    ['is to come in years', '2036-01-31T00:00:00Z', 120],
  ])('is found where no day was kept: one that %s', (_name, nextAt, nextMonth) => {
    const row = { anchorDay: null, nextMonth: null, nextAt: new Date(nextAt) };
    expect(renewalState(row, new Date('2026-01-31T10:00:00Z'), 'UTC')).toEqual({ anchorDay: '2026-01-31', nextMonth });
  });
});
