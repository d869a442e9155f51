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

  it('is refused to who asked where no worker can answer, and a failure where PostgreSQL itself says no', () => {
    const refusal = (file: string) => toDomainError(Object.assign(new Error('not supported'), { code: '0A000', file }));
    expect(refusal('query_pushdown_planning.c')).toMatchObject({ kind: 'validation', code: 'search_not_distributed' });
    expect(refusal('multi_router_planner.c')).toMatchObject({ code: 'search_not_distributed' });
    expect(refusal('plancache.c')).toBeUndefined();
    expect(refusal('planner.c')).toBeUndefined();
  });
});
