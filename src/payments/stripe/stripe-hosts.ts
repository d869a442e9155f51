import { STRIPE_API } from '../../config.js';
import type { ScriptHosts } from '../payment-provider.js';

const STRIPE: ScriptHosts = {
  script: 'https://js.stripe.com/v3/',
  scripts: ['https://js.stripe.com', 'https://*.js.stripe.com'],
  connections: ['https://api.stripe.com'],
  frames: ['https://js.stripe.com', 'https://*.js.stripe.com', 'https://hooks.stripe.com'],
};

/** Where Stripe.js is, and whom it talks to: what a page that loads it has to allow, and nothing more. */
export function stripeHosts(apiBase: string): ScriptHosts {
  if (apiBase === STRIPE_API) return STRIPE;
  return { script: `${apiBase}/v3/`, scripts: [apiBase], connections: [apiBase], frames: [apiBase] };
}
