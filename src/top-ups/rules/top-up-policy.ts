import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventsService } from '../../events/events.service.js';
import type { ChangeContext, LedgerPolicy, LedgerStep, PolicyChange } from '../../ledger/ledger-policy.js';
import type { LedgerCommand } from '../../ledger/commands.js';
import type { LedgerTransaction } from '../../shared/ledger-transaction.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { availableCredits, type LotRecord, type WalletState } from '../../ledger/wallet-state.js';
import { endOfMonth } from '../../shared/calendar.js';
import { SettingsService } from '../../settings/settings.service.js';
import { type Decimal, multiplyByRate, toMinorUnits } from '../../shared/decimal.js';
import { DomainError, notFound } from '../../shared/errors.js';
import { scopeOf } from '../../shared/scope.js';
import {
  addTopUp,
  authorize,
  endTopUp,
  fallDue,
  isInFlight,
  isWaiting,
  issueInvoice,
  moveTopUps,
  recordProgress,
  recordPurchase,
  settle,
  tryNow,
  withdraw,
} from '../purchases/change-top-up.js';
import { changePause, pausedReasonOf, pauseReasonOf, resumeAfterInvoice, resumeWithCard } from './change-pause.js';
import { changeAccountRules, changeAutoTopUp, changeLimits, secondsOf, takeRulesOver } from './change-rules.js';
import { decideTopUp, isTemporary, ofMonth, spentIn, type TopUpFacts, type Verdict } from './decide-top-up.js';
import { type ChargeVerdict, mayCharge } from './may-charge.js';
import { automaticTopUp } from './new-top-up.js';
import { recordCancel, recordPause, recordVerdict } from './record-decision.js';
import { eventsOf } from './events-of-top-ups.js';
import { dayOf, expiringToday, keptBy, nextLookAtDates, noticeDue } from './renewal.js';
import { TOP_UPS, type TopUpChange } from './top-up-changes.js';
import { TopUpRows } from './top-up-rows.js';
import { TRIGGERS } from './top-up-rule.entity.js';
import {
  DEFAULT_COOL_OFF_SECONDS,
  guardOf,
  newGuard,
  type RuleRecord,
  type TopUpRecord,
  TopUpState,
} from './top-up-state.js';

/** What a decision is about, beside the wallet itself. */
interface Occasion {
  now: Date;
  /** What a refused debit or hold needed. */
  required: Decimal | null;
  expiring: TopUpFacts['expiring'];
}

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
    const ids = states.filter(({ isNew }) => !isNew).map(({ wallet }) => wallet.id);
    const read = await this.#rows.read(tx, ids, named);
    for (const state of states) {
      const topUps = read.get(state.wallet.id) ?? new TopUpState(new Map(), undefined, [], []);
      this.#states.set(state, topUps);
      if (!topUps.guard && changes.length === 0) continue;
      const { provider } = await this.settings.get(scopeOf(state.wallet), 'payments', tx.em);
      topUps.provider = provider;
    }
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
          resumeWithCard(topUps, asked.cardFingerprint, now);
          tryNow(topUps, asked.cardFingerprint, now);
        };
      case 'purchase':
        return recordPurchase(state, topUps, asked, now);
      case 'authorize':
        return authorize(topUps, asked, (topUp) => this.#judge(state, topUp, now, asked.provider), now);
      case 'progress':
        return recordProgress(topUps, asked, now);
      case 'issue':
        return issueInvoice(state, topUps, asked, now);
      case 'overdue':
        return fallDue(topUps, asked, now);
      case 'settle':
        return settle(topUps, asked, now);
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
    this.#noticeExpiry(state, topUps, now);
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

  #judge(state: WalletState, topUp: TopUpRecord, now: Date, provider?: string): ChargeVerdict {
    const topUps = this.stateOf(state);
    const rule = topUp.trigger === 'manual' ? undefined : topUps.rules.get(topUp.trigger);
    const { guard } = topUps;
    const verdict = mayCharge({
      now,
      topUp,
      walletStatus: state.wallet.walletStatus,
      rule,
      pauseReason: pauseReasonOf(topUps, undefined),
      limits: guard ?? newGuard(state.wallet, now),
      history: historyOf(topUps),
      ...(provider === undefined ? {} : { provider }),
    });
    if (!verdict.mayCharge && provider !== undefined) {
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
        ? automaticTopUp(state, rule, facts, verdict.units, topUps.provider, command.actor.requestId)
        : undefined;
    if (bought) {
      addTopUp(topUps, bought, { code: verdict.code, sentence: verdict.reason });
      tellLimits(topUps, bought, facts);
    }
    if (verdict.pause) changePause(topUps, { reason: verdict.code, card: null }, facts.now);
    if (!isOwnStep(command, facts.openTopUpId)) recordVerdict(state, topUps, rule, facts, verdict, bought);
    return verdict;
  }

  /** Credits that expire soon are told of 7 days and 1 day before, and why they will not be renewed where a person could mend it. */
  #noticeExpiry(state: WalletState, topUps: TopUpState, now: Date): void {
    const notice = noticeDue(state, now);
    const { guard } = topUps;
    if (!notice || !guard) return;
    const { days: daysBefore, expiring } = notice;
    const subject = `${expiring.expiresAt.toISOString()} ${daysBefore}`;
    if (guard.noticed === subject) return;
    guard.noticed = subject;
    topUps.isGuardChanged = true;
    const rule = topUps.rules.get('expiration');
    const facts = rule?.enabled ? factsOf(state, topUps, rule, { now, required: null, expiring }) : undefined;
    // By the caps of the month that it falls into: those of the one before are over by then.
    const verdict = facts && decideTopUp({ ...facts, now: dayOf(expiring.expiresAt) });
    const needsPerson = verdict?.verdict === 'skip' && !isTemporary(verdict);
    if (rule && facts && needsPerson) recordVerdict(state, topUps, rule, facts, { ...verdict, subject }, undefined);
    const renewed = verdict ? ('renewed' as const) : ('not_asked' as const);
    const renewal = needsPerson ? { code: verdict.code, sentence: verdict.reason } : renewed;
    topUps.told.push({ kind: 'expiring', notice: { ...expiring, daysBefore, renewal } });
  }
}

