import type { ListedPayment } from '../../payments/payment-provider.js';
import { LOOKUPS_MS } from '../schedule/schedule.js';
import { isOpenStatus, type TopUpStatus } from '../purchases/top-up.entity.js';

/**
 * What the two can disagree about. `missing_here`: charged, and no top-up is known. `missing_at_provider`: a top-up has a
 * payment that its provider does not. `not_credited`: charged and not credited. `credited_without_charge`,
 * `credited_twice`, `charged_twice`: as they say. `amount`, `currency`: charged otherwise than asked for. `not_refunded`:
 * given back here, not there. `status`: ended here, and still open there. `credited_without_intent`: the ledger has a
 * credit of a top-up that does not exist. `refund_…` and `dispute_…`: the same of what went back of a payment, one by one;
 * `not_taken_back`: the ledger took other credits for it than its row says.
 */
export const DIFFERENCE_KINDS = [
  'missing_here',
  'missing_at_provider',
  'not_credited',
  'credited_without_charge',
  'credited_twice',
  'charged_twice',
  'amount',
  'currency',
  'not_refunded',
  'status',
  'credited_without_intent',
  'refund_missing_here',
  'refund_missing_at_provider',
  'refund_amount',
  'refund_status',
  'dispute_missing_here',
  'dispute_missing_at_provider',
  'dispute_amount',
  'dispute_status',
  'not_taken_back',
] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

/**
 * How one is repaired, each safe to repeat. `settle`: the ordinary way to credits. `adopt`: the payment is given to its
 * top-up first. `recreate`: the top-up is made from what was left with the payment, and credited. `cancel`: given up at
 * the provider. `returns`: what went back is read from the provider and followed, as its event would be. `refund`: asked
 * for again, under the same key. `person`: only somebody can say what is right.
 */
export const REPAIRS = ['settle', 'adopt', 'recreate', 'cancel', 'returns', 'refund', 'person'] as const;
export type Repair = (typeof REPAIRS)[number];

/** A payment as its provider has it. */
export interface SideThere {
  status: ListedPayment['status'];
  /** Minor units. Null where they cannot be counted. */
  amountMinor: number | null;
  currency: string | null;
  refundedMinor: number;
}

/** A top-up and its credits as the database has them. */
export interface SideHere {
  status: TopUpStatus;
  priceMinor: number;
  currency: string;
  paymentId: string | null;
  /** How many entries of the ledger credit it. */
  credited: number;
  /** Minor units that went back or are on their way, by refunds that have not failed. */
  refundedMinor: number;
}

export interface ComparedTopUp extends SideHere {
  /** What it has as its payment is a page of the provider's, which becomes a payment when somebody pays on it. */
  isPage: boolean;
  createdAt: Date;
  chargedAt: Date | null;
  updatedAt: Date;
}

export interface Compared {
  paymentId: string | null;
  /** Undefined: the provider has no such payment. */
  there: (SideThere & { createdAt: Date }) | undefined;
  /** Undefined: there is no such top-up. */
  here: ComparedTopUp | undefined;
  /** Whether the payment says what it was for. */
  canRecreate: boolean;
  now: Date;
}

export interface Finding {
  kind: DifferenceKind;
  repair: Repair;
}

/** Nothing, what is wrong, or that it is too early to say. */
export type Comparison = Finding | 'in_flight' | undefined;

/** What a payment and its top-up disagree about: the gravest, where it is more than one thing. */
export function comparePayment({ paymentId, there, here, canRecreate, now }: Compared): Comparison {
  if (!here) return missingHere(there, canRecreate);
  const isOnItsWay = isInFlight(here, there, now);
  if (!there) return missingThere(here, isOnItsWay);
  if (here.paymentId === null || here.isPage) return withoutPayment(there, here, isOnItsWay);
  if (here.paymentId !== paymentId) return anotherPayment(there);
  if (here.credited > 1) return person('credited_twice');
  if (there.status === 'succeeded') return charged(there, here, isOnItsWay);
  return notCharged(there, here);
}

