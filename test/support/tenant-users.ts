import { scryptSync } from 'node:crypto';
import { EntityManager } from '@mikro-orm/postgresql';
import { OPERATOR } from '../../src/auth/audit/author.js';
import type { EnvironmentType } from '../../src/auth/environment.entity.js';
import type { RoleName } from '../../src/auth/roles.js';
import { TenantsService } from '../../src/auth/tenants.service.js';
import { LoginKeys } from '../../src/auth/users/login-keys.js';
import { UsersService } from '../../src/auth/users/users.service.js';
import { newId } from '../../src/shared/ids.js';
import { ApiClient } from './api-client.js';
import type { TestApp } from './app.js';

export const PASSWORD = 'correct horse battery staple';
const NOWHERE = { requestId: 'test', address: '127.0.0.1', userAgent: '' };
const SALT = Buffer.from('0123456789abcdef');
/** Of `PASSWORD`, and cheap to compare with: the service hashes for a fifth of a second. */
export const CHEAP_HASH = `$scrypt$ln=1,r=1,p=1$${text(SALT)}$${text(scryptSync(PASSWORD, SALT, 32, { N: 2, r: 1, p: 1 }))}`;

export interface TestUser {
  id: string;
  email: string;
  /** With a token of a login. */
  client: ApiClient;
}

/** A tenant with both environments, and users of any role. */
export class TenantUsersScene {
  #count = 0;

  private constructor(
    readonly service: TestApp,
    readonly tenantId: string,
    private readonly environments: Record<EnvironmentType, string>,
  ) {}

  static async create(service: TestApp): Promise<TenantUsersScene> {
    const tenants = service.get(TenantsService);
    const { id } = await tenants.createTenant({ name: 'Acme' });
    const [development, production] = [
      await tenants.createEnvironment(id, { name: 'Development', type: 'development' }),
      await tenants.createEnvironment(id, { name: 'Production', type: 'production' }),
    ];
    return new TenantUsersScene(service, id, { development: development.id, production: production.id });
  }

  /** No other scene's. */
  get domain(): string {
    return `${this.tenantId.replace('_', '-').toLowerCase()}.example`;
  }

  async user(role: RoleName, environment: EnvironmentType = 'production'): Promise<TestUser> {
    const { service, tenantId } = this;
    this.#count += 1;
    const email = `user-${this.#count}@${this.domain}`;
    const id = newId('user', service.clock.now());
    const user = { id, tenantId, email, passwordHash: CHEAP_HASH, name: '', role };
    const scope = { tenantId, environmentId: this.environments[environment] };
    const token = await service
      .get(EntityManager)
      .fork()
      .transactional((tx) =>
        service.get(LoginKeys).create(tx, scope, service.get(UsersService).add(tx, user, OPERATOR), NOWHERE),
      );
    return { id, email, client: new ApiClient(service.url, token, scope) };
  }
}

function text(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
