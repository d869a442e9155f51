import { displayIdOf, generateApiKey, hashApiKey, isWellFormedApiKey, typeOfApiKey } from './api-key-format.js';

describe('API key format', () => {
  it('makes keys that carry their own checksum', () => {
    for (let round = 0; round < 200; round += 1) {
      const key = generateApiKey('private_key');
      expect(key).toMatch(/^sk_[0-9A-Za-z]{38}$/);
      expect(isWellFormedApiKey(key)).toBe(true);
    }
  });

  it('tells publishable keys by their prefix', () => {
    const key = generateApiKey('publishable_key');
    expect(key.startsWith('pk_')).toBe(true);
    expect(typeOfApiKey(key)).toBe('publishable_key');
    expect(typeOfApiKey(generateApiKey('private_key'))).toBe('private_key');
    expect(isWellFormedApiKey(`sk_${key.slice(3)}`)).toBe(false);
  });

  it('notices any single changed character', () => {
    const key = generateApiKey('private_key');
    for (let index = 3; index < key.length; index += 1) {
      const other = key[index] === 'x' ? 'y' : 'x';
      expect(isWellFormedApiKey(key.slice(0, index) + other + key.slice(index + 1))).toBe(false);
    }
  });

  it.each(['', 'sk_', 'garbage', 'sk_test', `sk_${'a'.repeat(38)}`, `sk_${'a'.repeat(10_000)}`])(
    'refuses %.20s',
    (text) => {
      expect(isWellFormedApiKey(text)).toBe(false);
    },
  );

  it('shows only what does not help to guess a key', () => {
    const key = generateApiKey('private_key');
    expect(displayIdOf(key)).toBe(`${key.slice(0, 9)}****${key.slice(-4)}`);
    expect(hashApiKey(key)).toMatch(/^[0-9a-f]{64}$/);
  });
});
