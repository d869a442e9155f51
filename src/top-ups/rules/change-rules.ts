import { Big } from 'big.js';
import { stringify } from 'safe-stable-stringify';
import type { ChangeContext } from '../../ledger/ledger-policy.js';
import type { WalletRecord } from '../../ledger/wallet-state.js';
import { formatDecimal, fromMinorUnits, multiplyByRate, toMinorUnits } from '../../shared/decimal.js';
import { DomainError, invalidField } from '../../shared/errors.js';
import { addedFee, priceTopUp } from '../pricing/price-top-up.js';
import { MAX_CHARGE_MINOR } from './decide-top-up.js';
import { changePause } from './change-pause.js';
import type { AccountRules, AccountRulesChange, AutoTopUpChange, LimitsChange } from './top-up-changes.js';
import type { Cooldown, Trigger } from './top-up-rule.entity.js';
import { DEFAULT_HISTORY_SECONDS, guardOf, type RuleRecord, type TopUpState } from './top-up-state.js';

const SECONDS_PER_UNIT: Record<Cooldown['unit'], number> = { second: 1, minute: 60, hour: 3600, day: 86_400 };

type RuleTerms = Omit<
  RuleRecord,
  | 'shard'
  | 'walletId'
  | 'tenantId'
  | 'environmentId'
  | 'customerId'
  | 'version'
  | 'createdAt'
  | 'updatedAt'
  | 'updatedBy'
>;

/** Terms that make another agreement of the rule: a charge that was decided by other ones is not made. */
const AGREED: readonly (keyof RuleTerms)[] = [
  'enabled',
  'thresholdCredits',
  'unitCredits',
  'unitPriceMinor',
  'priceCurrency',
  'fee',
  'packId',
  'validityMonths',
  'invoicing',
  'cooldown',
];

/** Merges `auto_topup` field by field into the wallet's threshold rule. Resumes paused top-ups when it ends up enabled. */
export function changeAutoTopUp(
  topUps: TopUpState,
  wallet: WalletRecord,
  change: AutoTopUpChange,
  context: ChangeContext,
): DomainError | (() => void) {
  const known = topUps.rules.get('threshold');
  const thresholdCredits = change.thresholdCredits ?? known?.thresholdCredits;
  const unitCredits = change.amountCredits ?? known?.unitCredits;
  const invoicing = change.invoicing ?? known?.invoicing;
  if (thresholdCredits == null) return invalidField('auto_topup.threshold', 'is required');
  if (unitCredits == null) return invalidField('auto_topup.amount', 'is required');
  if (invoicing == null) return invalidField('auto_topup.invoicing', 'is required');
  const enabled = change.enabled === undefined ? (known?.enabled ?? false) : change.enabled === true;
  const priceMinor = toMinorUnits(multiplyByRate(unitCredits, wallet.topupConversionRate), wallet.currency);
  const { chargedMinor } = priceTopUp(priceMinor, wallet.currency, topUps.fee);
  const refusal = refusePrice(wallet, enabled, chargedMinor) ?? refuseForeign(topUps, wallet.currency, 'auto_topup');
  if (refusal) return refusal;
  const cooldown = change.cooldown === undefined ? (known?.cooldown ?? null) : change.cooldown;
  return () => {
    saveRule(topUps, wallet, context, {
      trigger: 'threshold',
      enabled,
      thresholdCredits,
      unitCredits,
      unitPriceMinor: null,
      priceCurrency: null,
      fee: addedFee(topUps.fee, wallet.currency),
      packId: null,
      validityMonths: null,
      invoicing,
      cooldown,
      pauseReason: '',
    });
    saveGuard(topUps, wallet, context, {}, enabled);
  };
}

