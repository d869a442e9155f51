import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '../config.js';
import { SecretBox } from './secret-box.js';

const newKey = () => randomBytes(32).toString('base64');
const SECRET = 'sk_test_canary';

describe('a sealed secret', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'secret-box-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  const boxOf = (config: Partial<Config>) => new SecretBox(Object.assign(new Config(), { dataDir }, config));

  it('is opened by its key for its owner, and reads like nothing', () => {
    const box = boxOf({ encryptionKey: newKey() });
    const sealed = box.seal(SECRET, 'a');
    expect(box.open(sealed, 'a')).toBe(SECRET);
    expect(sealed).not.toContain('canary');
    expect(Buffer.from(sealed.split('.')[1] as string, 'base64url').toString('latin1')).not.toContain('canary');
    expect(box.seal(SECRET, 'a')).not.toBe(sealed);
  });

  it('is opened for nobody else', () => {
    const box = boxOf({ encryptionKey: newKey() });
    const sealed = box.seal(SECRET, 'a');
    expect(() => box.open(sealed, 'b')).toThrow('encrypted with a key');
  });

  it('is not opened when a bit of it was changed, or its end cut off', () => {
    const box = boxOf({ encryptionKey: newKey() });
    const [id, payload] = box.seal(SECRET, 'a').split('.') as [string, string];
    const bytes = Buffer.from(payload, 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      expect(() => box.open(`${id}.${changed.toString('base64url')}`, 'a')).toThrow('encrypted with a key');
    }
    for (const cut of [0, 5, 12, 20]) {
      expect(() => box.open(`${id}.${bytes.subarray(0, cut).toString('base64url')}`, 'a')).toThrow(
        'encrypted with a key',
      );
    }
  });

  it('survives a change of keys: the new one seals, the old one still opens', () => {
    const [oldKey, nextKey] = [newKey(), newKey()];
    const sealed = boxOf({ encryptionKey: oldKey }).seal(SECRET, 'a');
    const both = boxOf({ encryptionKey: `${nextKey},${oldKey}` });
    expect([both.canOpen(sealed), both.open(sealed, 'a')]).toEqual([true, SECRET]);
    const next = boxOf({ encryptionKey: nextKey });
    expect(next.open(both.seal(SECRET, 'a'), 'a')).toBe(SECRET);
    expect(next.canOpen(sealed)).toBe(false);
    expect(() => next.open(sealed, 'a')).toThrow('encrypted with a key');
  });

  it('needs ENCRYPTION_KEY in production, and a file of the data folder elsewhere', () => {
    expect(() => boxOf({ mode: 'production' }).seal(SECRET, 'a')).toThrow('ENCRYPTION_KEY is not set');
    const sealed = boxOf({}).seal(SECRET, 'a');
    expect(boxOf({}).open(sealed, 'a')).toBe(SECRET);
    const file = join(dataDir, 'encryption.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(Buffer.from(readFileSync(file, 'utf8'), 'base64')).toHaveLength(32);
  });
});
