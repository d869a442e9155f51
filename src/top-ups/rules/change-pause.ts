import { addedFee, hasRisen } from '../pricing/price-top-up.js';
import { type Trigger, TRIGGERS } from './top-up-rule.entity.js';
import type { ShownRule, ShownRules, TopUpState } from './top-up-state.js';

/** Pauses that are about the card: another card, or a payment that goes through, ends them. */
const CARD_PAUSES: ReadonlySet<string> = new Set([
  'card_declined',
  'card_expired',
  'no_payment_method',
  'card_attempts_exhausted',
  'authentication_required',
]);

/**
 * More comes on top of the price now than the rule agreed to. Seen at each look, not written down: it is over when the
 * rule is agreed to anew, or the fee is again what was agreed to.
 */
const FEE_CHANGED = 'fee_changed';

/** Why automatic top-up is paused: a code, and the card it is about. */
interface Pause {
  reason: string;
  card: string | null;
}

/** The one place where a wallet's pause is written: under its lock, told once per transition. Null ends it. */
export function changePause(topUps: TopUpState, pause: Pause | null, now: Date): void {
  const { guard } = topUps;
  // The first pause stands: it is the one whose end was promised.
  if (!guard || (pause !== null) === (guard.pausedAt !== null)) return;
  const reason = pause?.reason ?? guard.pauseReason;
  guard.pausedAt = pause && now;
  guard.pauseReason = pause?.reason ?? '';
  guard.pausedCard = pause?.card ?? null;
  guard.updatedAt = now;
  topUps.isGuardChanged = true;
  topUps.told.push({ kind: 'auto_topup', event: pause ? 'paused' : 'resumed', reason, at: now });
}

/** A payment went through: the card is good. */
export function resumeAfterPayment(topUps: TopUpState, now: Date): void {
  if (CARD_PAUSES.has(topUps.guard?.pauseReason ?? '')) changePause(topUps, null, now);
}

/** The invoice that stopped the rule was paid or voided, and no other one is overdue. */
export function resumeAfterInvoice(topUps: TopUpState, now: Date): void {
  if (topUps.guard?.pauseReason !== 'invoice_overdue') return;
  if (topUps.topUps.some(({ topUpStatus }) => topUpStatus === 'overdue')) return;
  changePause(topUps, null, now);
}

/**
 * Another card ends what the old one had paused. The same card again ends only a pause for want of any, or, where it was
 * renewed, one because it had expired.
 */
export function resumeWithCard(
  topUps: TopUpState,
  { cardFingerprint, isRenewed }: { cardFingerprint: string; isRenewed: boolean },
  now: Date,
): void {
  const { guard } = topUps;
  if (!guard?.pausedAt || !CARD_PAUSES.has(guard.pauseReason)) return;
  const isOver =
    guard.pausedCard !== cardFingerprint ||
    guard.pauseReason === 'no_payment_method' ||
    (guard.pauseReason === 'card_expired' && isRenewed);
  if (isOver) changePause(topUps, null, now);
}

/** Why rules that are on buy nothing; null when one does, or none is on: a pause of what is switched off is none. */
export function pausedReasonOf(view: ShownRules, triggers: readonly Trigger[] = TRIGGERS): string | null {
  const enabled = triggers.flatMap((trigger) => view.rules.get(trigger) ?? []).filter((rule) => rule.enabled);
  const reasons = enabled.map((rule) => pauseReasonOf(view, rule));
  return reasons.find((reason) => reason !== '') ?? null;
}

/** Why the wallet's rule buys nothing until somebody does something; empty when nothing stands in its way. */
export function pauseReasonOf(view: Omit<ShownRules, 'rules'>, rule: ShownRule | undefined): string {
  if (view.guard?.pausedAt) return view.guard.pauseReason;
  if (!rule || rule.pauseReason) return rule?.pauseReason ?? '';
  const inForce = addedFee(view.fee, rule.priceCurrency ?? view.currency);
  return hasRisen(rule.fee, inForce) ? FEE_CHANGED : '';
}