export function changeLimits(
  topUps: TopUpState,
  wallet: WalletRecord,
  change: LimitsChange,
  context: ChangeContext,
): DomainError | (() => void) {
  if (change.monthlyAmountMinor != null) {
    const foreign = [...topUps.rules.values()].find(
      (rule) => rule.enabled && (rule.priceCurrency ?? wallet.currency) !== wallet.currency,
    );
    if (foreign) {
      const currencies = `a rule buys in ${foreign.priceCurrency?.toUpperCase()}, the cap would count ${wallet.currency.toUpperCase()}`;
      return invalidField('top_up_limits.monthly_amount', `can't be kept: ${currencies}`);
    }
  }
  return () => saveGuard(topUps, wallet, context, change, false);
}

/** Changes both account rules. The pack's price is written into the rule: that is what was agreed to. @returns from and to */
export function changeAccountRules(
  topUps: TopUpState,
  wallet: WalletRecord,
  change: AccountRulesChange,
  context: ChangeContext,
): DomainError | (() => { from: AccountRules; to: AccountRules }) {
  const from = accountRulesOf(topUps.rules);
  const to = {
    onExpiration: change.onExpiration ?? from.onExpiration,
    onInsufficient: change.onInsufficient ?? from.onInsufficient,
    pack: change.pack ? { ...change.pack, fee: addedFee(topUps.fee, change.pack.currency) } : keptPack(from, change),
  };
  const isOn = to.onExpiration || to.onInsufficient;
  const refusal = isOn && to.pack ? refuseForeign(topUps, to.pack.currency, 'auto_top_up_credits_pack') : undefined;
  if (refusal) return refusal;
  return () => {
    for (const [trigger, enabled] of [
      ['expiration', to.onExpiration],
      ['insufficient', to.onInsufficient],
    ] as const) {
      const known = topUps.rules.get(trigger);
      // A unit must be something even while no pack is chosen: nothing is bought then, the rule is off.
      const unitCredits = to.pack?.credits ?? known?.unitCredits;
      if (!unitCredits) continue;
      saveRule(topUps, wallet, context, {
        trigger,
        enabled: enabled && to.pack !== null,
        thresholdCredits: null,
        unitCredits,
        unitPriceMinor: to.pack?.priceMinor ?? null,
        priceCurrency: to.pack?.currency ?? null,
        fee: to.pack?.fee ?? null,
        packId: to.pack?.id ?? null,
        validityMonths: to.pack?.validityMonths ?? null,
        invoicing: false,
        cooldown: null,
        pauseReason: change.pack ? '' : (known?.pauseReason ?? ''),
      });
    }
    saveGuard(topUps, wallet, context, {}, isOn);
    return { from, to };
  };
}

/** Null takes the pack away; what is not named stays agreed to. */
function keptPack(from: AccountRules, change: AccountRulesChange): AccountRules['pack'] {
  return change.pack === undefined ? from.pack : null;
}

/** An account's settings, as its two rules have them. */
export function accountRulesOf(rules: ReadonlyMap<Trigger, RuleRecord>): AccountRules {
  const rule = rules.get('insufficient') ?? rules.get('expiration');
  const { packId, unitPriceMinor, priceCurrency, unitCredits, validityMonths } = rule ?? {};
  return {
    onExpiration: rules.get('expiration')?.enabled ?? false,
    onInsufficient: rules.get('insufficient')?.enabled ?? false,
    pack:
      packId != null && unitPriceMinor != null && priceCurrency != null && unitCredits
        ? {
            id: packId,
            credits: unitCredits,
            priceMinor: unitPriceMinor,
            currency: priceCurrency,
            fee: rule?.fee ?? null,
            validityMonths: validityMonths ?? null,
          }
        : null,
  };
}

/** The wallet that is opened in place of another takes over its own rule and its bounds; an account's rules stay behind. */
export function takeRulesOver(from: TopUpState, to: TopUpState, wallet: WalletRecord, context: ChangeContext): void {
  const rule = from.rules.get('threshold');
  if (rule) {
    saveRule(to, wallet, context, rule);
    // What is under way moves too, and was decided by this very wording.
    to.rules.get('threshold')!.version = rule.version;
  }
  if (!from.guard) return;
  const { shard, id: walletId } = wallet;
  Object.assign(guardOf(to, wallet, context.now), from.guard, { shard, walletId, updatedAt: context.now });
  to.isGuardChanged = true;
}