function missingHere(there: Compared['there'], canRecreate: boolean): Comparison {
  if (!there || !isMoneyTaken(there)) return undefined;
  return { kind: 'missing_here', repair: canRecreate && there.refundedMinor === 0 ? 'recreate' : 'person' };
}

function missingThere(here: SideHere, isOnItsWay: boolean): Comparison {
  if (here.paymentId !== null) return isOnItsWay ? 'in_flight' : person('missing_at_provider');
  return here.credited > 0 || here.status === 'succeeded' ? person('credited_without_charge') : undefined;
}

/** The provider's payment was made for it, and the database does not know: a page, a crash in between, or it was restored. */
function withoutPayment(there: SideThere, here: ComparedTopUp, isOnItsWay: boolean): Comparison {
  if (!isMoneyTaken(there)) return undefined;
  if (here.credited > 0 || here.status === 'succeeded') return person('charged_twice');
  if (isOnItsWay) return 'in_flight';
  const wrong = wrongMoney(there, here);
  if (wrong) return wrong;
  if (there.refundedMinor > 0) return person('not_credited');
  return { kind: 'not_credited', repair: here.isPage ? 'settle' : 'adopt' };
}

/** A top-up may give one payment up and make another; money may be taken for one of them. */
function anotherPayment(there: SideThere): Comparison {
  return isMoneyTaken(there) ? person('charged_twice') : undefined;
}

function charged(there: SideThere, here: SideHere, isOnItsWay: boolean): Comparison {
  const wrong = wrongMoney(there, here);
  if (wrong) return wrong;
  if (here.status === 'refund_due' && isOnItsWay) return 'in_flight';
  if (here.status === 'refunded' || here.status === 'refund_due') {
    return isMoneyTaken(there) ? person('not_refunded') : undefined;
  }
  if (here.credited > 0) return here.status === 'succeeded' ? undefined : person('status');
  // All of it went back, by the dashboard: nothing was bought.
  if (!isMoneyTaken(there)) return undefined;
  if (here.status === 'succeeded') return person('not_credited');
  if (isOnItsWay) return 'in_flight';
  return { kind: 'not_credited', repair: there.refundedMinor === 0 ? 'settle' : 'person' };
}

function notCharged(there: SideThere, here: SideHere): Comparison {
  if (here.credited > 0 || here.status === 'succeeded' || here.status === 'refunded') {
    return person('credited_without_charge');
  }
  const isGivenUp = here.status === 'failed' || here.status === 'canceled';
  if (there.status === 'open' && isGivenUp) return { kind: 'status', repair: 'cancel' };
  return undefined;
}

function wrongMoney(there: SideThere, here: SideHere): Finding | undefined {
  if (there.currency !== here.currency) return person('currency');
  return there.amountMinor === here.priceMinor ? undefined : person('amount');
}

/** Money that was taken and is not all back. */
function isMoneyTaken({ status, amountMinor, refundedMinor }: SideThere): boolean {
  return status === 'succeeded' && (amountMinor === null || refundedMinor < amountMinor);
}

/**
 * Whether the ordinary lookups may still bring it in order: a young one, or one of which the provider itself has said a
 * moment ago that it is on its way (a bank debit is, for days).
 */
function isInFlight(here: ComparedTopUp, there: Compared['there'], now: Date): boolean {
  const begun = Math.max((here.chargedAt ?? here.createdAt).getTime(), there?.createdAt.getTime() ?? 0);
  if (now.getTime() - begun < LOOKUPS_MS) return true;
  const isWaiting = here.status === 'processing' || here.status === 'requires_action' || here.status === 'refund_due';
  return isOpenStatus(here.status) && isWaiting && now.getTime() - here.updatedAt.getTime() < LOOKUPS_MS;
}

function person(kind: DifferenceKind): Finding {
  return { kind, repair: 'person' };
}
