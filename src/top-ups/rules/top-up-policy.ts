import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { endOfDay } from '../../shared/calendar.js';
import type { DomainError } from '../../shared/errors.js';
import { type Decimal, multiplyByRate, toMinorUnits, ZERO } from '../../shared/decimal.js';
import { newId } from '../../shared/ids.js';
import type { LedgerPolicy, LedgerStep } from '../../ledger/ledger-policy.js';
import type { LedgerTransaction } from '../../ledger/ledger-transaction.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { availableCredits, type LotRecord, type WalletState } from '../../ledger/wallet-state.js';
import { decideTopUp, type TopUpFacts, type Verdict } from './decide-top-up.js';
import { nextSweepAt } from '../schedule/schedule.js';
import { TopUpStore } from './top-up-store.js';
import {
  DEFAULT_COOL_OFF_SECONDS,
  type DecisionRecord,
  newGuard,
  type RuleRecord,
  type TopUpRecord,
  TopUpState,
} from './top-up-state.js';
import { type Cooldown, TRIGGERS } from './top-up-rule.entity.js';
import { isOpenStatus } from '../purchases/top-up.entity.js';

const SECONDS_PER_UNIT: Record<Cooldown['unit'], number> = { second: 1, minute: 60, hour: 3600, day: 86_400 };

/**
 * Decides, under the wallet's lock and in the ledger's own commit, whether a top-up is due: so the debit that crosses
 * the line leaves the intent behind, and two debits can't both do so.
 */
@Injectable()
export class TopUpPolicy implements LedgerPolicy, OnModuleInit {
  readonly #states = new WeakMap<WalletState, TopUpState>();
  readonly #store: TopUpStore;
  /** Told of new top-ups after their commit, so that nobody waits for the scheduled task. */
  onCreated: (topUpIds: string[]) => void = () => {};

  constructor(
    private readonly ledger: LedgerService,
    em: EntityManager,
  ) {
    this.#store = new TopUpStore(em.getMetadata());
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

  async load(tx: LedgerTransaction, states: WalletState[]): Promise<void> {
    const read = await this.#store.read(
      tx,
      states.map(({ wallet }) => wallet.id),
    );
    for (const state of states) {
      const before = this.#states.get(state);
      const loaded = read.get(state.wallet.id) ?? new TopUpState(new Map(), undefined, []);
      // A reload (a command changed the rules) keeps what this batch has decided and not yet stored.
      if (before) {
        loaded.newTopUps.push(...before.newTopUps);
        loaded.topUps.push(...before.newTopUps);
        for (const [key, decision] of before.newDecisions) loaded.newDecisions.set(key, decision);
      }
      this.#states.set(state, loaded);
    }
  }

  afterCommand(state: WalletState, step: LedgerStep): void {
    const topUps = this.stateOf(state);
    const wasRefused = step.refusal?.kind === 'insufficient_credits' && requiredBy(step) !== null;
    for (const trigger of TRIGGERS) {
      const rule = topUps.rules.get(trigger);
      if (!rule?.enabled) continue;
      const required = trigger === 'insufficient' && wasRefused ? requiredBy(step) : null;
      const expiring = trigger === 'expiration' ? expiringToday(state, step.now) : null;
      this.#evaluate(state, rule, step, required, expiring);
    }
    if (wasRefused && step.refusal) this.#tellTopUp(topUps, step.refusal);
  }

  /** Purchased credits whose account asked for a renewal stay spendable while that purchase is under way. */
  deferExpiry(state: WalletState, lot: LotRecord, now: Date): string | undefined {
    if (lot.source !== 'purchased') return undefined;
    const topUps = this.stateOf(state);
    const rule = topUps.rules.get('expiration');
    const renewal = () =>
      topUps.topUps.find((topUp) => topUp.trigger === 'expiration' && isOpenStatus(topUp.topUpStatus));
    if (!renewal() && rule?.enabled) {
      const expiring = expiringToday(state, now);
      this.#evaluate(state, rule, { now, requestId: '' }, null, expiring);
    }
    return renewal()?.id;
  }

  async save(tx: LedgerTransaction, states: WalletState[]): Promise<void> {
    await this.#store.save(
      tx,
      states.map((state) => this.stateOf(state)),
    );
  }

  committed(states: WalletState[]): void {
    const ids = states.flatMap((state) => this.#states.get(state)?.newTopUps ?? []).map(({ id }) => id);
    if (ids.length > 0) this.onCreated(ids);
  }

  #evaluate(
    state: WalletState,
    rule: RuleRecord,
    step: LedgerStep | { now: Date; requestId: string },
    required: Decimal | null,
    expiring: TopUpFacts['expiring'],
  ): void {
    const topUps = this.stateOf(state);
    const facts = factsOf(state, topUps, rule, step.now, required, expiring);
    const verdict = decideTopUp(facts);
    if (!verdict) return;
    const requestId = 'command' in step ? step.command.actor.requestId : step.requestId;
    const bought = verdict.verdict === 'buy' ? this.#create(state, rule, facts, verdict, requestId) : undefined;
    recordDecision(state, topUps, rule, facts, verdict, bought);
    updateGuard(topUps, verdict, facts);
  }

  #create(state: WalletState, rule: RuleRecord, facts: TopUpFacts, verdict: Verdict, requestId: string): TopUpRecord {
    const { wallet } = state;
    const topUp: TopUpRecord = {
      id: newId('topup', facts.now),
      tenantId: wallet.tenantId,
      environmentId: wallet.environmentId,
      customerId: wallet.customerId,
      walletId: wallet.id,
      trigger: rule.trigger,
      isAutomatic: true,
      ruleVersion: rule.version,
      topUpStatus: 'created',
      units: verdict.units,
      credits: rule.unitCredits.times(verdict.units),
      priceMinor: facts.unitPriceMinor * verdict.units,
      currency: facts.currency,
      discounts: [],
      packId: rule.packId,
      validityMonths: rule.validityMonths,
      invoicing: rule.invoicing,
      description: '',
      provider: null,
      paymentMethodId: null,
      paymentMethodRef: null,
      cardFingerprint: null,
      paymentId: null,
      attempt: 0,
      lookups: 0,
      nextAttemptAt: facts.now,
      lastErrorCode: '',
      lastErrorMessage: '',
      actionUrl: null,
      invoiceId: null,
      transactionId: null,
      idempotencyKey: null,
      requestHash: '',
      requestId,
      createdAt: facts.now,
      updatedAt: facts.now,
      settledAt: null,
      createdBy: '',
    };
    const topUps = this.stateOf(state);
    topUps.newTopUps.push(topUp);
    topUps.topUps.push(topUp);
    return topUp;
  }

  #tellTopUp(topUps: TopUpState, refusal: DomainError): void {
    const open = topUps.topUps.findLast((topUp) => isOpenStatus(topUp.topUpStatus));
    if (open) refusal.details['top_up'] = { id: open.id, status: open.topUpStatus };
  }
}

