import { ConnectionException } from '@mikro-orm/core';
import { isConnectionLost } from './is-connection-lost.js';

describe('a lost connection', () => {
  const withCode = (code: string) => Object.assign(new Error('x'), { code });

  it.each(['08006', '08000', '57P01', '57P03', '57P05', '53300', 'ECONNRESET', 'ECONNREFUSED', 'EPIPE'])(
    'is what %s says',
    (code) => expect(isConnectionLost(withCode(code))).toBe(true),
  );

  it.each(['40P01', '23505', '57014', '53100', ''])('is not what %s says', (code) => {
    expect(isConnectionLost(withCode(code))).toBe(false);
  });

  it('is what the driver says in words, and what the ORM calls so', () => {
    expect(isConnectionLost(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isConnectionLost(new Error('insert into x - timeout exceeded when trying to connect'))).toBe(true);
    expect(isConnectionLost(new ConnectionException(new Error('x')))).toBe(true);
    expect(isConnectionLost('Connection terminated')).toBe(false);
  });
});
