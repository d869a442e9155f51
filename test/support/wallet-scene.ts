import { type ApiClient, newTenantClient } from './api-client.js';
import type { TestApp } from './app.js';

interface Wallet {
  id: string;
  customerId: string;
}

/** A tenant that opens wallets, spends and grants over HTTP. */
export class WalletScene {
  #count = 0;

  private constructor(readonly client: ApiClient) {}

  static async create(service: TestApp): Promise<WalletScene> {
    return new WalletScene(await newTenantClient(service));
  }

  /** A key that nobody has used. */
  key(): string {
    this.#count += 1;
    return `key-${this.#count}`;
  }

  async customer(): Promise<string> {
    const { body } = await this.client.post('/v1/customers', { external_id: this.key(), name: 'Customer' });
    return (body as { id: string }).id;
  }

  async wallet(
    credits: string,
    more: { customerId?: string; currency?: string; overdraft?: string } = {},
  ): Promise<Wallet> {
    const customerId = more.customerId ?? (await this.customer());
    const { body, status } = await this.client.post('/v1/wallets', {
      customer_id: customerId,
      currency: more.currency ?? 'usd',
      ...(credits === '0' ? {} : { initial_credits_to_load: credits }),
    });
    expect({ status, body: status === 200 ? null : (body as unknown) }).toEqual({ status: 200, body: null });
    const { id } = body as { id: string };
    if (more.overdraft) await this.client.put(`/v1/wallets/${id}`, { overdraft_limit: more.overdraft });
    return { id, customerId };
  }

  /** @returns the transaction */
  async grant(walletId: string, credits: string, terms: object = {}): Promise<Record<string, string>> {
    const { body, status } = await this.client.post(`/v1/wallets/${walletId}/top-up`, {
      credits_to_add: credits,
      transaction_reason: 'FREE_CREDIT_GRANT',
      idempotency_key: this.key(),
      ...terms,
    });
    expect(status).toBe(200);
    return (body as { wallet_transaction: Record<string, string> }).wallet_transaction;
  }

  debit(walletId: string, credits: string, key = this.key()) {
    return this.client.post(`/v1/wallets/${walletId}/debit`, {
      credits,
      transaction_reason: 'MANUAL_BALANCE_DEBIT',
      idempotency_key: key,
    });
  }

  /** The id of the debit's transaction. */
  async spend(walletId: string, credits: string): Promise<string> {
    expect((await this.debit(walletId, credits)).status).toBe(200);
    return (await this.transactions(walletId))[0]!['id'] as string;
  }

  async transactions(walletId: string): Promise<Record<string, unknown>[]> {
    const { body } = await this.client.get(`/v1/wallets/${walletId}/transactions?limit=1000`);
    return (body as { items: Record<string, unknown>[] }).items;
  }

  async balance(walletId: string): Promise<Record<string, unknown>> {
    const { body } = await this.client.get(
      `/v1/wallets/${walletId}/balance/real-time?expand=credits_available_breakdown`,
    );
    return body as Record<string, unknown>;
  }
}
