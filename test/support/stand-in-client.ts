import Stripe from 'stripe';
import type { StripeStandIn } from '../stripe-stand-in/stripe-stand-in.js';

/** Stripe's own package, talking to a stand-in. It tries nothing again by itself unless told to. */
export function clientOf(standIn: StripeStandIn, config: Partial<Stripe.StripeConfig> = {}): Stripe {
  const { hostname, port } = new URL(standIn.url);
  return new Stripe(standIn.keys.secretKey, {
    host: hostname,
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    timeout: 5000,
    ...config,
  });
}

/** What a request was refused with. @throws where it was not refused. */
export async function errorOf(request: Promise<unknown>): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  const answer = await request.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (answer instanceof Stripe.errors.StripeError) return answer;
  throw new Error('the request was not refused by Stripe', { cause: answer });
}
