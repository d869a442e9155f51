import type { Client } from 'openapi-fetch';
import { createApi } from './api.js';
import type { components, paths } from './generated/schema.js';
import type { Patience } from './send.js';

/** Bodies and answers, by their names in the OpenAPI document. */
export type Schemas = components['schemas'];

export interface RefillOptions extends Partial<Patience> {
  /** Where the service is, such as `https://refill.example.com`. */
  url: string;
  /** A server key for the wallets API, an account key for the credits API: `sk_…`. */
  key: string;
}

type Hold = Pick<Schemas['HoldDto'], 'id' | 'wallet_id'>;
type Debit = Omit<Schemas['DebitWalletDto'], 'transaction_reason'>;

/**
 * Refill's two APIs. Credits are exact decimals in strings. What moves credits has an idempotency key: yours, in the body,
 * or one that is made and kept over all tries.
 *
 * Every method throws `RefillError` for an answer that is no success (`InsufficientCredits` and `TryLater` are two), and
 * `NoAnswer` where none came.
 */
export class Refill {
  /** Every route of the OpenAPI document, typed: `(await refill.api.GET('/v1/wallets/{id}', …)).data`. Errors are thrown. */
  readonly api: Client<paths>;

  constructor({ url, key, timeoutMs = 30_000, retries = 2, fetch = globalThis.fetch }: RefillOptions) {
    this.api = createApi(url, { Authorization: `Bearer ${key}` }, { timeoutMs, retries, fetch });
  }

  /** Spends credits. @returns the wallet after it */
  async debit(walletId: string, debit: Debit): Promise<Schemas['WalletDto']> {
    const body = { ...debit, transaction_reason: 'MANUAL_BALANCE_DEBIT' as const };
    return dataOf(await this.api.POST('/v1/wallets/{id}/debit', { params: { path: { id: walletId } }, body }));
  }

  /**
   * Spends credits up to 1,000 times, each with a key of yours. A row that is refused has its error in its place, and stops
   * no other.
   */
  async debitAll(
    debits: (Debit & { wallet_id: string; idempotency_key: string })[],
  ): Promise<Schemas['BatchDebitsAnswer']> {
    const rows = debits.map((row) => ({ ...row, transaction_reason: 'MANUAL_BALANCE_DEBIT' as const }));
    return dataOf(await this.api.POST('/v1/wallets/debits/batch', { body: { debits: rows } }));
  }

  /** Reserves credits for a job that is running. */
  async hold(walletId: string, body: Schemas['CreateHoldDto']): Promise<Schemas['HoldAnswerDto']> {
    return dataOf(await this.api.POST('/v1/wallets/{id}/holds', { params: { path: { id: walletId } }, body }));
  }

  /** Charges what a hold has reserved, in whole or in part; with `final` the rest is free again. */
  async capture({ id, wallet_id }: Hold, body: Schemas['CaptureHoldDto']): Promise<Schemas['HoldAnswerDto']> {
    const path = { id: wallet_id, hold_id: id };
    return dataOf(await this.api.POST('/v1/wallets/{id}/holds/{hold_id}/capture', { params: { path }, body }));
  }

  /** Gives back what a hold still reserves. */
  async release({ id, wallet_id }: Hold): Promise<Schemas['HoldAnswerDto']> {
    const path = { id: wallet_id, hold_id: id };
    return dataOf(await this.api.POST('/v1/wallets/{id}/holds/{hold_id}/release', { params: { path }, body: {} }));
  }

  /** Adds credits: granted, purchased, or purchased against an invoice, as `transaction_reason` says. */
  async topUp(walletId: string, body: Schemas['TopUpWalletDto']): Promise<Schemas['TopUpAnswerDto']> {
    return dataOf(await this.api.POST('/v1/wallets/{id}/top-up', { params: { path: { id: walletId } }, body }));
  }

  /** Says when to buy more, and how much. Where the balance is low already it buys at once. */
  async setAutoTopUp(walletId: string, rule: Schemas['AutoTopUpDto']): Promise<Schemas['WalletDto']> {
    const body = { auto_topup: rule };
    return dataOf(await this.api.PUT('/v1/wallets/{id}', { params: { path: { id: walletId } }, body }));
  }

  /** What can be spent now. */
  async balance(walletId: string): Promise<Schemas['WalletBalanceDto']> {
    return dataOf(await this.api.GET('/v1/wallets/{id}/balance/real-time', { params: { path: { id: walletId } } }));
  }

  /** Why it bought, and why it did not: the newest first, up to 1,000 of them. */
  async decisions(walletId: string, limit = 50): Promise<Schemas['TopUpDecisionResponse'][]> {
    const params = { path: { id: walletId }, query: { limit } };
    return dataOf(await this.api.GET('/v1/wallets/{id}/top-up-decisions', { params })).items;
  }
}

function dataOf<Data>({ data }: { data?: Data }): Data {
  return data as Data;
}
