import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  randomUUID,
  timingSafeEqual,
} from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Config } from '../config.js';
import { DomainError } from '../shared/errors.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_FILE = 'encryption.key';

interface Key {
  id: string;
  bytes: Buffer;
}

/**
 * Seals what nobody may read in the database: AES-256-GCM, bound to whose it is. ENCRYPTION_KEY names the keys, the first
 * of which seals, and all of which open; outside production a key is made in the data folder.
 */
@Injectable()
export class SecretBox {
  #keys: Key[] | undefined;

  constructor(private readonly config: Config) {}

  /**
   * @param owner whose it is: opened for anybody else it does not open
   * @throws invalid_operation in production without ENCRYPTION_KEY
   */
  seal(text: string, owner: string): string {
    const [key] = this.#allKeys();
    if (!key) throw new DomainError('invalid_operation', 'ENCRYPTION_KEY is not set: secrets cannot be stored');
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, key.bytes, iv).setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${key.id}.${sealed.toString('base64url')}`;
  }

  /** @throws unavailable when no key opens it: it was sealed with another one, for another owner, or was changed */
  open(sealed: string, owner: string): string {
    const [keyId, payload] = sealed.split('.', 2);
    const key = this.#allKeys().find(({ id }) => id === keyId);
    if (!key || payload === undefined) throw unreadable();
    const bytes = Buffer.from(payload, 'base64url');
    try {
      const decipher = createDecipheriv(CIPHER, key.bytes, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(owner))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      throw unreadable();
    }
  }

  /**
   * Signs what comes back from outside, with a key made of the first one for that purpose alone.
   * @returns HMAC-SHA-256, 43 characters of base64url
   * @throws invalid_operation in production without ENCRYPTION_KEY
   */
  sign(text: string, purpose: string): string {
    const [key] = this.#allKeys();
    if (!key) throw new DomainError('invalid_operation', 'ENCRYPTION_KEY is not set: nothing can be signed');
    return signatureOf(text, purpose, key).toString('base64url');
  }

  /** Whether one of the keys has signed it for that purpose. */
  isSigned(text: string, purpose: string, signature: string): boolean {
    const given = Buffer.from(signature, 'base64url');
    return this.#allKeys()
      .map((key) => signatureOf(text, purpose, key))
      .some((own) => own.length === given.length && timingSafeEqual(own, given));
  }

  /** How many keys there are. */
  get keys(): number {
    return this.#allKeys().length;
  }

  /** False in production without ENCRYPTION_KEY. */
  get canSeal(): boolean {
    return this.keys > 0;
  }

  /** Stands before all that the first key has sealed; undefined where there is none. */
  get firstKeyId(): string | undefined {
    return this.#allKeys()[0]?.id;
  }

  /** Whether there is a key for it at all. */
  canOpen(sealed: string): boolean {
    return this.#allKeys().some(({ id }) => sealed.startsWith(`${id}.`));
  }

  #allKeys(): Key[] {
    this.#keys ??= this.#readKeys().map((bytes) => ({ id: idOf(bytes), bytes }));
    return this.#keys;
  }

  #readKeys(): Buffer[] {
    const { encryptionKey, isProduction, dataDir } = this.config;
    if (encryptionKey) return encryptionKey.split(',').map((text) => Buffer.from(text.trim(), 'base64'));
    return isProduction ? [] : [keyOfFolder(dataDir)];
  }
}

function signatureOf(text: string, purpose: string, key: Key): Buffer {
  const own = Buffer.from(hkdfSync('sha256', key.bytes, '', `refill ${purpose}`, KEY_BYTES));
  return createHmac('sha256', own).update(text).digest();
}

/** Says which key sealed something, and nothing about the key. */
function idOf(bytes: Buffer): string {
  return createHash('sha256').update('refill key id').update(bytes).digest('hex').slice(0, 8);
}

/** The folder's key, made by whoever comes first. A link appears whole or not at all, and never in place of another. */
function keyOfFolder(dataDir: string): Buffer {
  const file = join(dataDir, KEY_FILE);
  mkdirSync(dataDir, { recursive: true });
  const temporary = `${file}.${randomUUID()}`;
  try {
    writeFileSync(temporary, randomBytes(KEY_BYTES).toString('base64'), { mode: 0o600 });
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  return Buffer.from(readFileSync(file, 'utf8'), 'base64');
}

function unreadable(): DomainError {
  return new DomainError(
    'unavailable',
    'what is stored here was encrypted with a key that this service does not have',
    {
      code: 'encryption_key_missing',
    },
  );
}