/** Whoever buys credits with a date is told before they expire: the guard is what the wallet is found by. */
function mindDates(state: WalletState, topUps: TopUpState, now: Date): void {
  if (topUps.guard) return;
  for (const lot of state.newLots) {
    if (lot.source === 'purchased' && lot.expiresAt && lot.expiresAt > now) guardOf(topUps, state.wallet, now);
  }
}

/** A cap that a purchase comes near to: it is reserved with the intent. */
function tellLimits(topUps: TopUpState, topUp: TopUpRecord, facts: TopUpFacts): void {
  const { limits, now, currency } = facts;
  const thisMonth = ofMonth(facts.history, now);
  const resetsAt = endOfMonth(now);
  if (limits.monthlyCount !== null) {
    const usedBefore = thisMonth.length;
    const used = { usedBefore, usedAfter: usedBefore + 1, limit: limits.monthlyCount };
    topUps.told.push({ kind: 'limit', topUp, cap: { cap: 'monthly_count', ...used, currency: null, resetsAt } });
  }
  if (limits.monthlyAmountMinor !== null) {
    const usedBefore = spentIn(thisMonth, currency);
    const used = { usedBefore, usedAfter: usedBefore + topUp.priceMinor, limit: limits.monthlyAmountMinor };
    topUps.told.push({ kind: 'limit', topUp, cap: { cap: 'monthly_amount', ...used, currency, resetsAt } });
  }
}

/** No rule falls silent without a decision that says why. */
function recordPauses(state: WalletState, topUps: TopUpState, now: Date): void {
  const pauses = topUps.told.filter((told) => told.kind === 'auto_topup' && told.event === 'paused' && told.at === now);
  for (const { reason } of pauses as { reason: string }[]) {
    for (const rule of topUps.rules.values()) if (rule.enabled) recordPause(state, topUps, rule, reason, now);
  }
}

/** That a purchase waits for itself is no answer to anybody. */
function isOwnStep({ changes = [] }: LedgerCommand, openTopUpId: string | null): boolean {
  return openTopUpId !== null && changes.some((change) => 'topUpId' in change && change.topUpId === openTopUpId);
}

