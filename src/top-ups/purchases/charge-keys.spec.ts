import { cancellationKey, confirmationKey, creationKey } from './charge-keys.js';

const ID = 'topup_1';

describe('the keys of a charge', () => {
  it('are made of the intent and the attempt, the same in every repeat', () => {
    const keys = [1, 2].map((attempt) => ({ id: ID, attempt, keyNumber: 1 }));
    expect(keys.map(creationKey)).toEqual(['topup:topup_1:create', 'topup:topup_1:create:2']);
    expect(keys.map(confirmationKey)).toEqual(['topup:topup_1:confirm:1', 'topup:topup_1:confirm:2']);
  });

  it('are never used twice for two requests', () => {
    const numbers = [0, 1, 2, 3].flatMap((attempt) => [1, 2, 3].map((keyNumber) => ({ id: ID, attempt, keyNumber })));
    const confirmations = new Set(numbers.map(confirmationKey));
    expect(confirmations.size).toBe(numbers.length);
    // The first attempt has no number in the key of its payment, and is the first wherever it was begun.
    expect(new Set(numbers.map(creationKey)).size).toBe(numbers.length - 3);
  });

  it('are another for each look at a payment that is given up', () => {
    const looks = [0, 1, 2].map((lookups) => cancellationKey({ id: ID, paymentId: 'pi_1', lookups }));
    expect(new Set(looks).size).toBe(3);
  });
});
