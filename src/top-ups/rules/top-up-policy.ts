import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { suspendedAmong } from '../../auth/suspension.js';
import { EventsService } from '../../events/events.service.js';
import type { LedgerCommand } from '../../ledger/commands.js';
import type { ChangeContext, LedgerPolicy, LedgerStep, PolicyChange } from '../../ledger/ledger-policy.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import type { LotRecord, WalletState } from '../../ledger/wallet-state.js';
import { SettingsService } from '../../settings/settings.service.js';
import type { Decimal } from '../../shared/decimal.js';
import type { DomainError } from '../../shared/errors.js';
import type { LedgerTransaction } from '../../shared/ledger-transaction.js';
import { scopeOf } from '../../shared/scope.js';
import {
  addTopUp,
  adoptPayment,
  authorize,
  endTopUp,
  fallDue,
  isWaiting,
  issueInvoice,
  moveTopUps,
  recordProgress,
  recordPurchase,
  restoreTopUp,
  settle,
  tryNow,
  withdraw,
} from '../purchases/change-top-up.js';
import { cancelByRequest, pauseCharges, resumeByRequest, voidTopUp } from './change-by-request.js';
import { changePause, pauseReasonOf, resumeWithCard } from './change-pause.js';
import { changeAccountRules, changeAutoTopUp, changeLimits, takeRulesOver } from './change-rules.js';
import { decideTopUp, type Verdict } from './decide-top-up.js';
import { eventsOf } from './events-of-top-ups.js';
import { factsOf, historyOf, type Occasion } from './facts-of.js';
import { type ChargeVerdict, mayCharge } from './may-charge.js';
import { automaticTopUp } from './new-top-up.js';
import { mindDates, noticeExpiry, recordPauses, tellLimits, tellRefusal } from './notices.js';
import { recordBackup, recordCancel, recordVerdict } from './record-decision.js';
import { expiringToday, keptBy, nextLookAtDates } from './renewal.js';
import { TOP_UPS, type TopUpChange } from './top-up-changes.js';
import { TopUpRows } from './top-up-rows.js';
import { TRIGGERS } from './top-up-rule.entity.js';
import { newGuard, type RuleRecord, type TopUpRecord, TopUpState } from './top-up-state.js';

/**
 * Everything that decides about automatic top-ups, under the wallet's lock and in the ledger's own commit: rules,
 * pauses and top-ups are changed here and nowhere else, so that two facts which decide together are of one moment. The
 * debit that crosses the line leaves the intent behind; what may no longer be charged is taken back in the commit that
 * withdraws the agreement.
 */
@Injectable()
export class TopUpPolicy implements LedgerPolicy, OnModuleInit {
  readonly name = TOP_UPS;
  readonly #states = new WeakMap<WalletState, TopUpState>();
  /** The ledger keeps lots for as long as nothing changes that hangs on their wallet: so long it has no guard either. */
  readonly #unguarded = new WeakSet<WalletState['lots']>();
  readonly #rows: TopUpRows;
  /** Told of top-ups to take up after their commit, so that nobody waits for the scheduled task. */
  onDue: (topUpIds: string[]) => void = () => {};

  constructor(
    private readonly ledger: LedgerService,
    private readonly events: EventsService,
    private readonly settings: SettingsService,
    em: EntityManager,
  ) {
    this.#rows = new TopUpRows(em.getMetadata());
  }

  onModuleInit(): void {
    this.ledger.use(this);
  }

  /** What is known of a wallet of the batch: rules, guard, open top-ups. */
  stateOf(state: WalletState): TopUpState {
    const known = this.#states.get(state);
    if (!known) throw new Error(`top-up state of ${state.wallet.id} was not read`);
    return known;
  }

  async load(tx: LedgerTransaction, states: WalletState[], changes: readonly PolicyChange[]): Promise<void> {
    const named = changes.flatMap((change) => ('topUpId' in change ? [change.topUpId as string] : []));
    const unknown = states.filter(({ isNew, lots }) => !isNew && !this.#unguarded.has(lots));
    const ids = unknown.map(({ wallet }) => wallet.id);
    const isBuying = changes.some((change) => change.policy === TOP_UPS && isPurchase(change));
    const read = await this.#rows.read(tx, ids, { topUpIds: named, isBuying });
    const suspended = await suspendedOf(tx, states, changes);
    for (const state of states) {
      const topUps = read.get(state.wallet.id) ?? new TopUpState(new Map(), undefined, [], []);
      this.#states.set(state, topUps);
      topUps.isTenantSuspended = suspended.has(state.wallet.tenantId);
      if (!topUps.guard && changes.length === 0) continue;
      await this.#readTerms(tx, topUps, state);
    }
  }

  /** What the environment has set, as it holds for what is decided now. */
  async #readTerms({ em }: LedgerTransaction, topUps: TopUpState, { wallet }: WalletState): Promise<void> {
    const scope = scopeOf(wallet);
    const { provider } = await this.settings.get(scope, 'payments', em);
    const fee = await this.settings.get(scope, 'top_up_fee', em);
    const bonus = await this.settings.get(scope, 'bonus_credits_topup_config', em);
    Object.assign(topUps, { provider, fee, bonus, currency: wallet.currency });
  }

