import type { Caller } from '../../src/auth/caller.js';
import type { Scope } from '../../src/shared/scope.js';

/** A server key of a development environment, for calls of services that come past the guard. */
export function testCaller(scope: Scope): Caller {
  return {
    ...scope,
    environmentType: 'development',
    keyId: 'key_test',
    keyType: 'private_key',
    keyName: 'Test',
    customerId: null,
    userId: null,
    userEmail: null,
    scopes: new Set(),
    requestId: 'req_test',
    address: '',
    userAgent: '',
  };
}