function refusePrice(wallet: WalletRecord, enabled: boolean, priceMinor: number): DomainError | undefined {
  const currency = wallet.currency.toUpperCase();
  if (priceMinor > MAX_CHARGE_MINOR) {
    const most = formatDecimal(fromMinorUnits(MAX_CHARGE_MINOR, wallet.currency));
    return invalidField('auto_topup.amount', `costs more than ${most} ${currency} at once`);
  }
  if (!enabled || priceMinor >= 1) return undefined;
  const least = formatDecimal(fromMinorUnits(1, wallet.currency));
  return invalidField('auto_topup.amount', `costs less than ${least} ${currency}: it could never be charged`);
}

/** There are no rates of our own: a cap can only hold what it can count. */
function refuseForeign(topUps: TopUpState, currency: string, field: string): DomainError | undefined {
  const { guard } = topUps;
  if (guard?.monthlyAmountMinor == null || guard.monthlyAmountCurrency === currency) return undefined;
  const cap = String(guard.monthlyAmountCurrency).toUpperCase();
  return invalidField(field, `buys in ${currency.toUpperCase()}, but the monthly cap counts ${cap}: lift it first`);
}

function saveRule(topUps: TopUpState, wallet: WalletRecord, { now, actor }: ChangeContext, terms: RuleTerms): void {
  const { shard, id: walletId, tenantId, environmentId, customerId } = wallet;
  const stamp = { updatedAt: now, updatedBy: actor.keyId };
  const known = topUps.rules.get(terms.trigger);
  const isOther = !known || AGREED.some((term) => !isSame(known[term], terms[term]));
  const rule: RuleRecord = {
    ...terms,
    shard,
    walletId,
    tenantId,
    environmentId,
    customerId,
    ...stamp,
    version: (known?.version ?? 0) + (isOther ? 1 : 0),
    createdAt: known?.createdAt ?? now,
  };
  if (known) topUps.changedRules.delete(known);
  topUps.rules.set(rule.trigger, rule);
  topUps.changedRules.add(rule);
}

/** Decimals are compared as numbers: `10` and `10.0` are one agreement. */
function isSame(a: RuleTerms[keyof RuleTerms], b: RuleTerms[keyof RuleTerms]): boolean {
  return a instanceof Big && b instanceof Big ? a.eq(b) : stringify(a) === stringify(b);
}

/** A person edited the rules: whatever had paused them is over. */
function saveGuard(
  topUps: TopUpState,
  wallet: WalletRecord,
  { now }: ChangeContext,
  change: LimitsChange,
  resumes: boolean,
): void {
  const guard = guardOf(topUps, wallet, now);
  guard.maxPerHour = change.maxPerHour ?? guard.maxPerHour;
  guard.maxUnits = change.maxUnits ?? guard.maxUnits;
  if (change.monthlyCount !== undefined) guard.monthlyCount = change.monthlyCount;
  if (change.monthlyAmountMinor !== undefined) {
    guard.monthlyAmountMinor = change.monthlyAmountMinor;
    guard.monthlyAmountCurrency = change.monthlyAmountMinor === null ? null : wallet.currency;
  }
  const cooldowns = [...topUps.rules.values()].map(({ cooldown }) => secondsOf(cooldown) ?? 0);
  guard.historySeconds = Math.max(DEFAULT_HISTORY_SECONDS, ...cooldowns);
  guard.updatedAt = now;
  topUps.isGuardChanged = true;
  if (resumes) changePause(topUps, null, now);
}

export function secondsOf(cooldown: Cooldown | null): number | undefined {
  return cooldown ? cooldown.value * SECONDS_PER_UNIT[cooldown.unit] : undefined;
}
