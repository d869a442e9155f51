import { decideDelivery, RETRY_AFTER_MS } from './decide-delivery.js';

const NOW = new Date('2026-11-21T00:00:00Z');
const answer = (statusCode: number | null) => ({ statusCode, response: '', error: '' });
const waits = (chance: number) =>
  Array.from({ length: 10 }, (_, index) => {
    const verdict = decideDelivery(answer(500), index + 1, NOW, chance);
    return verdict.status === 'pending' ? (verdict.nextAttemptAt.getTime() - NOW.getTime()) / 1000 : verdict.status;
  });

describe('what comes after an attempt to deliver', () => {
  it.each([200, 201, 204, 299])('%d is a success', (statusCode) => {
    expect(decideDelivery(answer(statusCode), 1, NOW, 0)).toEqual({ status: 'delivered' });
  });

  it.each([null, 100, 199, 300, 302, 400, 404, 429, 500, 503])('%s is tried again', (statusCode) => {
    expect(decideDelivery(answer(statusCode), 1, NOW, 0)).toMatchObject({ status: 'pending' });
  });

  it('410 is the end, of the endpoint too', () => {
    expect(decideDelivery(answer(410), 1, NOW, 0)).toEqual({ status: 'failed', isEndpointGone: true });
  });

  it('is ten attempts at the published times, then failed', () => {
    const [minute, hour] = [60, 3600];
    const published = [5, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];
    expect(waits(0)).toEqual([...published, 'failed']);
    expect(decideDelivery(answer(500), 10, NOW, 0)).toEqual({ status: 'failed', isEndpointGone: false });
    expect(RETRY_AFTER_MS).toHaveLength(9);
  });

  it('adds a tenth at most by chance, and never takes off', () => {
    const latest = waits(1).slice(0, 9).map(Number);
    for (const [index, wait] of latest.entries()) expect(wait * 1000).toBeCloseTo(RETRY_AFTER_MS[index]! * 1.1, 0);
  });
});
