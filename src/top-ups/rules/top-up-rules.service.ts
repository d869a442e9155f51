import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type Decimal, formatDecimal, fromMinorUnits, multiplyByRate, toMinorUnits } from '../../shared/decimal.js';
import { DomainError, invalidField } from '../../shared/errors.js';
import type { Actor } from '../../ledger/commands.js';
import type { LedgerTransaction } from '../../shared/ledger-transaction.js';
import type { WalletRecord } from '../../ledger/wallet-state.js';
import type { Scope } from '../../shared/scope.js';
import { MAX_CHARGE_MINOR, PACK_PAUSES } from './decide-top-up.js';
import { nextSweepAt } from '../schedule/schedule.js';
import { newGuard, type GuardRecord, type RuleRecord } from './top-up-state.js';
import { type Cooldown, TopUpGuard, TopUpRule, type Trigger } from './top-up-rule.entity.js';

/** A wallet's rules as both APIs show them. */
export interface TopUpView {
  rules: ReadonlyMap<Trigger, RuleRecord>;
  guard: GuardRecord | undefined;
}

/** Fields of `auto_topup` that a request carries; what is undefined stays as it is. */
export interface AutoTopUpChange {
  enabled?: boolean | null | undefined;
  thresholdCredits?: Decimal | undefined;
  amountCredits?: Decimal | undefined;
  invoicing?: boolean | undefined;
  /** Null clears it: the default cool-off applies. */
  cooldown?: Cooldown | null | undefined;
}

/** Bounds on a wallet's automatic top-ups; null lifts a monthly cap, undefined leaves it. */
export interface LimitsChange {
  maxPerHour?: number | undefined;
  maxUnits?: number | undefined;
  monthlyCount?: number | null | undefined;
  /** Minor units. */
  monthlyAmountMinor?: number | null | undefined;
}

export interface AgreedPack {
  id: string;
  credits: Decimal;
  priceMinor: number;
  /** Lower case. */
  currency: string;
  validityMonths: number | null;
}

/** What a pack is offered for now. */
export interface OfferedTerms extends Omit<AgreedPack, 'validityMonths'> {
  isOnSale: boolean;
}

export interface AccountRules {
  onExpiration: boolean;
  onInsufficient: boolean;
  pack: AgreedPack | null;
  /** The request names the pack: whatever had paused the rules because of it is over. */
  isPackAgreedAnew: boolean;
}

/** Reads and edits the rules. Edits run inside a ledger command on the wallet, so they are serialised and evaluated at once. */
@Injectable()
export class TopUpRulesService {
  constructor(private readonly em: EntityManager) {}

  /** Rules and guards by wallet id; an entry for every id asked for. */
  async views(walletIds: readonly string[], em: EntityManager = this.em.fork()): Promise<Map<string, TopUpView>> {
    const rules = await em.find(TopUpRule, { walletId: { $in: [...walletIds] } });
    const guards = await em.find(TopUpGuard, { walletId: { $in: [...walletIds] } });
    return new Map(
      walletIds.map((walletId) => {
        const own = rules.filter((rule) => rule.walletId === walletId) as unknown as RuleRecord[];
        const guard = guards.find((candidate) => candidate.walletId === walletId) as unknown as GuardRecord | undefined;
        return [walletId, { rules: new Map(own.map((rule) => [rule.trigger, rule])), guard }];
      }),
    );
  }

