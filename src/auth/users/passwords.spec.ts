import 'reflect-metadata';
import { scryptSync } from 'node:crypto';
import { DomainError } from '../../shared/errors.js';
import { NOBODYS_HASH, PasswordCost, Passwords } from './passwords.js';

const PASSWORD = 'correct horse battery staple';

describe('passwords', () => {
  const passwords = new Passwords(new PasswordCost());

  it('are hashed with scrypt, each with a salt of its own', async () => {
    const [first, second] = await Promise.all([passwords.hash(PASSWORD), passwords.hash(PASSWORD)]);
    expect(first).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(first).not.toBe(second);
    expect(await passwords.verify(PASSWORD, first)).toBe(true);
    expect(await passwords.verify(`${PASSWORD}.`, first)).toBe(false);
    expect(await passwords.verify(PASSWORD, NOBODYS_HASH)).toBe(false);
    expect(await passwords.verify(PASSWORD)).toBe(false);
  });

  it('are compared with the parameters that they were hashed with', async () => {
    const salt = Buffer.from('0123456789abcdef');
    const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
    const hash = scryptSync(PASSWORD, salt, 64, { N: 1024, r: 4, p: 2 });
    const stored = `$scrypt$ln=10,r=4,p=2$${text(salt)}$${text(hash)}`;
    expect(await passwords.verify(PASSWORD, stored)).toBe(true);
    expect(await passwords.verify('something else', stored)).toBe(false);
  });

  it('are the same however a keyboard writes their letters', async () => {
    const stored = await passwords.hash('caf\u00e9-12345');
    expect(await passwords.verify('cafe\u0301-12345', stored)).toBe(true);
  });

  it('are hashed a few at a time; when too many wait, the next one is told so', async () => {
    const cheap = `$scrypt$ln=1,r=1,p=1$AAAA$${'A'.repeat(43)}`;
    const flood = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.verify(PASSWORD, cheap)));
    const refusals = flood.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(refusals).toHaveLength(8);
    for (const refusal of refusals) expect(refusal).toMatchObject({ kind: 'unavailable', retryAfterSeconds: 2 });
    expect(refusals[0]).toBeInstanceOf(DomainError);
    expect(await passwords.verify(PASSWORD, cheap)).toBe(false);
  });

  it('are not compared with what is no hash', async () => {
    for (const stored of ['', PASSWORD, '$2b$10$abcdefghijklmnopqrstuv', '$scrypt$ln=15,r=8,p=3$$']) {
      await expect(passwords.verify(PASSWORD, stored)).rejects.toThrow('cannot be read');
    }
  });
});
