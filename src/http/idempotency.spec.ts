import { requestHash } from './idempotency.js';

describe('the hash of a request', () => {
  const hash = requestHash('POST', '/v1/wallets/w1/debit', { credits: '1', metadata: { a: 'b', c: 'd' } });

  it('does not depend on the order of fields, the key or a slash at the end', () => {
    const body = { idempotency_key: 'k', metadata: { c: 'd', a: 'b' }, credits: '1' };
    expect(requestHash('POST', '/v1/wallets/w1/debit/', body)).toBe(hash);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('differs for another account, which the path does not name', () => {
    const of = (account: string) => requestHash('POST', '/account/credits/top-up/', { pack_id: 'p' }, account);
    expect(of('cust_1')).toBe(of('cust_1'));
    expect(of('cust_1')).not.toBe(of('cust_2'));
  });

  it.each([
    ['PUT', '/v1/wallets/w1/debit', { credits: '1', metadata: { a: 'b', c: 'd' } }],
    ['POST', '/v1/wallets/w2/debit', { credits: '1', metadata: { a: 'b', c: 'd' } }],
    ['POST', '/v1/wallets/w1/debit', { credits: '2', metadata: { a: 'b', c: 'd' } }],
    ['POST', '/v1/wallets/w1/debit', { credits: 1, metadata: { a: 'b', c: 'd' } }],
    ['POST', '/v1/wallets/w1/debit', undefined],
  ])('differs for %s %s %j', (method, route, body) => {
    expect(requestHash(method, route, body)).not.toBe(hash);
  });
});
