import { readCard } from './read-card.js';

const SCOPE = { tenantId: 'tenant_1', environmentId: 'env_1' };
const CARD = { id: 'card_1', brand: 'visa', last4: '4242', expiry_month: 12, expiry_year: 2034, fingerprint: 'fp' };
const read = (change: object = {}, scope = SCOPE) => readCard({ payment_method: { ...CARD, ...change } }, scope);

describe('a card that a billing system keeps', () => {
  it('is the same by its fingerprint in one environment, and no card of another', () => {
    expect(read()).toMatchObject({ providerRef: 'card_1', brand: 'visa', last4: '4242', expiryYear: 2034 });
    expect(read({ id: 'card_2' })?.fingerprint).toBe(read()?.fingerprint);
    expect(read({}, { ...SCOPE, environmentId: 'env_2' })?.fingerprint).not.toBe(read()?.fingerprint);
    expect(read({}, { ...SCOPE, tenantId: 'tenant_2' })?.fingerprint).not.toBe(read()?.fingerprint);
  });

  it.each([
    { id: 'a b' },
    { id: undefined },
    { brand: '' },
    { brand: 'visa\0' },
    { last4: 4242 },
    { last4: '4242424242424242' },
    { expiry_month: 13 },
    { expiry_month: '12' },
    { expiry_year: 34 },
    { fingerprint: null },
  ])('is none with %j', (change) => {
    expect(read(change)).toBeUndefined();
  });

  it('is none where there is none', () => {
    expect(readCard({}, SCOPE)).toBeUndefined();
  });
});
