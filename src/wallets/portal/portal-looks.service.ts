import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Environment } from '../../auth/environment.entity.js';
import { TenantsService } from '../../auth/tenants.service.js';
import { CustomersService } from '../../customers/customers.service.js';
import { SettingsService } from '../../settings/settings.service.js';
import { Clock, formatTimestamp } from '../../shared/clock.js';
import type { Scope } from '../../shared/scope.js';
import { withinEveryScope } from '../../shared/sight.js';
import { trustedCache } from '../../shared/trusted-cache.js';
import type { PortalVisitDto } from './portal.dto.js';
import type { PortalVisitor } from './portal-sessions.service.js';

const CACHE_LIMIT = 1000;
const ENVIRONMENT_ID = /^env_[\dA-Z]{26}$/;

/** Whose name, colour and logo the pages of the portal have, and who may show them in a frame. */
@Injectable()
export class PortalLooks {
  readonly #framers: LRUCache<string, readonly string[]>;

  constructor(
    private readonly em: EntityManager,
    private readonly settings: SettingsService,
    private readonly tenants: TenantsService,
    private readonly customers: CustomersService,
    clock: Clock,
  ) {
    this.#framers = trustedCache(clock, CACHE_LIMIT);
  }

  async visit({ scope, customerId, ...visitor }: PortalVisitor): Promise<PortalVisitDto> {
    const [look, tenant, customer] = await Promise.all([
      this.settings.get(scope, 'portal'),
      this.tenants.get(scope.tenantId),
      this.customers.get(scope, customerId),
    ]);
    const { rights, scopes, environmentType, expiresAt } = visitor;
    return {
      customer_name: customer.name,
      brand: { name: look.display_name || tenant.name, accent_color: look.accent_color, logo: look.logo },
      rights,
      shows_account: scopes.has('account:read') && scopes.has('packs:read'),
      may_manage: rights === 'manage' && scopes.has('account:write'),
      is_test: environmentType === 'development',
      expires_at: formatTimestamp(expiresAt),
    };
  }

  /** What a link says of its environment: nothing, unless somebody may show the page in a frame. */
  async queryOf(scope: Scope): Promise<string> {
    const { allowed_origins: origins } = await this.settings.get(scope, 'portal');
    return origins.length === 0 ? '' : `?environment=${encodeURIComponent(scope.environmentId)}`;
  }

  /**
   * Origins whose pages may show the portal of an environment in a frame. Asked before any token is shown: the answer is no
   * secret, and an unknown environment has none either.
   */
  async framersOf(environmentId: string): Promise<readonly string[]> {
    if (!ENVIRONMENT_ID.test(environmentId)) return [];
    const known = this.#framers.get(environmentId);
    if (known) return known;
    const found = await withinEveryScope(() => this.#read(environmentId));
    this.#framers.set(environmentId, found);
    return found;
  }

  async #read(id: string): Promise<readonly string[]> {
    const environment = await this.em.fork().findOne(Environment, { id, status: 'published' });
    if (!environment) return [];
    const { allowed_origins: origins } = await this.settings.get(
      { tenantId: environment.tenantId, environmentId: id },
      'portal',
    );
    return origins;
  }
}
