import { formatTimestamp, formatTimestampOrNull } from '../shared/clock.js';
import { type Decimal, formatDecimal } from '../shared/decimal.js';
import { CAP_PERCENTS, type CAPS, type DAYS_BEFORE_EXPIRY } from './event-bodies.dto.js';
import type { BodyOf } from './event-types.js';
import type { EventOwner, NewEvent } from './events.service.js';

/** Why something is so: a stable code for programs, a sentence for people. */
export interface EventReason {
  code: string;
  sentence: string;
}

const TOP_UP_STATUSES = {
  'top_up.created': 'created',
  'top_up.succeeded': 'succeeded',
  'top_up.failed': 'failed',
  'top_up.requires_action': 'requires_action',
  'top_up.canceled': 'canceled',
} as const;
export type TopUpEventType = keyof typeof TOP_UP_STATUSES;

/** A purchase as it is in the commit that the event is written in; a row of `top_up` has these. */
export interface TopUpEventFacts extends EventOwner {
  id: string;
  trigger: string;
  credits: Decimal;
  priceMinor: number;
  feeMinor: number;
  bonusCredits: Decimal;
  currency: string;
  invoicing: boolean;
  invoiceId?: string | null | undefined;
  transactionId?: string | null | undefined;
  actionUrl?: string | null | undefined;
}

/**
 * A purchase has come to the state that the type names: that, and not a row read before, is the status that is told.
 * @param reason why it was started, or has come to this; only a success speaks for itself
 */
export function topUpEvent<Of extends TopUpEventType>(
  type: Of,
  facts: TopUpEventFacts,
  reason: Of extends 'top_up.succeeded' ? EventReason | null : EventReason,
): NewEvent {
  const topUp: BodyOf<TopUpEventType>['top_up'] = {
    id: facts.id,
    wallet_id: facts.walletId,
    customer_id: facts.customerId,
    status: TOP_UP_STATUSES[type],
    trigger: facts.trigger,
    credits: formatDecimal(facts.credits),
    price_minor: facts.priceMinor,
    fee_minor: facts.feeMinor,
    bonus_credits: formatDecimal(facts.bonusCredits),
    currency: facts.currency,
    invoicing: facts.invoicing,
    invoice_id: facts.invoiceId ?? null,
    transaction_id: facts.transactionId ?? null,
    // A link that no longer leads anywhere is not passed on.
    action_url: type === 'top_up.requires_action' ? (facts.actionUrl ?? null) : null,
    ...reasonOf(reason),
  };
  return { ...ownerOf(facts), body: { event_type: type, top_up: topUp } };
}

export interface PauseEventFacts extends EventOwner {
  /** The rule it is about; null: all rules of the wallet. */
  trigger: string | null;
  /** The purchase that stopped it, or let it go on. */
  topUpId: string | null;
  /** Why it stopped, or why it goes on. */
  reason: EventReason;
}

/** Automatic top-up stops, or goes on. */
export function pauseEvent(type: 'auto_topup.paused' | 'auto_topup.resumed', facts: PauseEventFacts): NewEvent {
  const autoTopUp: BodyOf<typeof type>['auto_topup'] = {
    wallet_id: facts.walletId,
    customer_id: facts.customerId,
    status: type === 'auto_topup.paused' ? 'paused' : 'active',
    trigger: facts.trigger,
    reason_code: facts.reason.code,
    reason: facts.reason.sentence,
    top_up_id: facts.topUpId,
  };
  return { ...ownerOf(facts), body: { event_type: type, auto_topup: autoTopUp } };
}

export interface ExpiringEventFacts extends EventOwner {
  credits: Decimal;
  expiresAt: Date;
  daysBefore: (typeof DAYS_BEFORE_EXPIRY)[number];
  /**
   * `renewed`: a purchase is going to move the date. `not_asked`: nobody asked for that. Otherwise why none will, although
   * it was asked for.
   */
  renewal: 'renewed' | 'not_asked' | EventReason;
}

