import { BillingConnections } from '../../src/payments/billing-system/billing-connections.js';
import { SettingsService } from '../../src/settings/settings.service.js';
import type { Scope } from '../../src/shared/scope.js';
import type { TestApp } from './app.js';
import { BILLING_SECRET } from './billing-system.js';
import { testCaller } from './test-caller.js';

/** Has a development environment charge through a billing system of its own. */
export async function connectBilling(service: TestApp, scope: Scope, url: string): Promise<void> {
  await service.get(BillingConnections).put(testCaller(scope), { url, secret: BILLING_SECRET });
  await service.get(SettingsService).put(scope, 'payments', { provider: 'webhook' });
}
