import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CreatePaymentRequest } from '../../../src/payments/payment-provider.js';
import type { Confirmation, Settlement } from '../../../src/payments/sandbox-record.js';

/** Something that the sandbox wrote down since the books were read last. */
export interface BookEntry {
  paymentId: string;
  paymentMethodRef: string;
  /** What came of it: `charge` once money has been taken or will be, else what the confirmation was answered. */
  outcome: string;
}

type Folder = 'payments' | 'settlements' | 'charges' | 'refunds' | 'confirmations';

/**
 * The sandbox's own books, read as files: what was really asked of the cards, whatever the service believes. A decision
 * to charge is written at the instant of the confirmation, also where money moves later or the answer is never heard.
 */
export class Books {
  readonly payments = new Map<string, CreatePaymentRequest>();
  readonly settlements = new Map<string, Settlement>();
  readonly refunds = new Set<string>();
  readonly #root: string;
  readonly #seen = new Set<string>();

  constructor(dataDir: string) {
    this.#root = join(dataDir, 'sandbox-provider');
  }

  /** Takes in what is new, and answers every attempt to charge among it, once each. */
  read(): BookEntry[] {
    for (const [id, payment] of this.#new<CreatePaymentRequest>('payments')) this.payments.set(id, payment);
    for (const [id] of this.#new('refunds')) this.refunds.add(id);
    const attempts = new Map<string, BookEntry>();
    for (const [paymentId, settlement] of this.#new<Settlement>('settlements')) {
      this.settlements.set(paymentId, settlement);
      if (settlement.kind !== 'charge') continue;
      const { paymentMethodRef } = settlement;
      attempts.set(`${paymentId} ${paymentMethodRef}`, { paymentId, paymentMethodRef, outcome: 'charge' });
    }
    for (const [, { paymentId, paymentMethodRef, outcome }] of this.#new<Confirmation>('confirmations')) {
      const key = `${paymentId} ${paymentMethodRef}`;
      // What was settled before only repeats that.
      if (outcome.kind === 'canceled' || outcome.kind === 'succeeded' || attempts.has(key)) continue;
      attempts.set(key, { paymentId, paymentMethodRef, outcome: outcome.kind });
    }
    return [...attempts.values()];
  }

  /** Whether the money of a payment has moved, or will move without anybody's doing. */
  isCharged(paymentId: string): boolean {
    return this.settlements.get(paymentId)?.kind === 'charge';
  }

  settlesAt(paymentId: string): Date | undefined {
    const settlement = this.settlements.get(paymentId);
    return settlement?.kind === 'charge' ? new Date(settlement.settlesAt) : undefined;
  }

  /** Empty books, for the next walk. */
  clear(): void {
    for (const folder of this.#list('')) {
      for (const name of this.#list(folder)) rmSync(join(this.#root, folder, name), { force: true });
    }
    this.#seen.clear();
    this.payments.clear();
    this.settlements.clear();
    this.refunds.clear();
  }

  *#new<Content>(folder: Folder): Generator<[id: string, content: Content]> {
    for (const name of this.#list(folder)) {
      const path = `${folder}/${name}`;
      if (this.#seen.has(path)) continue;
      this.#seen.add(path);
      yield [name.replace('.json', ''), JSON.parse(readFileSync(join(this.#root, path), 'utf8')) as Content];
    }
  }

  #list(folder: string): string[] {
    try {
      return readdirSync(join(this.#root, folder));
    } catch {
      // Nothing was written yet.
      return [];
    }
  }
}