  change(state: WalletState, change: PolicyChange, context: ChangeContext): DomainError | (() => unknown) {
    const topUps = this.stateOf(state);
    const { wallet } = state;
    const { now } = context;
    const asked = change as PolicyChange & TopUpChange;
    switch (asked.kind) {
      case 'auto_topup':
        return changeAutoTopUp(topUps, wallet, asked.change, context);
      case 'limits':
        return changeLimits(topUps, wallet, asked.change, context);
      case 'account_rules':
        return changeAccountRules(topUps, wallet, asked.change, context);
      case 'take_over':
        return () => this.#takeOver(topUps, context);
      case 'pause':
        return () => pauseCharges(topUps, asked.reason, asked.cardFingerprint, now);
      case 'new_card':
        return () => {
          resumeWithCard(topUps, asked, now);
          tryNow(topUps, asked.cardFingerprint, now);
        };
      case 'purchase':
        return recordPurchase(state, topUps, asked, now);
      case 'authorize':
        return authorize(topUps, asked, (topUp) => this.#authorize(state, topUp, now, asked), now);
      case 'progress':
        return recordProgress(topUps, asked, now);
      case 'issue':
        return issueInvoice(state, topUps, asked, now);
      case 'overdue':
        return fallDue(topUps, asked, now);
      case 'settle':
        return settle(topUps, asked, now);
      case 'adopt':
        return adoptPayment(topUps, asked, now);
      case 'restore':
        return restoreTopUp(state, topUps, asked, now);
      case 'end':
        return endTopUp(topUps, asked, now);
      case 'void':
        return voidTopUp(state, topUps, asked.topUpId, now);
      case 'cancel':
        return cancelByRequest(state, topUps, asked.topUpId, now);
      case 'resume':
        return resumeByRequest(state, topUps, context);
    }
  }

  keepsExpired(state: WalletState, lot: LotRecord, now: Date): string | undefined {
    const topUps = this.stateOf(state);
    if (!topUps.guard) return undefined;
    return keptBy(topUps, lot, now, () => {
      const rule = topUps.rules.get('expiration');
      const occasion = { now, required: null, expiring: expiringToday(state, now) };
      return rule && decideTopUp(factsOf(state, topUps, rule, occasion));
    });
  }

  afterCommand(state: WalletState, step: LedgerStep): void {
    const topUps = this.stateOf(state);
    const required = step.refusal?.kind === 'insufficient_credits' ? requiredBy(step) : null;
    const { now } = step;
    mindDates(state, topUps, now);
    if (!topUps.guard) return;
    this.#withdraw(state, topUps, now);
    const looks: Date[] = [];
    let refused: Verdict | undefined;
    for (const trigger of TRIGGERS) {
      const rule = topUps.rules.get(trigger);
      if (!rule?.enabled) continue;
      const expiring = trigger === 'expiration' ? expiringToday(state, now) : null;
      const occasion = { now, required: trigger === 'insufficient' ? required : null, expiring };
      const verdict = this.#evaluate(state, topUps, rule, occasion, step.command);
      if (verdict?.nextEvaluationAt) looks.push(verdict.nextEvaluationAt);
      if (verdict?.verdict === 'skip') refused ??= verdict;
    }
    noticeExpiry(state, topUps, now);
    const dates = nextLookAtDates(state, now);
    if (dates) looks.push(dates);
    recordPauses(state, topUps, now);
    planNextLook(topUps, looks);
    if (required !== null && step.refusal) tellRefusal(topUps, step.refusal, refused);
  }

  async save(tx: LedgerTransaction, states: WalletState[]): Promise<void> {
    const loaded = states.map((state) => this.stateOf(state));
    await this.#rows.save(tx, loaded);
    await this.events.write(
      tx,
      states.flatMap((state) => eventsOf(state.wallet, this.stateOf(state).told)),
    );
  }

  committed(states: WalletState[]): void {
    const due: string[] = [];
    for (const state of states) {
      const topUps = this.#states.get(state);
      if (!topUps) continue;
      if (topUps.guard) this.#unguarded.delete(state.lots);
      else this.#unguarded.add(state.lots);
      for (const topUp of [...topUps.newTopUps, ...topUps.rescheduled]) {
        const isDue = topUp.nextAttemptAt <= topUp.updatedAt && topUp.topUpStatus !== 'canceled';
        if (isDue) due.push(topUp.id);
      }
    }
    if (due.length > 0) this.onDue(due);
  }

  #takeOver(from: TopUpState, { successor, now, actor }: ChangeContext): void {
    if (!successor) throw new Error('only a conversion has a wallet that takes over');
    const to = this.stateOf(successor);
    takeRulesOver(from, to, successor.wallet, { now, actor, successor });
    moveTopUps(from, to, successor.wallet.id, now);
    for (const rule of from.rules.values()) {
      rule.enabled = false;
      from.changedRules.add(rule);
    }
  }

