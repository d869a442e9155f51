/** What an event of Stripe is about, as far as anybody here wants to know: something to be read from Stripe. */
export interface EventSubject {
  kind: 'payment' | 'setup' | 'returns' | 'card';
  /**
   * Id of the payment intent (for `returns`, of which money goes back or is disputed), the setup intent, the payment method
   * (`card`) or the Checkout session: one in payment mode is a payment's, too.
   */
  ref: string;
}

interface EventFacts {
  type: string;
  data: { object: object };
}

const PAYMENT_EVENTS: ReadonlySet<string> = new Set([
  'payment_intent.canceled',
  'payment_intent.payment_failed',
  'payment_intent.processing',
  'payment_intent.requires_action',
  'payment_intent.succeeded',
]);
const SETUP_EVENTS: ReadonlySet<string> = new Set(['setup_intent.succeeded']);
const SESSION_EVENTS: ReadonlySet<string> = new Set(['checkout.session.completed', 'checkout.session.expired']);

const CARD_EVENTS: ReadonlySet<string> = new Set([
  'payment_method.automatically_updated',
  'payment_method.detached',
  'payment_method.updated',
]);

/** Of charges, refunds and disputes: all name their payment intent. */
const RETURN_EVENTS: ReadonlySet<string> = new Set([
  'charge.dispute.closed',
  'charge.dispute.created',
  'charge.dispute.funds_reinstated',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.updated',
  'charge.refund.updated',
  'charge.refunded',
  'refund.created',
  'refund.failed',
  'refund.updated',
]);

/** Undefined for what means nothing here. Of the event's object only ids are taken: what it says may be old by now. */
export function subjectOf({ type, data }: EventFacts): EventSubject | undefined {
  const { id, mode, payment_intent: intent } = data.object as Record<string, unknown>;
  if (PAYMENT_EVENTS.has(type)) return subject('payment', id);
  if (RETURN_EVENTS.has(type)) return subject('returns', intent);
  if (SETUP_EVENTS.has(type)) return subject('setup', id);
  if (CARD_EVENTS.has(type)) return subject('card', id);
  if (!SESSION_EVENTS.has(type)) return undefined;
  if (mode === 'setup') return subject('setup', id);
  // A top-up that is paid on a page has the page's id until the page was used.
  return mode === 'payment' ? subject('payment', id) : undefined;
}

function subject(kind: EventSubject['kind'], ref: unknown): EventSubject | undefined {
  return typeof ref === 'string' && ref.length > 0 && ref.length <= 255 ? { kind, ref } : undefined;
}