  /** Merges `auto_topup` field by field into the wallet's threshold rule. Resumes paused top-ups when it ends up enabled. */
  async changeAutoTopUp(
    tx: LedgerTransaction,
    wallet: WalletRecord,
    change: AutoTopUpChange,
    actor: Actor,
  ): Promise<DomainError | void> {
    const known = await this.#lockRule(tx, wallet.id, 'threshold');
    const thresholdCredits = change.thresholdCredits ?? known?.thresholdCredits;
    const unitCredits = change.amountCredits ?? known?.unitCredits;
    const invoicing = change.invoicing ?? known?.invoicing;
    if (thresholdCredits == null) return invalidField('auto_topup.threshold', 'is required');
    if (unitCredits == null) return invalidField('auto_topup.amount', 'is required');
    if (invoicing == null) return invalidField('auto_topup.invoicing', 'is required');
    const priceMinor = toMinorUnits(multiplyByRate(unitCredits, wallet.topupConversionRate), wallet.currency);
    if (priceMinor > MAX_CHARGE_MINOR) {
      const most = formatDecimal(fromMinorUnits(MAX_CHARGE_MINOR, wallet.currency));
      return invalidField('auto_topup.amount', `costs more than ${most} ${wallet.currency.toUpperCase()} at once`);
    }
    const enabled = change.enabled === undefined ? (known?.enabled ?? false) : change.enabled === true;
    await this.#saveRule(tx, wallet, actor, known, {
      trigger: 'threshold',
      enabled,
      thresholdCredits,
      unitCredits,
      unitPriceMinor: null,
      priceCurrency: null,
      packId: null,
      validityMonths: null,
      invoicing,
      cooldown: change.cooldown === undefined ? (known?.cooldown ?? null) : change.cooldown,
      pauseReason: '',
    });
    await this.#saveGuard(tx, wallet, {}, enabled);
  }

  async changeLimits(tx: LedgerTransaction, wallet: WalletRecord, change: LimitsChange): Promise<void> {
    await this.#saveGuard(tx, wallet, change, false);
  }

  /** Replaces both account rules. The pack's price is written into the rule: that is what was agreed to. */
  async changeAccountRules(
    tx: LedgerTransaction,
    wallet: WalletRecord,
    settings: AccountRules,
    actor: Actor,
  ): Promise<void> {
    const wanted = [
      ['expiration', settings.onExpiration],
      ['insufficient', settings.onInsufficient],
    ] as const;
    for (const [trigger, enabled] of wanted) {
      const known = await this.#lockRule(tx, wallet.id, trigger);
      if (!known && !settings.pack) continue;
      await this.#saveRule(tx, wallet, actor, known, {
        trigger,
        enabled,
        thresholdCredits: null,
        // A unit must be something even while no pack is chosen: nothing is bought then, the rule is off.
        unitCredits: settings.pack?.credits ?? known!.unitCredits,
        unitPriceMinor: settings.pack?.priceMinor ?? null,
        priceCurrency: settings.pack?.currency ?? null,
        packId: settings.pack?.id ?? null,
        validityMonths: settings.pack?.validityMonths ?? null,
        invoicing: false,
        cooldown: null,
        pauseReason: settings.isPackAgreedAnew ? '' : (known?.pauseReason ?? ''),
      });
    }
    await this.#saveGuard(tx, wallet, {}, settings.onExpiration || settings.onInsufficient);
  }

  /**
   * Pauses the rules that buy a pack on other terms than the ones it is offered on now. Only an account that agrees to
   * the pack again ends that, not even the old price.
   */
  async pauseRulesOfPack(em: EntityManager, scope: Scope, offer: OfferedTerms, now: Date): Promise<void> {
    const { id, credits, priceMinor, currency, isOnSale } = offer;
    const reason = isOnSale ? PACK_PAUSES.changed : PACK_PAUSES.withdrawn;
    await em.execute(
      `update top_up_rule set pause_reason = ?, updated_at = ?
       where tenant_id = ? and environment_id = ? and pack_id = ?
         and (? or unit_price_minor <> ? or price_currency <> ? or unit_credits <> ?)`,
      [
        reason,
        now.toISOString(),
        scope.tenantId,
        scope.environmentId,
        id,
        !isOnSale,
        priceMinor,
        currency,
        formatDecimal(credits),
      ],
    );
  }

  async #lockRule(tx: LedgerTransaction, walletId: string, trigger: Trigger): Promise<TopUpRule | null> {
    return tx.em.findOne(TopUpRule, { walletId, trigger }, { refresh: true });
  }

  async #saveRule(
    tx: LedgerTransaction,
    wallet: WalletRecord,
    actor: Actor,
    known: TopUpRule | null,
    values: Omit<
      RuleRecord,
      'walletId' | 'tenantId' | 'environmentId' | 'customerId' | 'version' | 'createdAt' | 'updatedAt' | 'updatedBy'
    >,
  ): Promise<void> {
    const stamp = { updatedAt: tx.now, updatedBy: actor.keyId };
    if (known) tx.em.assign(known, { ...values, ...stamp, version: known.version + 1 });
    else {
      const { id: walletId, tenantId, environmentId, customerId } = wallet;
      const owner = { walletId, tenantId, environmentId, customerId };
      tx.em.create(TopUpRule, { ...owner, ...values, ...stamp, version: 1, createdAt: tx.now });
    }
    await tx.em.flush();
  }

  /** A person edited the rules: whatever had paused them is over, and they are looked at again. */
  async #saveGuard(tx: LedgerTransaction, wallet: WalletRecord, change: LimitsChange, resumes: boolean): Promise<void> {
    const known = await tx.em.findOne(TopUpGuard, { walletId: wallet.id }, { refresh: true });
    const guard = known ?? tx.em.create(TopUpGuard, newGuard(wallet, tx.now));
    for (const [name, value] of Object.entries(change)) {
      if (value !== undefined) tx.em.assign(guard, { [name]: value });
    }
    if (resumes) tx.em.assign(guard, { pausedAt: null, pauseReason: '' });
    tx.em.assign(guard, { nextEvaluationAt: nextSweepAt(tx.now), updatedAt: tx.now });
    await tx.em.flush();
  }
}

export interface RenderedAutoTopUp {
  enabled: boolean;
  threshold: string;
  amount: string;
  invoicing: boolean;
  cooldown: Cooldown | null;
  paused_reason: string | null;
}

export interface RenderedTopUpLimits {
  max_per_hour: number;
  max_units: number;
  monthly_count: number | null;
  monthly_amount: string | null;
}

/** The wallets API's `auto_topup`: null where it was never set. All four keys of the SDK, and ours. */
export function renderAutoTopUp(view: TopUpView): RenderedAutoTopUp | null {
  const rule = view.rules.get('threshold');
  if (!rule) return null;
  return {
    enabled: rule.enabled,
    threshold: formatDecimal(rule.thresholdCredits as Decimal),
    amount: formatDecimal(rule.unitCredits),
    invoicing: rule.invoicing,
    cooldown: rule.cooldown,
    paused_reason: view.guard?.pausedAt ? view.guard.pauseReason : null,
  };
}

/** The bounds on a wallet's automatic top-ups; null where no rule was ever set. */
export function renderTopUpLimits(view: TopUpView, currency: string): RenderedTopUpLimits | null {
  const { guard } = view;
  if (!guard) return null;
  const amount = guard.monthlyAmountMinor;
  return {
    max_per_hour: guard.maxPerHour,
    max_units: guard.maxUnits,
    monthly_count: guard.monthlyCount,
    monthly_amount: amount === null ? null : formatDecimal(fromMinorUnits(amount, currency)),
  };
}
