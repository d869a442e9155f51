import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { CreatePaymentRequest, PaymentOutcome } from './payment-provider.js';

/** What a payment came to, decided once: the money is taken, or it never will be. */
export type Settlement =
  { kind: 'charge'; paymentMethodRef: string; settlesAt: string } | { kind: 'cancel'; canceledAt: string };

/** What was asked for, and by whom; the last two are missing of payments that are older than the list of payments. */
export interface SandboxPayment extends CreatePaymentRequest {
  environmentId?: string;
  createdAt?: string;
}

export interface Charge extends SandboxPayment {
  paymentId: string;
  paymentMethodRef: string;
  chargedAt: string;
}

export interface Confirmation {
  paymentId: string;
  paymentMethodRef: string;
  outcome: PaymentOutcome;
}

export interface Refund {
  paymentId: string;
  /** Of the idempotency key, see `keyName`. */
  key: string;
  /** The key itself; books of before have none. */
  idempotencyKey?: string;
  amountMinor: number;
  refundedAt: string;
}

/** What the sandbox keeps, a folder each; in a folder one file for each name. */
interface Records {
  payments: SandboxPayment;
  settlements: Settlement;
  /** Money that moved. The folder is what the crash tests count. */
  charges: Charge;
  /** Named after the payment; the second and further ones of a payment have their number behind it. */
  refunds: Refund;
  confirmations: Confirmation;
  /** The last refusal of a payment that may still be confirmed. */
  refusals: PaymentOutcome;
  /** Payments whose first confirmation was made to fail. */
  faults: { failedAt: string };
}

const FOLDERS = ['payments', 'settlements', 'charges', 'refunds', 'confirmations', 'refusals', 'faults'] as const;

/**
 * The sandbox provider's own books: files outside the service's database, as a real provider's would be, so that a
 * test can hold the two against each other. Several processes may share the folder, and any may be killed at any
 * moment: a file appears whole or not at all, and only one of many that create it wins.
 */
export class SandboxRecord {
  readonly #root: string;
  #isReady: Promise<void> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  async find<F extends keyof Records>(folder: F, name: string): Promise<Records[F] | undefined> {
    try {
      return JSON.parse(await readFile(this.#path(folder, name), 'utf8')) as Records[F];
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /**
   * Creates the file unless it exists. Answers whether this call made it. A hard link fails on an existing name as
   * O_EXCL does, and unlike O_EXCL never shows the file before its content is there.
   */
  async create<F extends keyof Records>(folder: F, name: string, content: Records[F]): Promise<boolean> {
    const temporary = await this.#writeTemporary(content);
    try {
      await link(temporary, this.#path(folder, name));
      return true;
    } catch (error) {
      if (isErrno(error, 'EEXIST')) return false;
      throw error;
    } finally {
      await unlink(temporary);
    }
  }

  /** The names in a folder, sorted. */
  async names(folder: keyof Records): Promise<string[]> {
    try {
      const files = await readdir(join(this.#root, folder));
      return files.map((file) => file.replace(/\.json$/, '')).toSorted();
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return [];
      throw error;
    }
  }

  async replace<F extends keyof Records>(folder: F, name: string, content: Records[F]): Promise<void> {
    await rename(await this.#writeTemporary(content), this.#path(folder, name));
  }

  async remove(folder: keyof Records, name: string): Promise<void> {
    await rm(this.#path(folder, name), { force: true });
  }

  async #writeTemporary(content: unknown): Promise<string> {
    await (this.#isReady ??= this.#makeFolders());
    const path = join(this.#root, 'temporary', randomUUID());
    const file = await open(path, 'wx');
    try {
      await file.writeFile(JSON.stringify(content));
      await file.sync();
    } finally {
      await file.close();
    }
    return path;
  }

  async #makeFolders(): Promise<void> {
    for (const folder of [...FOLDERS, 'temporary']) await mkdir(join(this.#root, folder), { recursive: true });
  }

  #path(folder: keyof Records, name: string): string {
    return join(this.#root, folder, `${name}.json`);
  }
}

/** A file name for an idempotency key: keys are the caller's text, names are not. */
export function keyName(idempotencyKey: string): string {
  return createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32);
}

function isErrno(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
