import { availableCredits, type WalletState } from '../../ledger/wallet-state.js';
import { type Decimal, multiplyByRate, toMinorUnits } from '../../shared/decimal.js';
import { isWaiting } from '../purchases/change-top-up.js';
import { isInFlight } from '../purchases/top-up.entity.js';
import { pauseReasonOf } from './change-pause.js';
import { secondsOf } from './change-rules.js';
import type { TopUpFacts } from './decide-top-up.js';
import { DEFAULT_COOL_OFF_SECONDS, newGuard, type RuleRecord, type TopUpState } from './top-up-state.js';

/** What a decision is about, beside the wallet itself. */
export interface Occasion {
  now: Date;
  /** What a refused debit or hold needed. */
  required: Decimal | null;
  expiring: TopUpFacts['expiring'];
}

/** Everything that a decision may depend on. */
export function factsOf(state: WalletState, topUps: TopUpState, rule: RuleRecord, occasion: Occasion): TopUpFacts {
  const { wallet } = state;
  const currency = rule.priceCurrency ?? wallet.currency;
  const unitPrice = multiplyByRate(rule.unitCredits, wallet.topupConversionRate);
  return {
    now: occasion.now,
    trigger: rule.trigger,
    thresholdCredits: rule.thresholdCredits,
    unitCredits: rule.unitCredits,
    unitPriceMinor: rule.unitPriceMinor ?? toMinorUnits(unitPrice, currency),
    currency,
    fee: topUps.fee,
    coolOffSeconds: secondsOf(rule.cooldown) ?? DEFAULT_COOL_OFF_SECONDS,
    limits: topUps.guard ?? newGuard(wallet, occasion.now),
    pauseReason: pauseReasonOf(topUps, rule),
    walletStatus: wallet.walletStatus,
    available: availableCredits(state),
    required: occasion.required,
    expiring: occasion.expiring,
    openTopUpId: blockedBy(topUps, rule),
    history: historyOf(topUps),
  };
}

/** Only an unresolved automatic charge blocks; an unpaid automatic invoice blocks another one, until it is overdue. */
function blockedBy(topUps: TopUpState, rule: RuleRecord): string | null {
  const open = topUps.topUps.find(
    (topUp) =>
      topUp.isAutomatic &&
      (isInFlight(topUp) ||
        (rule.invoicing && (topUp.topUpStatus === 'awaiting_payment' || (topUp.invoicing && isWaiting(topUp))))),
  );
  return open?.id ?? null;
}

/** Automatic purchases that limits count, each from when it was last charged. */
export function historyOf(topUps: TopUpState): TopUpFacts['history'] {
  const open = topUps.topUps.filter(({ isAutomatic, topUpStatus }) => isAutomatic && !GIVEN_UP.has(topUpStatus));
  const known = new Set(open.map(({ id }) => id));
  return [...topUps.past.filter(({ id }) => !known.has(id)), ...open]
    .map(({ id, createdAt, chargedAt, settledAt, priceMinor, currency }) => {
      return { id, createdAt: chargedAt ?? createdAt, settledAt, priceMinor, currency };
    })
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1));
}

const GIVEN_UP: ReadonlySet<string> = new Set(['failed', 'canceled', 'canceling', 'refund_due', 'refunded']);
