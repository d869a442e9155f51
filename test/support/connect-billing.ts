import { BillingConnections } from '../../src/payments/billing-system/billing-connections.js';
import { SettingsService } from '../../src/settings/settings.service.js';
import type { Scope } from '../../src/shared/scope.js';
import type { TestApp } from './app.js';
import { BILLING_SECRET } from './billing-system.js';

/** Has a development environment charge through a billing system of its own. */
export async function connectBilling(service: TestApp, scope: Scope, url: string): Promise<void> {
  const caller = {
    ...scope,
    environmentType: 'development' as const,
    keyId: 'key_test',
    customerId: null,
    userId: null,
    scopes: new Set<never>(),
    requestId: 'req_test',
  };
  await service.get(BillingConnections).put(caller, { url, secret: BILLING_SECRET });
  await service.get(SettingsService).put(scope, 'payments', { provider: 'webhook' });
}
