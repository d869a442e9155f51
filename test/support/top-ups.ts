import { SCOPE_NAMES } from '../../src/auth/scopes.js';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { EntityManager } from '@mikro-orm/postgresql';
import { CustomersService } from '../../src/customers/customers.service.js';
import { PaymentMethodsService } from '../../src/customers/payment-methods.service.js';
import { LedgerService } from '../../src/ledger/ledger.service.js';
import type { WalletRecord } from '../../src/ledger/wallet-state.js';
import { decimal } from '../../src/shared/decimal.js';
import type { Scope } from '../../src/shared/scope.js';
import { ScheduledTask } from '../../src/top-ups/schedule/scheduled-task.js';
import { TopUpDecision } from '../../src/top-ups/rules/top-up-decision.entity.js';
import { TopUpEngine } from '../../src/top-ups/purchases/top-up-engine.js';
import {
  type AccountRulesChange,
  type AgreedPack,
  type AutoTopUpChange,
  type LimitsChange,
  type TopUpChange,
  topUpChange,
} from '../../src/top-ups/rules/top-up-changes.js';
import { TopUp, TopUpAttempt } from '../../src/top-ups/purchases/top-up.entity.js';
import { TenantsService } from '../../src/auth/tenants.service.js';
import type { TestApp } from './app.js';
import { ACTOR, TestLedger } from './ledger.js';

export const PACK: AgreedPack = {
  id: 'pack_100',
  credits: decimal(100),
  priceMinor: 9900,
  currency: 'usd',
  validityMonths: 12,
};

/** A tenant with one customer, one wallet and a sandbox card, and what the top-up engine does for them. */
export class TopUpScene {
  customers = 0;

  private constructor(
    readonly service: TestApp,
    readonly scope: Scope,
    readonly ledger: TestLedger,
  ) {}

  static async create(service: TestApp): Promise<TopUpScene> {
    const tenants = service.get(TenantsService);
    const { id: tenantId } = await tenants.createTenant({ name: 'Test' });
    const environment = await tenants.createEnvironment(tenantId, { name: 'Test', type: 'development' });
    const scope = { tenantId, environmentId: environment.id };
    return new TopUpScene(service, scope, new TestLedger(service, scope));
  }

  get caller() {
    return { ...this.scope, environmentType: 'development' as const, keyId: ACTOR.keyId, scopes: new Set(SCOPE_NAMES) };
  }

  /** A new customer (the sandbox gives it an approving card) with a wallet of so many free credits. */
  async newWallet(
    credits: string,
    card?: string,
    values: Partial<WalletRecord> = {},
  ): Promise<{ walletId: string; customerId: string }> {
    this.customers += 1;
    const draft = { external_id: `customer-${this.customers}`, name: 'Customer' };
    const customer = await this.service.get(CustomersService).create(this.caller, draft);
    if (card) await this.useCard(customer.id, card);
    return {
      walletId: await this.ledger.open({ customerId: customer.id, ...values }, credits),
      customerId: customer.id,
    };
  }

  async useCard(customerId: string, token: string): Promise<void> {
    await this.service.get(PaymentMethodsService).replace(this.caller, customerId, token);
  }

  setAutoTopUp(walletId: string, change: AutoTopUpChange & { threshold?: string; amount?: string }): Promise<unknown> {
    const { threshold, amount, ...rest } = change;
    const full: AutoTopUpChange = {
      enabled: true,
      invoicing: false,
      ...(threshold === undefined ? {} : { thresholdCredits: decimal(threshold) }),
      ...(amount === undefined ? {} : { amountCredits: decimal(amount) }),
      ...rest,
    };
    return this.change(walletId, { kind: 'auto_topup', change: full });
  }

  setLimits(walletId: string, change: LimitsChange): Promise<unknown> {
    return this.change(walletId, { kind: 'limits', change });
  }

  setAccountRules(walletId: string, settings: AccountRulesChange): Promise<unknown> {
    const full = { onExpiration: false, onInsufficient: false, pack: PACK, ...settings };
    return this.change(walletId, { kind: 'account_rules', change: full });
  }

  /** Waits until the top-ups that were nudged have gone as far as they go. */
  async settle(): Promise<void> {
    await this.service.get(TopUpEngine).idle();
  }

  /** One round of the scheduled task, and what it started. */
  async runTask(): Promise<void> {
    const task = this.service.get(ScheduledTask);
    // Waits for a round that something else has started (a card was replaced), then runs one of its own.
    await task.tick();
    await task.run();
    await this.settle();
  }

  topUps(walletId: string): Promise<TopUp[]> {
    return this.service
      .get(EntityManager)
      .fork()
      .find(TopUp, { walletId }, { orderBy: { createdAt: 'asc', id: 'asc' } });
  }

  attempts(topUpId: string): Promise<TopUpAttempt[]> {
    return this.service
      .get(EntityManager)
      .fork()
      .find(TopUpAttempt, { topUpId }, { orderBy: { attempt: 'asc' } });
  }

  decisions(walletId: string): Promise<TopUpDecision[]> {
    const orderBy = { createdAt: 'asc', id: 'asc' } as const;
    return this.service.get(EntityManager).fork().find(TopUpDecision, { walletId }, { orderBy });
  }

  async balance(walletId: string): Promise<string> {
    return (await this.ledger.evaluate(walletId)).balance;
  }

  /** Charges in the sandbox's own record, outside the database: what really left the cards. */
  charges(): string[] {
    return sandboxCharges(this.service.config.dataDir);
  }

  /** Any change of rules, pauses and top-ups, as the service itself makes them. */
  change(walletId: string, change: TopUpChange): Promise<unknown> {
    return this.service.get(LedgerService).post({
      kind: 'evaluate',
      scope: this.scope,
      walletId,
      actor: ACTOR,
      changes: [topUpChange(change)],
      answer: () => null,
    });
  }
}

export function sandboxCharges(dataDir: string): string[] {
  try {
    return readdirSync(join(dataDir, 'sandbox-provider', 'charges'));
  } catch {
    return [];
  }
}
