import { StripeStandIn } from './stripe-stand-in.js';

/** Where the stand-in is reached unless `STAND_IN_PORT` says otherwise: the port of Stripe's own mock. */
const DEFAULT_PORT = 12_111;

const port = Number.parseInt(process.env.STAND_IN_PORT ?? String(DEFAULT_PORT), 10);
const standIn = await StripeStandIn.start({ port, folder: process.env.STAND_IN_FOLDER });
console.log(`The Stripe stand-in listens.

Start the service with:
  STRIPE_API_BASE=${standIn.url} npm start

Give these to the environment's payment settings:
  secret key       ${standIn.keys.secretKey}
  publishable key  ${standIn.keys.publishableKey}

Its books: curl ${standIn.url}/_control/charges`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void standIn.close());
}
