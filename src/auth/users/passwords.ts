import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../../shared/errors.js';

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** At once in a process: the ledger wants cores too, and other things the threads of libuv. */
const PARALLEL = 2;
/** More would wait longer than a client does. */
const WAITING_LIMIT = 50;

/** Of a hash: as strong as 2^17, 8, 1 (OWASP's list), in 32 MiB instead of 128. Some 0.2 s of a core. */
@Injectable()
export class PasswordCost {
  /** N = 2^15. */
  logN = 15;
  r = 8;
  p = 3;
}

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);
/** The PHC string format, `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`: a later version may hash harder and still read these. */
const PHC_TEXT = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** No password has this hash. */
export const NOBODYS_HASH = nobodysHash(new PasswordCost());

/** Hashes passwords, a few at a time: a flood of logins must not take the machine from everybody else. */
@Injectable()
export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly cost: PasswordCost) {}

  /**
   * What to store in place of a password.
   * @throws DomainError `unavailable` when too many wait
   */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    return phcText(this.cost, salt, await this.#derive(password, salt, this.cost, HASH_BYTES));
  }

  /**
   * Whether a stored hash is that of the password. Where nobody has one it takes as long, so that time does not tell who
   * exists.
   * @throws DomainError `unavailable` when too many wait
   * @throws Error when the hash is none
   */
  async verify(password: string, stored = nobodysHash(this.cost)): Promise<boolean> {
    const [, logN, r, p, salt, hash] = PHC_TEXT.exec(stored) ?? [];
    if (salt === undefined || hash === undefined) throw new Error('a stored password hash cannot be read');
    const expected = Buffer.from(hash, 'base64');
    const cost = { logN: Number(logN), r: Number(r), p: Number(p) };
    const actual = await this.#derive(password, Buffer.from(salt, 'base64'), cost, expected.length);
    return timingSafeEqual(actual, expected);
  }

  async #derive(password: string, salt: Buffer, { logN, r, p }: PasswordCost, length: number): Promise<Buffer> {
    const N = 2 ** logN;
    await this.#turn();
    try {
      // Two keyboards may write the same letter in different ways: NIST asks for one form. It takes half of `maxmem`.
      return await derive(password.normalize('NFKC'), salt, length, { N, r, p, maxmem: 256 * r * (N + p + 2) });
    } finally {
      // The place passes to who waits longest; it is given up only when nobody does.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  async #turn(): Promise<void> {
    if (this.#running < PARALLEL) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= WAITING_LIMIT) {
      throw new DomainError('unavailable', 'too many log in at once: repeat the request', { retryAfterSeconds: 2 });
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

function nobodysHash(cost: PasswordCost): string {
  return phcText(cost, Buffer.alloc(SALT_BYTES), Buffer.alloc(HASH_BYTES));
}

function phcText({ logN, r, p }: PasswordCost, salt: Buffer, hash: Buffer): string {
  const [saltText, hashText] = [salt, hash].map((bytes) => bytes.toString('base64').replaceAll('=', ''));
  return `$scrypt$ln=${logN},r=${r},p=${p}$${saltText}$${hashText}`;
}
