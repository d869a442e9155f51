import { decimal } from '../../shared/decimal.js';
import { amountText } from '../../shared/prepared-reads.js';
import { toDate } from '../../shared/sql-table.js';
import type { FeeSetting } from '../pricing/price-top-up.js';
import type { Trigger } from './top-up-rule.entity.js';
import type { ShownGuard, ShownRule, ShownRules } from './top-up-state.js';

type StoredRule = Omit<ShownRule, 'thresholdCredits' | 'unitCredits'> & {
  thresholdCredits: string | null;
  unitCredits: string;
};
type StoredGuard = Omit<ShownGuard, 'pausedAt'> & { pausedAt: string | null };

/** What `shownRulesSql` selects. */
export interface ShownRulesRow {
  currency: string;
  rules: Partial<Record<Trigger, StoredRule>> | null;
  guard: StoredGuard | null;
}

/** The columns `rules` and `guard` of a statement that reads wallets: what is shown of their automatic top-up. */
export function shownRulesSql(wallet: string): string {
  return `(select json_object_agg(r.trigger, json_build_object('enabled', r.enabled,
      'thresholdCredits', ${amountText('r.threshold_credits')}, 'unitCredits', ${amountText('r.unit_credits')},
      'invoicing', r.invoicing, 'cooldown', r.cooldown, 'fee', r.fee, 'pauseReason', r.pause_reason,
      'priceCurrency', r.price_currency)) from top_up_rule r
      where r.shard = ${wallet}.shard and r.wallet_id = ${wallet}.id) as rules,
    (select json_build_object('pausedAt', g.paused_at, 'pauseReason', g.pause_reason, 'maxPerHour', g.max_per_hour,
      'maxUnits', g.max_units, 'monthlyCount', g.monthly_count, 'monthlyAmountMinor', g.monthly_amount_minor,
      'monthlyAmountCurrency', g.monthly_amount_currency) from top_up_guard g
      where g.shard = ${wallet}.shard and g.wallet_id = ${wallet}.id) as guard`;
}

export function toShownRules({ currency, rules, guard }: ShownRulesRow, fee: FeeSetting): ShownRules {
  const byTrigger = new Map<Trigger, ShownRule>();
  for (const [trigger, rule] of Object.entries(rules ?? {})) {
    const thresholdCredits = rule.thresholdCredits === null ? null : decimal(rule.thresholdCredits);
    byTrigger.set(trigger as Trigger, { ...rule, thresholdCredits, unitCredits: decimal(rule.unitCredits) });
  }
  const bounds = guard ? { ...guard, pausedAt: guard.pausedAt === null ? null : toDate(guard.pausedAt) } : undefined;
  return { rules: byTrigger, guard: bounds, fee, currency };
}
