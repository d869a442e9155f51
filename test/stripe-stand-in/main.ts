import { STAND_IN_WEBHOOK_SECRET, StripeStandIn } from './stripe-stand-in.js';

/** Where the stand-in is reached unless `STAND_IN_PORT` says otherwise: the port of Stripe's own mock. */
const DEFAULT_PORT = 12_111;

const { STAND_IN_PORT, STAND_IN_FOLDER, STAND_IN_WEBHOOK_URL, STAND_IN_WEBHOOK_SECRET: ownSecret } = process.env;
const secret = ownSecret ?? STAND_IN_WEBHOOK_SECRET;
const standIn = await StripeStandIn.start({
  port: STAND_IN_PORT === undefined ? DEFAULT_PORT : Number.parseInt(STAND_IN_PORT, 10),
  folder: STAND_IN_FOLDER,
  webhooks: STAND_IN_WEBHOOK_URL === undefined ? [] : [{ url: STAND_IN_WEBHOOK_URL, secret }],
});

console.log(`The Stripe stand-in listens. No money moves here.

Start the service with these two variables:
  STRIPE_API_BASE=${standIn.url} PUBLIC_URL=http://127.0.0.1:3000 npm start

Its keys, as README, "Going live with Stripe", takes them:
  SK=${standIn.keys.secretKey} PK=${standIn.keys.publishableKey} WH=${secret}

Tell the service of events (or start with STAND_IN_WEBHOOK_URL):
  curl ${standIn.url}/_control/webhook_endpoints -d '{"url":"<the service's webhook address>"}'

Look into its books, or see all that it can be told to do:
  curl ${standIn.url}/_control/charges
  curl ${standIn.url}/_control/`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void standIn.close());
}
