import { type EndpointSecrets, MAX_OLD_SECRETS, rotateSecrets, secretsInForce } from './rotate-secrets.js';

const HOUR_MS = 3_600_000;
const NOW = new Date('2026-11-21T00:00:00Z');
const after = (hours: number) => new Date(NOW.getTime() + hours * HOUR_MS);
const rotate = (secrets: EndpointSecrets, secret: string, now: Date, hours: number) =>
  rotateSecrets(secrets, { secret, now, overlapMs: hours * HOUR_MS }) as EndpointSecrets;

const FIRST: EndpointSecrets = { current: 'a', old: [] };

describe('the secrets of an endpoint', () => {
  it('both sign until the overlap is over, the new one first', () => {
    const secrets = rotate(FIRST, 'b', NOW, 24);
    const inForce = [0, 23.99, 24].map((hours) => secretsInForce(secrets, after(hours)));
    expect(inForce).toEqual([['b', 'a'], ['b', 'a'], ['b']]);
  });

  it('of before sign no more at once, all of them, when there is no overlap', () => {
    const secrets = rotate(rotate(FIRST, 'b', NOW, 24), 'c', after(1), 0);
    expect(secrets).toEqual({ current: 'c', old: [] });
  });

  it('of before last are no longer in force than the last', () => {
    const secrets = rotate(rotate(FIRST, 'b', NOW, 24), 'c', after(1), 2);
    expect(secretsInForce(secrets, after(2))).toEqual(['c', 'b', 'a']);
    expect(secretsInForce(secrets, after(3))).toEqual(['c']);
  });

  it('get no second life from a longer overlap', () => {
    const secrets = rotate(rotate(FIRST, 'b', NOW, 2), 'c', after(1), 24);
    expect(secretsInForce(secrets, after(2))).toEqual(['c', 'b']);
    expect(rotate(secrets, 'd', after(3), 24).old.map(({ secret }) => secret)).toEqual(['c', 'b']);
  });

  it('are so many at most', () => {
    let secrets = FIRST;
    for (let times = 0; times < MAX_OLD_SECRETS; times += 1) secrets = rotate(secrets, `b${times}`, NOW, 24);
    expect(rotateSecrets(secrets, { secret: 'c', now: NOW, overlapMs: HOUR_MS })).toBeUndefined();
    expect(rotate(secrets, 'c', NOW, 0).old).toEqual([]);
    expect(rotate(secrets, 'c', after(24), 24).old).toHaveLength(1);
  });
});
