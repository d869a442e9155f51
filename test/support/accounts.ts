import request, { type Test } from 'supertest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { ACCOUNT_SCOPES } from '../../src/auth/scopes.js';
import { TenantsService } from '../../src/auth/tenants.service.js';
import { CustomersService } from '../../src/customers/customers.service.js';
import { PaymentMethodsService } from '../../src/customers/payment-methods.service.js';
import { PacksService } from '../../src/credits/packs/packs.service.js';
import type { Scope } from '../../src/shared/scope.js';
import type { TestApp } from './app.js';

/** Stands in for a server key where the service itself is asked. */
export interface TestTenant extends Scope {
  keyId: string;
  environmentType: 'development' | 'production';
  serverKey: string;
}

export interface TestAccount {
  customerId: string;
  externalId: string;
  /** A key of this very account. */
  key: string;
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export function call(service: Pick<TestApp, 'url'>, key: string): Record<Method, (path: string) => Test> {
  const by = (method: Method) => (path: string) =>
    request(service.url)[method](path).set('Authorization', `JWT ${key}`);
  return { get: by('get'), post: by('post'), put: by('put'), patch: by('patch'), delete: by('delete') };
}

/** A tenant that sells packs of 10 (11.00 USD), 100 (99.00) and 1,000 (880.00). */
export async function createTenant(
  service: TestApp,
  environmentType: 'development' | 'production' = 'development',
): Promise<TestTenant> {
  const tenant = await service.get(TenantsService).createTenant({ name: 'Acme' });
  const environment = await service
    .get(TenantsService)
    .createEnvironment(tenant.id, { name: environmentType, type: environmentType });
  const scope = { tenantId: tenant.id, environmentId: environment.id };
  const { secret, plainKey } = await service.get(ApiKeysService).createApiKey(scope, { name: 'server' });
  const manager = { ...scope, keyId: secret.id, environmentType, serverKey: plainKey };
  const packs = service.get(PacksService);
  const prices = { 10: 1100, 100: 9900, 1000: 88_000 };
  for (const [credits, priceMinor] of Object.entries(prices)) {
    await packs.create(manager, {
      id: `pack_${credits}`,
      name: `${credits} credits`,
      priceMinor,
      currency: 'usd',
      packAmount: Number(credits),
    });
  }
  return manager;
}

let accounts = 0;

/**
 * A customer with a sandbox card (the approving one unless another token is named; null: no card) and an account key that
 * may also reserve credits.
 */
export async function createAccount(
  service: TestApp,
  tenant: TestTenant,
  card: string | null = 'pm_sandbox_approve',
): Promise<TestAccount> {
  accounts += 1;
  const externalId = `account-${accounts}`;
  const customer = await service.get(CustomersService).create(tenant, { external_id: externalId, name: externalId });
  const methods = service.get(PaymentMethodsService);
  if (card === null) {
    for (const { id } of await methods.list(tenant, customer.id)) await methods.remove(tenant, customer.id, id);
  } else if (card !== 'pm_sandbox_approve') {
    await methods.replace(tenant, customer.id, card);
  }
  const { plainKey } = await service
    .get(ApiKeysService)
    .createApiKey(tenant, { name: externalId, customerId: customer.id, scopes: [...ACCOUNT_SCOPES, 'holds:write'] });
  return { customerId: customer.id, externalId, key: plainKey };
}