/** Everything that a decision may depend on. */
function factsOf(state: WalletState, topUps: TopUpState, rule: RuleRecord, occasion: Occasion): TopUpFacts {
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
function historyOf(topUps: TopUpState): TopUpFacts['history'] {
  const open = topUps.topUps.filter(({ isAutomatic, topUpStatus }) => isAutomatic && !GIVEN_UP.has(topUpStatus));
  const known = new Set(open.map(({ id }) => id));
  return [...topUps.past.filter(({ id }) => !known.has(id)), ...open]
    .map(({ id, createdAt, chargedAt, settledAt, priceMinor, currency }) => {
      return { id, createdAt: chargedAt ?? createdAt, settledAt, priceMinor, currency };
    })
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1));
}

const GIVEN_UP: ReadonlySet<string> = new Set(['failed', 'canceled', 'canceling', 'refund_due', 'refunded']);

function requiredBy(step: LedgerStep): Decimal | null {
  if (step.command.kind === 'debit') return step.command.terms.credits;
  return step.command.kind === 'hold' ? step.command.credits : null;
}

/** Rules that only write invoices need no card. */
function pauseCharges(topUps: TopUpState, reason: string, card: string | null, now: Date): void {
  const charges = [...topUps.rules.values()].some(({ enabled, invoicing }) => enabled && !invoicing);
  if (charges) changePause(topUps, { reason, card }, now);
}

/** Whoever takes a purchase back does not want the next one at once: the rule waits until somebody resumes it. */
function cancelByRequest(
  state: WalletState,
  topUps: TopUpState,
  topUpId: string,
  now: Date,
): DomainError | (() => TopUpRecord) {
  const topUp = topUps.topUps.find(({ id }) => id === topUpId);
  if (!topUp) return notFound('top-up', { top_up_id: topUpId });
  const verdict = { mayCharge: false, code: 'canceled_by_request', figures: {} } as const;
  if (!isWaiting(topUp)) {
    return new DomainError(
      'invalid_operation',
      `the top-up is ${topUp.topUpStatus}: only one that waits can be canceled`,
      {
        details: { top_up_id: topUpId, status: topUp.topUpStatus },
      },
    );
  }
  return () => {
    withdraw(topUps, topUp, verdict, now);
    recordCancel(state, topUps, topUp, verdict, now);
    if (topUp.isAutomatic) changePause(topUps, { reason: verdict.code, card: null }, now);
    return topUp;
  };
}

/** Nobody is asked for its money any more; a rule that stood still for it goes on. One that has ended stays as it is. */
function voidTopUp(state: WalletState, topUps: TopUpState, topUpId: string, now: Date): () => void {
  const topUp = topUps.topUps.find(({ id }) => id === topUpId);
  return () => {
    if (topUp?.topUpStatus !== 'awaiting_payment' && topUp?.topUpStatus !== 'overdue') return;
    const verdict = { mayCharge: false, code: 'invoice_voided', figures: {} } as const;
    withdraw(topUps, topUp, verdict, now);
    recordCancel(state, topUps, topUp, verdict, now);
    resumeAfterInvoice(topUps, now);
  };
}

function resumeByRequest(
  { wallet }: WalletState,
  topUps: TopUpState,
  { now, actor }: ChangeContext,
): DomainError | (() => void) {
  if (wallet.walletStatus === 'closed') {
    return new DomainError('invalid_operation', 'the wallet is closed', { details: { wallet_id: wallet.id } });
  }
  return () => {
    if (!topUps.guard?.pausedAt) return;
    changePause(topUps, null, now);
    Object.assign(topUps.guard, { resumedAt: now, resumedBy: actor.keyId });
  };
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

/** Whoever is refused hears which purchase is under way, or why there is none. */
function tellRefusal(topUps: TopUpState, refusal: DomainError, skipped: Verdict | undefined): void {
  const { details } = refusal;
  const open = topUps.topUps.findLast(
    (topUp) => isInFlight(topUp) || topUp.topUpStatus === 'awaiting_payment' || topUp.topUpStatus === 'overdue',
  );
  if (open) details['top_up'] = { id: open.id, status: open.topUpStatus };
  if (topUps.rules.size === 0) return;
  details['paused_reason'] = pausedReasonOf(topUps);
  if (!open && skipped) {
    const { code, reason, nextEvaluationAt } = skipped;
    details['no_top_up'] = { code, reason, next_evaluation_at: nextEvaluationAt?.toISOString() ?? null };
  }
}