  #authorize(
    state: WalletState,
    topUp: TopUpRecord,
    now: Date,
    { provider, backupLast4 }: { provider: string; backupLast4: string | null },
  ): ChargeVerdict {
    const verdict = this.#judge(state, topUp, now, provider);
    if (verdict.mayCharge && backupLast4) recordBackup(state, this.stateOf(state), topUp, backupLast4, now);
    return verdict;
  }

  #judge(state: WalletState, topUp: TopUpRecord, now: Date, provider?: string): ChargeVerdict {
    const topUps = this.stateOf(state);
    const rule = topUp.trigger === 'manual' ? undefined : topUps.rules.get(topUp.trigger);
    const { guard } = topUps;
    const verdict = mayCharge({
      now,
      topUp,
      walletStatus: state.wallet.walletStatus,
      rule,
      pauseReason: pauseReasonOf(topUps, rule),
      limits: guard ?? newGuard(state.wallet, now),
      history: historyOf(topUps),
      ...(provider === undefined ? {} : { provider, isTenantSuspended: topUps.isTenantSuspended }),
    });
    if (!verdict.mayCharge && !verdict.isPutOff && provider !== undefined) {
      withdraw(topUps, topUp, verdict, now);
      recordCancel(state, topUps, topUp, verdict, now);
    }
    return verdict;
  }

  /** What waits and may no longer be charged ends in the very commit that withdraws the agreement. */
  #withdraw(state: WalletState, topUps: TopUpState, now: Date): void {
    for (const topUp of topUps.topUps) {
      if (!isWaiting(topUp)) continue;
      const verdict = this.#judge(state, topUp, now);
      if (verdict.mayCharge) continue;
      withdraw(topUps, topUp, verdict, now);
      recordCancel(state, topUps, topUp, verdict, now);
    }
  }

  #evaluate(
    state: WalletState,
    topUps: TopUpState,
    rule: RuleRecord,
    occasion: Occasion,
    command: LedgerCommand,
  ): Verdict | undefined {
    const facts = factsOf(state, topUps, rule, occasion);
    const verdict = decideTopUp(facts);
    if (!verdict) return undefined;
    const bought =
      verdict.verdict === 'buy'
        ? automaticTopUp(state, rule, facts, verdict.units, topUps, command.actor.requestId)
        : undefined;
    if (bought) {
      addTopUp(topUps, bought, { code: verdict.code, sentence: verdict.reason });
      tellLimits(topUps, bought, facts);
    }
    if (verdict.pause) changePause(topUps, { reason: verdict.code, card: null }, facts.now);
    if (!isOwnStep(command, facts.openTopUpId)) recordVerdict(state, topUps, rule, facts, verdict, bought);
    return verdict;
  }
}

/** Asked at the moment of acting, and only then: what waits goes on when the tenant comes back. */
async function suspendedOf(
  { em }: LedgerTransaction,
  states: WalletState[],
  changes: readonly PolicyChange[],
): Promise<ReadonlySet<string>> {
  const asksForMoney = changes.some(
    (change) => 'kind' in change && (change.kind === 'authorize' || change.kind === 'issue'),
  );
  if (!asksForMoney) return new Set();
  return suspendedAmong(em, [...new Set(states.map(({ wallet }) => wallet.tenantId))]);
}

/** That a purchase waits for itself is no answer to anybody. */
function isOwnStep({ changes = [] }: LedgerCommand, openTopUpId: string | null): boolean {
  return openTopUpId !== null && changes.some((change) => 'topUpId' in change && change.topUpId === openTopUpId);
}

function isPurchase(change: PolicyChange): boolean {
  return 'kind' in change && change.kind === 'purchase';
}

function requiredBy(step: LedgerStep): Decimal | null {
  if (step.command.kind === 'debit') return step.command.terms.credits;
  return step.command.kind === 'hold' ? step.command.credits : null;
}

/** When time alone can change an answer, and at no other time. */
function planNextLook(topUps: TopUpState, looks: Date[]): void {
  const { guard } = topUps;
  if (!guard) return;
  const next = looks.length === 0 ? null : new Date(Math.min(...looks.map((look) => look.getTime())));
  if (guard.nextEvaluationAt?.getTime() === next?.getTime()) return;
  guard.nextEvaluationAt = next;
  topUps.isGuardChanged = true;
}
