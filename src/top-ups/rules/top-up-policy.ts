import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ChangeContext, LedgerPolicy, LedgerStep, PolicyChange } from '../../ledger/ledger-policy.js';
import type { LedgerCommand } from '../../ledger/commands.js';
import type { LedgerTransaction } from '../../ledger/ledger-transaction.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { availableCredits, type LotRecord, type WalletState } from '../../ledger/wallet-state.js';
import { type Decimal, multiplyByRate, toMinorUnits } from '../../shared/decimal.js';
import { DomainError, notFound } from '../../shared/errors.js';
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
import { changePause, pausedReasonOf, pauseReasonOf, resumeWithCard } from './change-pause.js';
import { changeAccountRules, changeAutoTopUp, changeLimits, secondsOf, takeRulesOver } from './change-rules.js';
import { decideTopUp, isTemporary, type TopUpFacts, type Verdict } from './decide-top-up.js';
import { type ChargeVerdict, mayCharge } from './may-charge.js';
import { automaticTopUp } from './new-top-up.js';
import { recordCancel, recordPause, recordVerdict } from './record-decision.js';
import { dayOf, expiringToday, keptBy, nextLookAtDates, noticeDue } from './renewal.js';
import { TOP_UPS, type TopUpChange } from './top-up-changes.js';
import { TopUpRows } from './top-up-rows.js';
import { TRIGGERS } from './top-up-rule.entity.js';
import { DEFAULT_COOL_OFF_SECONDS, newGuard, type RuleRecord, type TopUpRecord, TopUpState } from './top-up-state.js';

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
      this.#states.set(state, read.get(state.wallet.id) ?? new TopUpState(new Map(), undefined, [], []));
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
      case 'cancel':
        return cancelByRequest(topUps, asked.topUpId, now);
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
    if (!topUps.guard) return;
    const { now } = step;
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
      if (trigger === 'expiration') looks.push(...this.#lookAhead(state, topUps, rule, now));
    }
    recordPauses(state, topUps, now);
    planNextLook(topUps, looks);
    if (required !== null && step.refusal) tellRefusal(topUps, step.refusal, refused);
  }

  async save(tx: LedgerTransaction, states: WalletState[]): Promise<void> {
    const loaded = states.map((state) => this.stateOf(state));
    await this.#rows.save(tx, loaded);
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

  #judge(state: WalletState, topUp: TopUpRecord, now: Date, provider?: string | null): ChargeVerdict {
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
        ? automaticTopUp(state, rule, facts, verdict.units, command.actor.requestId)
        : undefined;
    if (bought) addTopUp(topUps, bought);
    if (verdict.pause) changePause(topUps, { reason: verdict.code, card: null }, facts.now);
    if (!isOwnStep(command, facts.openTopUpId)) recordVerdict(state, topUps, rule, facts, verdict, bought);
    return verdict;
  }

  /** A renewal that will need a person is told before it is too late; and when to look at the dates again. */
  #lookAhead(state: WalletState, topUps: TopUpState, rule: RuleRecord, now: Date): Date[] {
    const notice = noticeDue(state, now);
    if (notice) {
      const facts = factsOf(state, topUps, rule, { now, required: null, expiring: notice.expiring });
      // By the caps of the month that it falls into: those of the one before are over by then.
      const verdict = decideTopUp({ ...facts, now: dayOf(notice.expiring.expiresAt) });
      if (verdict?.verdict === 'skip' && !isTemporary(verdict)) {
        const subject = `${notice.expiring.expiresAt.toISOString()} ${notice.days}`;
        recordVerdict(state, topUps, rule, facts, { ...verdict, subject }, undefined);
      }
    }
    const next = nextLookAtDates(state, now);
    return next ? [next] : [];
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

function cancelByRequest(topUps: TopUpState, topUpId: string, now: Date): DomainError | (() => TopUpRecord) {
  const topUp = topUps.topUps.find(({ id }) => id === topUpId);
  if (!topUp) return notFound('top-up', { top_up_id: topUpId });
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
    withdraw(topUps, topUp, { mayCharge: false, code: 'canceled_by_request', figures: {} }, now);
    return topUp;
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
