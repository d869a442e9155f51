import type { StripeStandIn } from '../stripe-stand-in.js';
import type { FaultRule } from './fault-script.js';
import type { OutcomeRule } from './outcome-script.js';

type Body = Record<string, unknown>;
type Act = (standIn: StripeStandIn, body: Body, id: string) => unknown;

const DONE = { done: true };

/**
 * What tests in other processes, and humans with curl, may ask of the stand-in, under `/_control/`. Bodies and answers
 * are JSON. Nothing of it is Stripe's.
 */
const ROUTES: Readonly<Record<string, Act>> = {
  'GET charges': ({ books }) => books.charges(),
  'GET movements': ({ books }) => books.movements(),
  'GET calls': ({ books }) => books.calls,
  'GET events': ({ books }) => books.events.all(),
  'GET deliveries': ({ books }) => books.deliveries,
  'GET payment_intents': ({ books }) => books.paymentIntents.all(),
  'POST faults': ({ faults }, body) => does(() => faults.add(body as unknown as FaultRule)),
  'DELETE faults': ({ faults }) => does(() => faults.clear()),
  'POST faults/seed': ({ faults }, body) => does(() => faults.seed(Number(body.seed))),
  'POST outcomes': ({ outcomes }, body) => does(() => outcomes.add(body as unknown as OutcomeRule)),
  'DELETE outcomes': ({ outcomes }) => does(() => outcomes.clear()),
  'POST rate_limit': ({ rateLimit }, body) => does(() => (rateLimit.perSecond = body.perSecond as number | undefined)),
  'POST webhooks': ({ webhookScript }, body) => does(() => webhookScript.add(body)),
  'DELETE webhooks': ({ webhookScript }) => does(() => webhookScript.clear()),
  'POST webhooks/seed': ({ webhookScript }, body) => does(() => webhookScript.seed(Number(body.seed))),
  'POST webhook_endpoints': (standIn, body) =>
    does(() =>
      standIn.addWebhook(String(body.url), body.secret as string | undefined, body.events as string[] | undefined),
    ),
  'POST events/{id}/resend': ({ webhooks }, _, id) => does(() => webhooks.resend(id)),
  'POST authenticate/{id}': ({ dashboard }, body, id) => dashboard.authenticate(id, body.succeeds !== false),
  'POST checkout/{id}': ({ dashboard }, body, id) =>
    dashboard.completeCheckout(id, body.card as string | undefined, body.keepsCard === true),
  'POST settle/{id}': ({ dashboard }, body, id) => dashboard.settle(id, body.as as 'failed' | 'succeeded'),
  'POST disputes/{id}': ({ dashboard }, body, id) => dashboard.openDispute(id, body),
  'POST disputes/{id}/escalate': ({ dashboard }, _, id) => dashboard.escalateDispute(id),
  'POST disputes/{id}/win': ({ dashboard }, body, id) => dashboard.winDispute(id, body.returnsFee === true),
  'POST disputes/{id}/lose': ({ dashboard }, _, id) => dashboard.loseDispute(id),
  'POST refunds/{id}': ({ dashboard }, body, id) => dashboard.refund(id, body.amountMinor as number | undefined),
  'POST refunds/{id}/fail': ({ dashboard }, _, id) => dashboard.failRefund(id),
  'POST cards': ({ dashboard }, body) => ({ id: dashboard.mintCard(body) }),
  'POST cards/{id}/update': ({ dashboard }, body, id) => dashboard.updateCard(id, body),
  'POST cards/{id}/expire': ({ dashboard }, _, id) => dashboard.expireCard(id),
};

/** @returns undefined where there is no such route. */
export function control(standIn: StripeStandIn, method: string, path: string, body: string): unknown {
  const [first = '', id = '', verb] = path.split('/');
  const names = [`${method} ${path}`, `${method} ${first}/{id}${verb === undefined ? '' : `/${verb}`}`];
  const act = names.map((name) => ROUTES[name]).find((found) => found !== undefined);
  return act?.(standIn, body === '' ? {} : (JSON.parse(body) as Body), id);
}

export function controlRoutes(): string[] {
  return Object.keys(ROUTES);
}

function does(act: () => unknown): typeof DONE {
  act();
  return DONE;
}
