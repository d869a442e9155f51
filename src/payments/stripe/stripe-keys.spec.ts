import { faultsOfKeys, isKeyFor } from './stripe-keys.js';

const TEST_KEYS = { secretKey: 'sk_test_0123456789', publishableKey: 'pk_test_0123456789', webhookSecret: null };
const LIVE_KEYS = { secretKey: 'rk_live_0123456789', publishableKey: 'pk_live_0123456789', webhookSecret: null };

describe('keys of Stripe', () => {
  it('are test keys in development environments, live keys in production ones', () => {
    expect(faultsOfKeys(TEST_KEYS, 'development')).toBeUndefined();
    expect(faultsOfKeys(LIVE_KEYS, 'production')).toBeUndefined();
    expect(faultsOfKeys(LIVE_KEYS, 'development')).toEqual({
      secret_key: [expect.stringContaining('is a live key')],
      publishable_key: [expect.stringContaining('is a live key')],
    });
    expect(Object.keys(faultsOfKeys(TEST_KEYS, 'production') ?? {})).toEqual(['secret_key', 'publishable_key']);
  });

  it.each([
    ['secret_key', { secretKey: 'pk_test_0123456789' }],
    ['secret_key', { secretKey: 'sk_test_' }],
    ['secret_key', { secretKey: 'sk_test_0123456789 ' }],
    ['publishable_key', { publishableKey: 'sk_test_0123456789' }],
    ['webhook_secret', { webhookSecret: 'sk_test_0123456789' }],
  ])('are refused by their form: %s of %j', (field, wrong) => {
    const faults = faultsOfKeys({ ...TEST_KEYS, ...wrong }, 'development');
    expect(Object.keys(faults ?? {})).toEqual([field]);
    expect(JSON.stringify(faults)).not.toContain('0123456789');
  });

  it('are not used where the environment has changed its type since', () => {
    expect([isKeyFor('sk_test_0123456789', 'development'), isKeyFor('sk_test_0123456789', 'production')]).toEqual([
      true,
      false,
    ]);
    expect(isKeyFor('sk_live_0123456789', 'development')).toBe(false);
  });
});
