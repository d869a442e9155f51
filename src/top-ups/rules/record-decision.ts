import type { WalletState } from '../../ledger/wallet-state.js';
import { availableCredits } from '../../ledger/wallet-state.js';
import { newId } from '../../shared/ids.js';
import type { TopUpFacts, Verdict } from './decide-top-up.js';
import { reasonOf } from './decision-reason.js';
import type { ChargeVerdict } from './may-charge.js';
import type { DecisionRecord, RuleRecord, TopUpRecord, TopUpState } from './top-up-state.js';

type What = Pick<
  DecisionRecord,
  | 'trigger'
  | 'ruleVersion'
  | 'verdict'
  | 'code'
  | 'reason'
  | 'figures'
  | 'required'
  | 'openTopUpIds'
  | 'topUpId'
  | 'credits'
  | 'priceMinor'
  | 'currency'
  | 'nextEvaluationAt'
>;

/** Why a rule did or did not buy. */
export function recordVerdict(
  state: WalletState,
  topUps: TopUpState,
  rule: RuleRecord,
  facts: TopUpFacts,
  verdict: Verdict,
  bought: TopUpRecord | undefined,
): void {
  const subject = bought?.id ?? verdict.subject;
  record(state, topUps, facts.now, subject, {
    trigger: rule.trigger,
    ruleVersion: rule.version,
    verdict: verdict.verdict,
    code: verdict.code,
    reason: verdict.reason,
    figures: verdict.figures,
    required: facts.required,
    openTopUpIds: facts.openTopUpId ? [facts.openTopUpId] : [],
    topUpId: bought?.id ?? null,
    credits: bought?.credits ?? null,
    priceMinor: bought?.priceMinor ?? null,
    currency: bought?.currency ?? null,
    nextEvaluationAt: verdict.nextEvaluationAt,
  });
}

/** Why something that was decided is not charged after all. */
export function recordCancel(
  state: WalletState,
  topUps: TopUpState,
  topUp: TopUpRecord,
  { code, figures }: Extract<ChargeVerdict, { mayCharge: false }>,
  now: Date,
): void {
  record(state, topUps, now, topUp.id, {
    trigger: topUp.trigger,
    ruleVersion: topUp.ruleVersion,
    verdict: 'cancel',
    code,
    reason: reasonOf({ verdict: 'cancel', code, figures, nextEvaluationAt: null }),
    figures,
    required: null,
    openTopUpIds: [],
    topUpId: topUp.id,
    credits: topUp.credits,
    priceMinor: topUp.priceMinor,
    currency: topUp.currency,
    nextEvaluationAt: null,
  });
}

/** That a top-up goes on with the customer's backup card, because the one on file was declined. */
export function recordBackup(
  state: WalletState,
  topUps: TopUpState,
  topUp: TopUpRecord,
  last4: string,
  now: Date,
): void {
  const figures = { decline_code: topUp.backup?.declined.code ?? '', backup_last4: last4 };
  record(state, topUps, now, topUp.id, {
    trigger: topUp.trigger,
    ruleVersion: topUp.ruleVersion,
    verdict: 'retry',
    code: 'backup_card',
    reason: reasonOf({ verdict: 'retry', code: 'backup_card', figures, nextEvaluationAt: null }),
    figures,
    required: null,
    openTopUpIds: [],
    topUpId: topUp.id,
    credits: topUp.credits,
    priceMinor: topUp.priceMinor,
    currency: topUp.currency,
    nextEvaluationAt: null,
  });
}

/** Why a rule will buy nothing from now on. */
export function recordPause(state: WalletState, topUps: TopUpState, rule: RuleRecord, reason: string, now: Date): void {
  const figures = { pause_reason: reason };
  record(state, topUps, now, reason, {
    trigger: rule.trigger,
    ruleVersion: rule.version,
    verdict: 'skip',
    code: 'paused',
    reason: reasonOf({ verdict: 'skip', code: 'paused', figures, nextEvaluationAt: null }),
    figures,
    required: null,
    openTopUpIds: [],
    topUpId: null,
    credits: null,
    priceMinor: null,
    currency: null,
    nextEvaluationAt: null,
  });
}

/** The same answer for the same reason, again and again, is one row that counts. */
function record(state: WalletState, topUps: TopUpState, now: Date, subject: string, what: What): void {
  const { wallet } = state;
  const dedupeKey = [what.trigger, what.ruleVersion, what.code, subject].join(' ');
  const known = topUps.newDecisions.get(dedupeKey);
  topUps.newDecisions.set(dedupeKey, {
    shard: wallet.shard,
    walletId: wallet.id,
    id: known?.id ?? newId('decision', now),
    tenantId: wallet.tenantId,
    environmentId: wallet.environmentId,
    customerId: wallet.customerId,
    ...what,
    available: availableCredits(state),
    posted: wallet.creditBalance,
    held: wallet.held,
    occurrences: (known?.occurrences ?? 0) + 1,
    lastSeenAt: now,
    createdAt: known?.createdAt ?? now,
    dedupeKey,
  });
}
