import supertest, { type Test } from 'supertest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import type { EnvironmentType } from '../../src/auth/environment.entity.js';
import { TenantsService } from '../../src/auth/tenants.service.js';
import type { Scope } from '../../src/shared/scope.js';
import type { TestApp } from './app.js';

type Body = Record<string, unknown>;

/** Calls the service with one API key. */
export class ApiClient {
  constructor(
    private readonly url: string,
    readonly key: string,
    readonly scope: Scope,
  ) {}

  get(path: string): Test {
    return supertest(this.url).get(path).set('x-api-key', this.key);
  }

  post(path: string, body: Body = {}): Test {
    return supertest(this.url).post(path).set('x-api-key', this.key).send(body);
  }

  /** A POST without a body. */
  empty(path: string): Test {
    return supertest(this.url).post(path).set('x-api-key', this.key);
  }

  put(path: string, body: Body = {}): Test {
    return supertest(this.url).put(path).set('x-api-key', this.key).send(body);
  }

  delete(path: string): Test {
    return supertest(this.url).delete(path).set('x-api-key', this.key);
  }
}

/** A client with a key that was made over the API. */
export function withKey(service: TestApp, key: string, scope: Scope): ApiClient {
  return new ApiClient(service.url, key, scope);
}

/** A client of a new tenant, with a server key of its only environment. */
export async function newTenantClient(service: TestApp, type: EnvironmentType = 'development'): Promise<ApiClient> {
  const tenants = service.get(TenantsService);
  const tenant = await tenants.createTenant({ name: 'Test' });
  const environment = await tenants.createEnvironment(tenant.id, { name: 'Test', type });
  const scope = { tenantId: tenant.id, environmentId: environment.id };
  const { plainKey } = await service.get(ApiKeysService).createApiKey(scope, { name: 'Test' });
  return new ApiClient(service.url, plainKey, scope);
}
