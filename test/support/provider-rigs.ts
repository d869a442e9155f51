import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PaymentProvider } from '../../src/payments/payment-provider.js';
import { PaymentProviders } from '../../src/payments/payment-providers.js';
import type { Charge } from '../../src/payments/sandbox-record.js';
import { StripeStandIn } from '../stripe-stand-in/stripe-stand-in.js';
import { startTestApp, type TestApp } from './app.js';
import { BillingSystem } from './billing-system.js';
import { connectBilling } from './connect-billing.js';
import { connectStripe } from './stripe.js';
import { TopUpScene } from './top-ups.js';

/** Cards by what they do, in the provider's own words. */
export interface ProviderCards {
  /** Can be saved, and is charged. */
  approving: string;
  declinedForNow: string;
  declinedForGood: string;
  askingForItsHolder: string;
}

/** A provider with an environment of its own, and what really left the cards. */
export interface ProviderRig {
  provider: PaymentProvider;
  cards: ProviderCards;
  /** Payments that money was taken for, by the provider's own books. */
  charged(): Promise<string[]>;
  newCustomer(): Promise<string>;
  /** The provider's time. */
  now(): Date;
  environmentId: string;
  close(): Promise<void>;
}

const STRIPE_CARDS: ProviderCards = {
  approving: 'pm_card_visa',
  declinedForNow: 'pm_card_visa_chargeDeclinedInsufficientFunds',
  declinedForGood: 'pm_card_visa_chargeDeclinedLostCard',
  askingForItsHolder: 'pm_card_authenticationRequired',
};

async function rigOf(
  service: TestApp,
  scene: TopUpScene,
  parts: Pick<ProviderRig, 'cards' | 'charged'> & { name: string; close?: () => Promise<void> },
): Promise<ProviderRig> {
  const provider = await service.get(PaymentProviders).byName(scene.scope, parts.name);
  if (!provider) throw new Error(`there is no provider ${parts.name}`);
  return {
    provider,
    cards: parts.cards,
    charged: parts.charged,
    newCustomer: async () => (await scene.newWallet('0')).customerId,
    now: () => (parts.name === 'stripe' ? new Date() : service.clock.now()),
    environmentId: scene.scope.environmentId,
    close: async () => {
      await service.close();
      await parts.close?.();
    },
  };
}

async function sandbox(): Promise<ProviderRig> {
  const service = await startTestApp();
  const folder = join(service.config.dataDir, 'sandbox-provider', 'charges');
  const cards = {
    approving: 'pm_sandbox_approve',
    declinedForNow: 'pm_sandbox_decline',
    declinedForGood: 'pm_sandbox_decline_hard',
    askingForItsHolder: 'pm_sandbox_requires_action',
  };
  const charged = () =>
    Promise.all(
      readdirSync(folder).map(async (file) => {
        const charge = JSON.parse(await readFile(join(folder, file), 'utf8')) as Charge;
        return charge.paymentId;
      }),
    );
  return rigOf(service, await TopUpScene.create(service), { name: 'sandbox', cards, charged });
}

async function standIn(): Promise<ProviderRig> {
  const stripe = await StripeStandIn.start();
  const service = await startTestApp({ config: { stripeApiBase: stripe.url } });
  const scene = await TopUpScene.create(service);
  await connectStripe(service, scene.scope, stripe.keys);
  return rigOf(service, scene, {
    name: 'stripe',
    cards: STRIPE_CARDS,
    charged: async () => stripe.books.paidCharges().map(({ paymentIntentId }) => paymentIntentId ?? ''),
    close: () => stripe.close(),
  });
}

/** The tenant's own billing system, asked by signed requests. */
async function billingSystem(): Promise<ProviderRig> {
  const service = await startTestApp();
  const system = await BillingSystem.start(() => service.clock.now());
  const scene = await TopUpScene.create(service);
  await connectBilling(service, scene.scope, system.url);
  return rigOf(service, scene, {
    name: 'webhook',
    cards: {
      approving: 'card_visa',
      declinedForNow: 'card_no_funds',
      declinedForGood: 'card_lost',
      askingForItsHolder: 'card_asking',
    },
    charged: async () => system.charges,
    close: () => system.close(),
  });
}

/** Stripe's own test mode, with the keys of an account of its own. Slow, and never without being asked. */
async function testMode(secretKey: string): Promise<ProviderRig> {
  const { Stripe } = await import('stripe');
  const stripe = new Stripe(secretKey, { telemetry: false });
  const service = await startTestApp({ config: { paymentTimeoutMs: 30_000 } });
  const scene = await TopUpScene.create(service);
  await connectStripe(service, scene.scope, { secretKey, publishableKey: secretKey.replace(/^[sr]k_/, 'pk_') });
  return rigOf(service, scene, {
    name: 'stripe',
    cards: STRIPE_CARDS,
    charged: async () => {
      const { data } = await stripe.paymentIntents.list({ limit: 100 });
      const own = data.filter(({ metadata }) => metadata['environment_id'] === scene.scope.environmentId);
      return own.filter(({ status }) => status === 'succeeded').map(({ id }) => id);
    },
  });
}

type NamedRig = [name: string, start: () => Promise<ProviderRig>];

const TEST_MODE = 'Stripe, in its test mode';
const testKey = process.env['STRIPE_TEST_KEY'];
const testModeRigs: NamedRig[] = testKey ? [[TEST_MODE, () => testMode(testKey)]] : [];

export const PROVIDER_RIGS: readonly NamedRig[] = [
  ['the sandbox', sandbox],
  ['Stripe, over the stand-in', standIn],
  ['a billing system of the tenant, by signed requests', billingSystem],
  ...testModeRigs,
];

/** Said plainly where it was not run. */
export const SKIPPED_RIGS: readonly string[] = testKey ? [] : [`${TEST_MODE}: STRIPE_TEST_KEY is not set`];