/** Credits expire soon. */
export function expiringEvent(facts: ExpiringEventFacts): NewEvent {
  const { renewal } = facts;
  const expiring = {
    wallet_id: facts.walletId,
    customer_id: facts.customerId,
    credits: formatDecimal(facts.credits),
    expires_at: formatTimestamp(facts.expiresAt),
    days_before: facts.daysBefore,
    will_be_renewed: renewal === 'renewed',
    ...reasonOf(typeof renewal === 'string' ? null : renewal),
  };
  return { ...ownerOf(facts), body: { event_type: 'credits.expiring', expiring } };
}

const INVOICE_STATUSES = { 'invoice.issued': 'issued', 'invoice.paid': 'paid', 'invoice.voided': 'voided' } as const;
export type InvoiceEventType = keyof typeof INVOICE_STATUSES;

/** An invoice as it is in the commit that the event is written in; a row of `invoice` for a wallet has these. */
export interface InvoiceEventFacts extends EventOwner {
  id: string;
  invoiceNumber: string;
  topUpId?: string | null | undefined;
  credits?: Decimal | null | undefined;
  totalMinor: number;
  paidMinor: number;
  currency: string;
  dueAt?: Date | null | undefined;
}

/**
 * An invoice was issued, paid or voided.
 * @param reason why it was voided; the others speak for themselves
 */
export function invoiceEvent<Of extends InvoiceEventType>(
  type: Of,
  facts: InvoiceEventFacts,
  reason: Of extends 'invoice.voided' ? EventReason : null,
): NewEvent {
  const invoice: BodyOf<InvoiceEventType>['invoice'] = {
    id: facts.id,
    invoice_number: facts.invoiceNumber,
    wallet_id: facts.walletId,
    customer_id: facts.customerId,
    top_up_id: facts.topUpId ?? null,
    status: INVOICE_STATUSES[type],
    credits: facts.credits ? formatDecimal(facts.credits) : null,
    price_minor: facts.totalMinor,
    paid_minor: facts.paidMinor,
    currency: facts.currency,
    due_at: formatTimestampOrNull(facts.dueAt ?? null),
    ...reasonOf(reason),
  };
  return { ...ownerOf(facts), body: { event_type: type, invoice } };
}

export interface LimitEventFacts extends EventOwner {
  cap: (typeof CAPS)[number];
  /** Before and after the purchase, open ones included: minor units for `monthly_amount`, purchases for `monthly_count`. */
  usedBefore: number;
  usedAfter: number;
  limit: number;
  /** Of `monthly_amount`; null for `monthly_count`. */
  currency: string | null;
  resetsAt: Date;
  topUpId: string;
}

/** One event for each percentage of a cap that a purchase has reached or passed, and that was not reached before it. */
export function limitEvents(facts: LimitEventFacts): NewEvent[] {
  const { usedBefore, usedAfter, limit } = facts;
  const isReached = (used: number, percent: number) => used * 100 >= limit * percent;
  const crossed = CAP_PERCENTS.filter((percent) => !isReached(usedBefore, percent) && isReached(usedAfter, percent));
  return crossed.map((percent) => {
    const reached = {
      wallet_id: facts.walletId,
      customer_id: facts.customerId,
      cap: facts.cap,
      percent,
      used: usedAfter,
      limit,
      currency: facts.currency,
      resets_at: formatTimestamp(facts.resetsAt),
      top_up_id: facts.topUpId,
    };
    return { ...ownerOf(facts), body: { event_type: 'limit.reached', limit: reached } };
  });
}

/** Only the owner: the facts may be a whole row. */
function ownerOf({ tenantId, environmentId, customerId, walletId }: EventOwner): EventOwner {
  return { tenantId, environmentId, customerId, walletId };
}

function reasonOf(reason: EventReason | null): { reason_code: string | null; reason: string | null } {
  return { reason_code: reason?.code ?? null, reason: reason?.sentence ?? null };
}