function requiredBy(step: LedgerStep): Decimal | null {
  if (step.command.kind === 'debit') return step.command.terms.credits;
  return step.command.kind === 'hold' ? step.command.credits : null;
}

/** Purchased credits whose last day (UTC) has begun: renewed on the date, before anything is forfeited. */
function expiringToday(state: WalletState, now: Date): TopUpFacts['expiring'] {
  const tomorrow = endOfDay(now);
  let credits = ZERO;
  let expiresAt: Date | null = null;
  for (const lot of state.lots) {
    if (lot.source !== 'purchased' || !lot.expiresAt || lot.expiresAt >= tomorrow) continue;
    credits = credits.plus(lot.remaining);
    if (!expiresAt || lot.expiresAt < expiresAt) expiresAt = lot.expiresAt;
  }
  return expiresAt && { credits, expiresAt };
}

function factsOf(
  state: WalletState,
  topUps: TopUpState,
  rule: RuleRecord,
  now: Date,
  required: Decimal | null,
  expiring: TopUpFacts['expiring'],
): TopUpFacts {
  const { wallet } = state;
  const guard = topUps.guard ?? newGuard(wallet, now);
  const currency = rule.priceCurrency ?? wallet.currency;
  const unitPrice = multiplyByRate(rule.unitCredits, wallet.topupConversionRate);
  return {
    now,
    trigger: rule.trigger,
    thresholdCredits: rule.thresholdCredits,
    unitCredits: rule.unitCredits,
    unitPriceMinor: rule.unitPriceMinor ?? toMinorUnits(unitPrice, currency),
    currency,
    coolOffSeconds: rule.cooldown
      ? rule.cooldown.value * SECONDS_PER_UNIT[rule.cooldown.unit]
      : DEFAULT_COOL_OFF_SECONDS,
    limits: guard,
    pauseReason: guard.pausedAt ? guard.pauseReason : rule.pauseReason,
    walletStatus: wallet.walletStatus,
    available: availableCredits(state),
    required,
    expiring,
    openTopUpId: topUps.topUps.find((topUp) => isOpenStatus(topUp.topUpStatus))?.id ?? null,
    history: topUps.topUps.filter((topUp) => topUp.isAutomatic),
  };
}

/** The same answer for the same reason, again and again, is one row that counts. */
function recordDecision(
  state: WalletState,
  topUps: TopUpState,
  rule: RuleRecord,
  facts: TopUpFacts,
  verdict: Verdict,
  bought: TopUpRecord | undefined,
): void {
  const { wallet } = state;
  const dedupeKey = [rule.trigger, rule.version, verdict.code, bought?.id ?? verdict.subject].join(' ');
  const known = topUps.newDecisions.get(dedupeKey);
  const decision: DecisionRecord = {
    walletId: wallet.id,
    id: known?.id ?? newId('decision', facts.now),
    tenantId: wallet.tenantId,
    environmentId: wallet.environmentId,
    customerId: wallet.customerId,
    trigger: rule.trigger,
    ruleVersion: rule.version,
    verdict: verdict.verdict,
    code: verdict.code,
    reason: verdict.reason,
    available: facts.available,
    posted: wallet.creditBalance,
    held: wallet.held,
    required: facts.required,
    openTopUpIds: facts.openTopUpId ? [facts.openTopUpId] : [],
    topUpId: bought?.id ?? null,
    credits: bought?.credits ?? null,
    priceMinor: bought?.priceMinor ?? null,
    currency: bought?.currency ?? null,
    nextEvaluationAt: verdict.nextEvaluationAt,
    occurrences: (known?.occurrences ?? 0) + 1,
    lastSeenAt: facts.now,
    createdAt: known?.createdAt ?? facts.now,
    dedupeKey,
  };
  topUps.newDecisions.set(dedupeKey, decision);
}

function updateGuard(topUps: TopUpState, verdict: Verdict, facts: TopUpFacts): void {
  const { guard } = topUps;
  if (!guard) return;
  if (verdict.pause) {
    guard.pausedAt = facts.now;
    guard.pauseReason = verdict.code;
  }
  const next = verdict.nextEvaluationAt ?? nextSweepAt(facts.now);
  if (verdict.pause || (verdict.nextEvaluationAt && next < guard.nextEvaluationAt)) {
    guard.nextEvaluationAt = next;
    topUps.isGuardChanged = true;
  }
}
