import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { hashApiKey } from '../../auth/api-key-format.js';
import { ApiKey } from '../../auth/api-key.entity.js';
import { ApiKeysService } from '../../auth/api-keys.service.js';
import { Environment } from '../../auth/environment.entity.js';
import { Tenant } from '../../auth/tenant.entity.js';
import { TenantsService } from '../../auth/tenants.service.js';
import { Config } from '../../config.js';
import { CreditsWallets } from '../../credits/credits-wallets.service.js';
import { PacksService } from '../../credits/packs/packs.service.js';
import { Customer } from '../../customers/customer.entity.js';
import { CustomersService } from '../../customers/customers.service.js';
import { Entry } from '../../ledger/entry.entity.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { decimal } from '../../shared/decimal.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { withinEveryScope, withinScope } from '../../shared/sight.js';
import { inWallet } from '../../shared/shard.js';
import { databasePlace } from '../database-place.js';
import { type DemoDetails, readDemoFile, writeDemoFile } from './demo-file.js';
import { DEMO_CREDITS } from './demo-text.js';

const TENANT_NAME = 'Refill demo';
const EXTERNAL_ID = 'demo-customer';
/** Ids and prices as in the examples of the API documentation, which so work as they are. */
const PACKS = [
  { id: 'pack_10', name: '10 credits', packAmount: 10, priceMinor: 1100 },
  { id: 'pack_100', name: '100 credits', packAmount: 100, priceMinor: 9900 },
  { id: 'pack_1000', name: '1,000 credits', packAmount: 1000, priceMinor: 88_000 },
];
const CREDIT_KEY = 'demo-credits';
const ACTOR = { keyId: '', requestId: 'demo' };

/** Something to try the service with. Every step finds what an earlier start has made, so a start can break off anywhere. */
@Injectable()
export class Demo {
  constructor(
    private readonly em: EntityManager,
    private readonly config: Config,
    private readonly tenants: TenantsService,
    private readonly keys: ApiKeysService,
    private readonly customers: CustomersService,
    private readonly packs: PacksService,
    private readonly wallets: CreditsWallets,
    private readonly ledger: LedgerService,
  ) {}

  /** Makes what is missing, and keeps the keys of an earlier start as long as this database knows them. */
  async prepare(baseUrl: string): Promise<DemoDetails> {
    const known = await readDemoFile(this.config);
    const scope = await withinEveryScope(
      async () => (await this.#scopeOfKey(known?.server_key)) ?? (await this.#findScope()) ?? this.#makeScope(),
    );
    const details = await withinScope(scope, () => this.#ensure(scope, baseUrl, known));
    await writeDemoFile(this.config.dataDir, details);
    return details;
  }

  async #ensure(scope: Scope, baseUrl: string, known: DemoDetails | undefined): Promise<DemoDetails> {
    const customer = await this.#ensureCustomer(scope);
    return {
      database: databasePlace(this.config),
      base_url: baseUrl,
      server_key: await this.#ensureKey(scope, known?.server_key, null),
      account_key: await this.#ensureKey(scope, known?.account_key, customer.id),
      customer_id: customer.id,
      customer_external_id: customer.externalId,
      wallet_id: await this.#ensureWallet(scope, customer.id),
      pack_ids: await this.#ensurePacks(scope),
    };
  }

  async #scopeOfKey(plainKey: string | undefined): Promise<Scope | undefined> {
    const key = plainKey === undefined ? undefined : await this.#findKey(plainKey);
    return key && key.customerId == null ? scopeOf(key) : undefined;
  }

  async #findScope(): Promise<Scope | undefined> {
    const em = this.em.fork();
    const tenant = await em.findOne(Tenant, { name: TENANT_NAME, status: 'published' }, { orderBy: { id: 'asc' } });
    if (!tenant) return undefined;
    const where = { tenantId: tenant.id, type: 'development', status: 'published' } as const;
    const environment = await em.findOne(Environment, where, { orderBy: { id: 'asc' } });
    return environment ? { tenantId: tenant.id, environmentId: environment.id } : undefined;
  }

  async #makeScope(): Promise<Scope> {
    const tenant = await this.tenants.createTenant({ name: TENANT_NAME });
    const environment = await this.tenants.createEnvironment(tenant.id, { name: 'Development', type: 'development' });
    return { tenantId: tenant.id, environmentId: environment.id };
  }

  /** On the sandbox of a development environment it comes with an approving card. */
  async #ensureCustomer(scope: Scope): Promise<Customer> {
    const where = { ...scope, externalId: EXTERNAL_ID, status: 'published' } as const;
    const known = await this.em.fork().findOne(Customer, where);
    if (known) return known;
    const creator = { ...scope, keyId: '', environmentType: 'development' } as const;
    return this.customers.create(creator, {
      external_id: EXTERNAL_ID,
      name: 'Demo customer',
      email: 'demo@refill.example',
    });
  }

  async #ensureKey(scope: Scope, plainKey: string | undefined, customerId: string | null): Promise<string> {
    const known = plainKey === undefined ? undefined : await this.#findKey(plainKey);
    const isOurs =
      known?.tenantId === scope.tenantId &&
      known.environmentId === scope.environmentId &&
      (known.customerId ?? null) === customerId;
    if (plainKey !== undefined && isOurs) return plainKey;
    const name = customerId === null ? 'Demo server key' : 'Demo account key';
    const made = await this.keys.createApiKey(scope, { name, customerId });
    return made.plainKey;
  }

  async #findKey(plainKey: string): Promise<ApiKey | undefined> {
    const where = { keyHash: hashApiKey(plainKey), status: 'published', expiresAt: null };
    return (await this.em.fork().findOne(ApiKey, where)) ?? undefined;
  }

  async #ensureWallet(scope: Scope, customerId: string): Promise<string> {
    const { id: walletId } = await this.wallets.findOrOpen({ scope, customerId, actor: ACTOR });
    // A wallet gets them once, however often the service starts.
    if (await this.em.fork().count(Entry, { ...inWallet(walletId), idempotencyKey: CREDIT_KEY })) return walletId;
    await this.ledger.post({
      kind: 'credit',
      scope,
      walletId,
      actor: ACTOR,
      terms: {
        credits: decimal(DEMO_CREDITS),
        reason: 'FREE_CREDIT_GRANT',
        referenceType: 'EXTERNAL',
        referenceId: 'demo',
        description: 'Demo credits',
        idempotencyKey: CREDIT_KEY,
      },
      answer: () => null,
    });
    return walletId;
  }

  async #ensurePacks(scope: Scope): Promise<string[]> {
    for (const pack of PACKS) {
      if (await this.packs.find(scope, pack.id)) continue;
      await this.packs.create({ ...scope, keyId: '' }, { ...pack, currency: 'usd' });
    }
    return PACKS.map(({ id }) => id);
  }
}
