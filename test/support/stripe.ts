import { StripeConnections } from '../../src/payments/stripe/stripe-connections.js';
import { SettingsService } from '../../src/settings/settings.service.js';
import type { Scope } from '../../src/shared/scope.js';
import type { TestApp } from './app.js';
import { testCaller } from './test-caller.js';

export interface StripeTestKeys {
  secretKey: string;
  publishableKey: string;
}

export const WEBHOOK_SECRET = 'whsec_test0000000000000000000000000000';

/** Has a development environment charge through Stripe, or what stands in for it. */
export async function connectStripe(service: TestApp, scope: Scope, keys: StripeTestKeys): Promise<void> {
  const { secretKey, publishableKey } = keys;
  await service
    .get(StripeConnections)
    .put(testCaller(scope), { secretKey, publishableKey, webhookSecret: WEBHOOK_SECRET });
  await service.get(SettingsService).put(scope, 'payments', { provider: 'stripe' });
}
