import { Flexprice, FlexPriceError } from '@flexprice/sdk';
import { TopUpEngine } from '../../src/top-ups/purchases/top-up-engine.js';
import { type ApiClient, newTenantClient } from './api-client.js';
import type { TestApp } from './app.js';

/** A tenant with a customer and a wallet, and ways to owe and pay money, as Flexprice's client knows them. */
export class SdkScene {
  customerId = '';
  walletId = '';

  private constructor(
    readonly service: TestApp,
    readonly client: ApiClient,
    readonly sdk: Flexprice,
  ) {}

  static async create(service: TestApp): Promise<SdkScene> {
    const client = await newTenantClient(service);
    const scene = new SdkScene(service, client, sdkWith(service, client.key));
    return Object.assign(scene, await scene.newWallet('acme'));
  }

  async newWallet(externalId: string, currency = 'usd'): Promise<{ customerId: string; walletId: string }> {
    const customer = await this.sdk.customers.createCustomer({ externalId, name: externalId });
    const wallet = await this.sdk.wallets.createWallet({ customerId: customer.id, currency });
    return { customerId: customer.id as string, walletId: wallet.id as string };
  }

  /** An unpaid one, of so many credits at 1 each. @returns its id */
  async newInvoice(credits = '10', walletId = this.walletId): Promise<string> {
    this.tick();
    const topUp = { creditsToAdd: credits, transactionReason: 'PURCHASED_CREDIT_INVOICED' as const };
    return (await this.sdk.wallets.topUpWallet(walletId, topUp)).invoiceId as string;
  }

  /** @param amount in the invoice's currency; without it all that is owed */
  async pay(id: string, amount?: string): Promise<void> {
    this.tick();
    const payment = { paymentStatus: 'SUCCEEDED' as const, ...(amount ? { amount } : {}) };
    await this.sdk.invoices.updateInvoicePaymentStatus(id, payment);
  }

  /** Lets an automatic top-up of 50 credits charge a card. */
  async charge(
    token: string,
    { walletId, customerId }: { walletId: string; customerId: string } = this,
  ): Promise<void> {
    this.tick();
    await this.client.post(`/v1/customers/${customerId}/payment-methods`, { token }).expect(201);
    await this.buyWhenLow(walletId, false);
  }

  async buyWhenLow(walletId: string, invoicing: boolean): Promise<void> {
    const autoTopup = { enabled: true, threshold: 10, amount: 50, invoicing };
    await this.sdk.wallets.updateWallet(walletId, { autoTopup });
    await this.service.get(TopUpEngine).idle();
  }

  tick(): void {
    this.service.clock.advance(1000);
  }
}

export function sdkWith(service: TestApp, apiKeyAuth: string): Flexprice {
  return new Flexprice({ serverURL: `${service.url}/v1`, apiKeyAuth });
}

/** An error as the SDK understood it: of a body that it cannot read it makes a `ResponseValidationError`. */
export async function refused(call: Promise<unknown>, status: number, message?: RegExp): Promise<void> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FlexPriceError);
  const { statusCode, name, body } = error as FlexPriceError;
  expect([statusCode, name]).toEqual([status, expect.stringMatching(/^(ErrorsErrorsErrorResponse|SDKError)$/)]);
  if (message) expect(JSON.parse(body).message).toMatch(message);
}
