import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { PointLimits } from '../http/admission/point-budgets.js';
import { fieldErrorsAt, invalidFields } from '../http/field-errors.js';
import { RequestBudgets } from '../auth/request-budgets.js';
import type { Scope } from '../shared/scope.js';
import type { SettingValue } from './setting-keys.js';
import { SettingsService } from './settings.service.js';

/**
 * The limits that environments set for themselves. They are below what the operator lets their tenant have, so that they
 * protect one part of a tenant from another and nobody from the limit that protects all others.
 */
@Injectable()
export class OwnLimits implements OnModuleInit {
  constructor(
    private readonly settings: SettingsService,
    private readonly budgets: RequestBudgets,
  ) {}

  onModuleInit(): void {
    this.budgets.ownLimitsOf = async (scope) => {
      const { environment, server_key, client_key } = await this.settings.get(scope, 'rate_limits');
      return { environment: limitsOf(environment), serverKey: limitsOf(server_key), clientKey: limitsOf(client_key) };
    };
    this.settings.require('rate_limits', (scope, value) => this.#check(scope, value));
  }

  /** @throws DomainError `validation` for a limit that could never be reached: it would be dropped without a word */
  #check({ tenantId }: Scope, value: SettingValue<'rate_limits'>): Promise<void> {
    const { perSecond, perMinute } = this.budgets.tenantLimits(tenantId);
    for (const [part, limits] of Object.entries(value)) {
      refuseAbove(perSecond, limits.per_second, ['value', part, 'per_second']);
      refuseAbove(perMinute, limits.per_minute, ['value', part, 'per_minute']);
    }
    return Promise.resolve();
  }
}

function limitsOf({ per_second, per_minute }: { per_second: number | null; per_minute: number | null }): PointLimits {
  return { perSecond: per_second, perMinute: per_minute };
}

function refuseAbove(most: number | null, limit: number | null, path: string[]): void {
  if (most === null || limit === null || limit <= most) return;
  throw invalidFields(fieldErrorsAt(path, `must be at most ${most}, which the operator lets the tenant have`));
}
