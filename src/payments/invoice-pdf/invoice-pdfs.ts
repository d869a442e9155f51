import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Piscina } from 'piscina';
import { DomainError } from '../../shared/errors.js';
import { Tally } from '../../shared/tally.js';
import type { Invoice } from '../invoice.entity.js';
import { DRAWING_FILE } from './drawing-file.js';
import { type InvoicePage, pageOf, versionOf } from './invoice-page.js';

/** Some 400 files. */
const KEPT_BYTES = 8 * 1024 * 1024;
/** How many of one tenant are made or wait, and how many of all. One takes some 20 ms, the first one of a thread more. */
const PLACES_OF_TENANT = 4;
const PLACES = 48;
/** The thread ends when nothing was to be made for so long: pdfkit and its fonts take room. */
const IDLE_MS = 30_000;
const LIMIT_MS = 10_000;
const MEMORY_MB = 128;

/** The page of an invoice as it is now. */
export interface InvoicePaper {
  page: InvoicePage;
  /** Of all that the page shows. */
  version: string;
}

/**
 * Invoices as PDF, made once and kept: what is kept is found by what the page shows, so none is ever old, in no process. A
 * thread of its own makes them, one at a time, and the loop goes on meanwhile.
 */
@Injectable()
export class InvoicePdfs implements OnApplicationShutdown {
  readonly #kept = new LRUCache<string, Buffer>({ maxSize: KEPT_BYTES, sizeCalculation: ({ length }) => length });
  readonly #underWay = new Map<string, Promise<Buffer>>();
  readonly #places = new Tally();
  #thread: Promise<Thread> | undefined;

  paperOf(invoice: Invoice): InvoicePaper {
    const page = pageOf(invoice);
    return { page, version: versionOf(page) };
  }

  /** @throws too_many_requests when the tenant waits for too many already; unavailable when all together do */
  async get({ tenantId, id }: Invoice, { page, version }: InvoicePaper): Promise<Buffer> {
    const name = `${id} ${version}`;
    const known = this.#kept.get(name) ?? this.#underWay.get(name);
    if (known) return known;
    this.#takePlace(tenantId);
    const making = this.#make(page).finally(() => {
      this.#underWay.delete(name);
      this.#places.remove(tenantId);
    });
    this.#underWay.set(name, making);
    const bytes = await making;
    this.#kept.set(name, bytes);
    return bytes;
  }

  async onApplicationShutdown(): Promise<void> {
    await (await this.#thread)?.destroy();
  }

  async #make(page: InvoicePage): Promise<Buffer> {
    const limit = AbortSignal.timeout(LIMIT_MS);
    try {
      const thread = await (this.#thread ??= openThread());
      const bytes = await thread.run(page, { signal: limit });
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } catch (error) {
      throw limit.aborted ? busy() : error;
    }
  }

  #takePlace(tenantId: string): void {
    if (this.#places.of(tenantId) >= PLACES_OF_TENANT) {
      const sentence = `${PLACES_OF_TENANT} PDFs are being made for you: repeat the request when one has come`;
      throw new DomainError('too_many_requests', sentence, { retryAfterSeconds: 1 });
    }
    if (this.#places.total >= PLACES) throw busy();
    this.#places.add(tenantId);
  }
}

type Thread = Piscina<InvoicePage, Uint8Array>;

/** Loaded with the first PDF, and begins its thread when it is needed. What the environment holds is none of its business. */
async function openThread(): Promise<Thread> {
  const { Piscina } = await import('piscina');
  return new Piscina({
    filename: DRAWING_FILE,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_MS,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
}

function busy(): DomainError {
  return new DomainError('unavailable', 'too many PDFs are being made: repeat the request later', {
    retryAfterSeconds: 1,
  });
}
