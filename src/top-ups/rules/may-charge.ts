import { capReached, ofMonth, type TopUpFacts } from './decide-top-up.js';
import type { DecisionFigures } from './top-up-decision.entity.js';

/** The provider of what is given without money, because the environment charges nothing. */
export const NO_PROVIDER = 'none';

/** Everything that a charge depends on, as it is at the moment of charging. */
export interface ChargeFacts {
  now: Date;
  topUp: {
    id: string;
    isAutomatic: boolean;
    /** Version of the rule that the intent came from. */
    ruleVersion: number;
    units: number;
    /** Minor units, zero or more. */
    priceMinor: number;
    currency: string;
    /** Whom the environment took money through when it was decided; null where that was not kept. */
    provider: string | null;
  };
  /** Whether the operator has suspended the tenant; undefined where nobody is about to be asked for money. */
  isTenantSuspended?: boolean;
  walletStatus: 'active' | 'frozen' | 'closed';
  /** The rule as it is now; undefined where there is none. */
  rule: { enabled: boolean; version: number; pauseReason: string } | undefined;
  /** Why the wallet's automatic top-ups are paused; empty when they are not. */
  pauseReason: string;
  limits: Pick<TopUpFacts['limits'], 'maxUnits' | 'monthlyCount' | 'monthlyAmountMinor' | 'monthlyAmountCurrency'>;
  /** Automatic purchases that were not given up, this one left out or not. */
  history: { id: string; createdAt: Date; priceMinor: number; currency: string }[];
  /** Whom the environment takes money through now, `none` for nobody; undefined where nobody is about to be asked. */
  provider?: string;
}

/** `isPutOff`: it waits as it is, and is asked about again; every other no ends it. */
export type ChargeVerdict =
  { mayCharge: true } | { mayCharge: false; code: string; figures: DecisionFigures; isPutOff?: true };

/**
 * Whether what was decided once may still be charged. Asked before every call that can move money, and whenever
 * something that it depends on has changed: so nobody is charged by an agreement that is no longer in force.
 */
export function mayCharge(facts: ChargeFacts): ChargeVerdict {
  const { topUp, rule } = facts;
  if (facts.walletStatus !== 'active') return no('wallet_not_active', { wallet_status: facts.walletStatus });
  if (facts.provider !== undefined && !isAsDecided(topUp.provider, facts.provider)) {
    return no('provider_changed', { provider: topUp.provider });
  }
  // What was agreed to goes on when the tenant comes back; what a person wanted at one moment is not bought at another.
  if (facts.isTenantSuspended) {
    const suspended = no('tenant_suspended', {});
    return topUp.isAutomatic ? { ...suspended, isPutOff: true } : suspended;
  }
  // What a person asked for in so many words is judged by nothing else.
  if (!topUp.isAutomatic) return { mayCharge: true };
  if (!rule?.enabled) return no('rule_switched_off', {});
  if (rule.version !== topUp.ruleVersion) return no('rule_changed', {});
  const pauseReason = facts.pauseReason || rule.pauseReason;
  if (pauseReason) return no('paused', { pause_reason: pauseReason });
  const { maxUnits } = facts.limits;
  if (topUp.units > maxUnits) return no('too_many_units', { units: topUp.units, allowed_units: maxUnits });
  const thisMonth = ofMonth(facts.history, facts.now).filter(({ id }) => id !== topUp.id);
  const cap = capReached({ ...facts, currency: topUp.currency, thisMonth, priceMinor: topUp.priceMinor });
  return cap ? no(cap.code, cap.figures) : { mayCharge: true };
}

/** One of before this was kept may be charged; what it may not is become free. */
function isAsDecided(decided: string | null, now: string): boolean {
  return decided === null ? now !== NO_PROVIDER : decided === now;
}

function no(code: string, figures: DecisionFigures): Extract<ChargeVerdict, { mayCharge: false }> {
  return { mayCharge: false, code, figures };
}
