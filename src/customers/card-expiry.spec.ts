import { expiresAt, expiresSoon, isExpired, isRenewal, noticeAt } from './card-expiry.js';

const at = (expiryMonth: number, expiryYear: number, fingerprint = 'a') => ({ expiryMonth, expiryYear, fingerprint });

describe('when a card expires', () => {
  it.each([
    [at(2, 2026), '2026-03-01T00:00:00.000Z', '2026-01-30T00:00:00.000Z'],
    [at(12, 2026), '2027-01-01T00:00:00.000Z', '2026-12-02T00:00:00.000Z'],
  ])('of %j is %s, and is told from %s on', (card, end, notice) => {
    expect([expiresAt(card).toISOString(), noticeAt(card).toISOString()]).toEqual([end, notice]);
    expect(isExpired(card, new Date(Date.parse(end) - 1))).toBe(false);
    expect(isExpired(card, new Date(end))).toBe(true);
    expect(expiresSoon(card, new Date(Date.parse(notice) - 1))).toBe(false);
    expect(expiresSoon(card, new Date(notice))).toBe(true);
  });

  it.each([
    [at(1, 2026), at(1, 2030), true],
    [at(1, 2026), at(1, 2026), false],
    [at(1, 2030), at(1, 2026), false],
    [at(1, 2026), at(1, 2030, 'b'), false],
  ])('%j renewed is %j: %s', (before, after, expected) => {
    expect(isRenewal(before, after)).toBe(expected);
  });
});
