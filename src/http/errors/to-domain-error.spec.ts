import { toDomainError } from './to-domain-error.js';

describe('what the database says', () => {
  it.each([
    ['53100', 'the database has no room left: repeat the request later'],
    ['53200', 'the database has no room left: repeat the request later'],
    ['53300', 'the database does not answer: repeat the request later'],
    ['40P01', 'somebody else is changing the same thing: repeat the request'],
  ])('with %s is no bug of ours: 503', (code, sentence) => {
    const refusal = toDomainError(Object.assign(new Error('could not extend file'), { code }));
    expect(refusal).toMatchObject({ kind: 'unavailable', message: sentence });
    expect(refusal?.retryAfterSeconds).toBeGreaterThan(0);
  });

  it('with anything else is', () => {
    expect(toDomainError(Object.assign(new Error('no such column'), { code: '42703' }))).toBeUndefined();
  });
});
