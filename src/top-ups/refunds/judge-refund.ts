import { type Decimal, formatDecimal, max, min, proportion, wholeMinorUnits, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';

/** How much is asked for. `unspent`: the money of what is unspent of the purchase. */
export type RefundAsk = { kind: 'whole' } | { kind: 'amount'; amountMinor: number } | { kind: 'unspent' };
/** What becomes of credits that are to be taken and not there any more. */
export const ON_SPENT = ['refuse', 'debt', 'forgive'] as const;
export type OnSpent = (typeof ON_SPENT)[number];

/** One grant of a purchase, under its wallet's lock. Credits. */
export interface GrantShare {
  granted: Decimal;
  /** By refunds and lost disputes so far: what was taken, owed or forgiven. */
  settled: Decimal;
  /** In its lot, reserved by nobody. */
  unspent: Decimal;
}

/** What is known of a purchase. Minor units. */
export interface RefundFacts {
  chargedMinor: number;
  /** What went back, or is on its way: refunds that have not failed, and lost disputes. */
  goneMinor: number;
  /** The bank of the card has taken the money until it has decided. */
  isDisputed: boolean;
  purchase: GrantShare;
  /** Free credits that came with it. */
  bonus: GrantShare | undefined;
  isClosed: boolean;
  onSpent: OnSpent;
}

/** What a refund comes to. */
export interface RefundDecision {
  amountMinor: number;
  /** Of the purchase: out of its lot, and as debt. */
  credits: Decimal;
  /** The part of `credits` that is owed. */
  debtCredits: Decimal;
  /** Spent and let go. */
  forgivenCredits: Decimal;
  bonusCredits: Decimal;
}

/**
 * How much money goes back, and which credits for it. Credits follow the money: of the grant as large a part is settled
 * as of the charge has gone back, counted from the first refund on, so that parts never add up to more than the whole.
 */
export function judgeRefund(facts: RefundFacts, ask: RefundAsk): RefundDecision | DomainError {
  const left = facts.chargedMinor - facts.goneMinor;
  if (facts.isDisputed) return refuse('disputed', 'the payment is disputed: the card’s bank decides about its money');
  if (left < 1) return refuse('nothing_to_refund', 'all that was charged has gone back');
  if (facts.isClosed && facts.onSpent !== 'forgive') {
    return refuse('wallet_closed', 'the wallet is closed, its credits are gone: ask with on_spent "forgive"');
  }
  if (ask.kind === 'amount' && ask.amountMinor > left) {
    return refuse('refund_too_large', `${left} minor units can still go back`, { refundable_minor: left });
  }
  const amountMinor = ask.kind === 'amount' ? ask.amountMinor : ask.kind === 'whole' ? left : unspentMinor(facts);
  if (amountMinor < 1) return refuse('nothing_unspent', 'nothing of the purchase is unspent');
  const decided = settleShare(facts, amountMinor);
  const spent = decided.debtCredits;
  if (facts.onSpent === 'refuse' && spent.gt(0)) {
    return refuse('credits_spent', `${formatDecimal(spent)} of the credits to take back have been spent`, {
      spent_credits: formatDecimal(spent),
      unspent_minor: unspentMinor(facts),
    });
  }
  return decided;
}

/** The credits of money that has gone back, or is about to: nothing is asked, so nothing is refused. */
export function settleShare(facts: Omit<RefundFacts, 'isDisputed'>, amountMinor: number): RefundDecision {
  const goneMinor = Math.min(facts.goneMinor + amountMinor, facts.chargedMinor);
  const share = shareOf(facts.purchase, goneMinor, facts.chargedMinor);
  const unspent = facts.isClosed ? ZERO : min(share, facts.purchase.unspent);
  const spent = share.minus(unspent);
  // A closed wallet owes nothing.
  const isOwed = facts.onSpent !== 'forgive' && !facts.isClosed;
  const { bonus } = facts;
  return {
    amountMinor,
    credits: isOwed ? share : unspent,
    debtCredits: isOwed ? spent : ZERO,
    forgivenCredits: isOwed ? ZERO : spent,
    // A gift: what of it has been spent is let go.
    bonusCredits: bonus && !facts.isClosed ? min(shareOf(bonus, goneMinor, facts.chargedMinor), bonus.unspent) : ZERO,
  };
}

/** What of `taken` credits comes back when money that was thought gone is not: what the rest that is gone does not need. */
export function shareToGiveBack(
  taken: Decimal,
  grant: Pick<GrantShare, 'granted'> & { settledByOthers: Decimal },
  { chargedMinor, goneMinor }: Pick<RefundFacts, 'chargedMinor' | 'goneMinor'>,
): Decimal {
  const needed = proportion(grant.granted, Math.min(goneMinor, chargedMinor), chargedMinor);
  const kept = min(taken, max(ZERO, needed.minus(grant.settledByOthers)));
  return taken.minus(kept);
}

/** What of a purchase a dispute of so much freezes: its part of the grant, as far as that is there. */
export function shareToFreeze(grant: GrantShare, amountMinor: number, chargedMinor: number): Decimal {
  return min(proportion(grant.granted, Math.min(amountMinor, chargedMinor), chargedMinor), grant.unspent);
}

function shareOf({ granted, settled }: GrantShare, goneMinor: number, chargedMinor: number): Decimal {
  return max(ZERO, proportion(granted, goneMinor, chargedMinor).minus(settled));
}

/** The most that can go back without a spent credit, rounded down to a minor unit. */
function unspentMinor({ purchase, chargedMinor, goneMinor }: RefundFacts): number {
  const { granted, settled, unspent } = purchase;
  if (granted.lte(0)) return 0;
  const reached = wholeMinorUnits(proportion(min(settled.plus(unspent), granted), chargedMinor, granted));
  return Math.max(0, Math.min(reached, chargedMinor) - goneMinor);
}

function refuse(code: string, message: string, details: Record<string, unknown> = {}): DomainError {
  return new DomainError('invalid_operation', message, { code, details });
}
