import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { LedgerCommand } from '../../ledger/commands.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import type { WalletRecord } from '../../ledger/wallet-state.js';
import { SettingsService } from '../../settings/settings.service.js';
import { columnsOf } from '../../shared/sql-table.js';
import { type Decimal, formatDecimal, fromMinorUnits } from '../../shared/decimal.js';
import type { Scope } from '../../shared/scope.js';
import { inWallet } from '../../shared/shard.js';
import { OPEN_STATUS_LIST } from '../purchases/top-up.entity.js';
import { pausedReasonOf } from './change-pause.js';
import { PACK_PAUSES } from './decide-top-up.js';
import type { AgreedFee } from '../pricing/price-top-up.js';
import type { AgreedPack } from './top-up-changes.js';
import { type Cooldown, TopUpGuard, TopUpRule } from './top-up-rule.entity.js';
import type { ShownRules, WalletRules } from './top-up-state.js';

/** What a pack is offered for now. */
export interface OfferedTerms extends Omit<AgreedPack, 'validityMonths'> {
  isOnSale: boolean;
}

/** What wallets' rules are, and what a change of the catalogue does to them. A wallet's own changes are commands. */
@Injectable()
export class TopUpRulesService {
  constructor(
    private readonly em: EntityManager,
    private readonly ledger: LedgerService,
    private readonly settings: SettingsService,
  ) {}

  /** Rules and guards by wallet id; an entry for every wallet of the environment that is asked for. */
  async ofWallets(
    scope: Scope,
    wallets: readonly Pick<WalletRecord, 'id' | 'currency'>[],
  ): Promise<Map<string, WalletRules>> {
    const em = this.em.fork();
    if (wallets.length === 0) return new Map();
    const where = { $or: wallets.map(({ id }) => inWallet(id)) };
    const [rules, guards] = [await em.find(TopUpRule, where), await em.find(TopUpGuard, where)];
    const fee = await this.settings.get(scope, 'top_up_fee');
    return new Map(
      wallets.map(({ id, currency }) => {
        const own = rules.filter(({ walletId }) => walletId === id).map((rule) => columnsOf(rule));
        const guard = guards.find(({ walletId }) => walletId === id);
        const byTrigger = new Map(own.map((rule) => [rule.trigger, rule]));
        return [id, { rules: byTrigger, guard: guard && columnsOf(guard), fee, currency }];
      }),
    );
  }

  /**
   * Locks the wallets whose rules buy a pack, in the ledger's order: nothing is decided by these rules until the caller
   * has committed. To be called before the pack is locked, as an account that agrees to it holds its wallet first.
   */
  async lockWalletsOfPack(em: EntityManager, { tenantId, environmentId }: Scope, packId: string): Promise<void> {
    const rows = await em.execute<{ wallet_id: string }[]>(
      `select distinct wallet_id from top_up_rule where tenant_id = ? and environment_id = ? and pack_id = ?`,
      [tenantId, environmentId, packId],
    );
    await this.ledger.lock(
      em,
      rows.map(({ wallet_id }) => wallet_id),
    );
  }

  /**
   * Pauses the rules that buy a pack on other terms than the ones it is offered on now, and takes back what they had
   * decided to buy and nobody has charged yet, in the caller's transaction. Only an account that agrees to the pack
   * again ends that, not even the old price.
   * @returns what to do after the commit
   */
  async pauseRulesOfPack(em: EntityManager, scope: Scope, offer: OfferedTerms, now: Date): Promise<() => void> {
    const { id, credits, priceMinor, currency, isOnSale } = offer;
    const reason = isOnSale ? PACK_PAUSES.changed : PACK_PAUSES.withdrawn;
    const ofPack = [scope.tenantId, scope.environmentId, id];
    const otherTerms = [!isOnSale, priceMinor, currency, formatDecimal(credits)];
    const paused = await em.execute<{ wallet_id: string }[]>(
      `update top_up_rule set pause_reason = ?, updated_at = ?
       where tenant_id = ? and environment_id = ? and pack_id = ?
         and (? or unit_price_minor <> ? or price_currency <> ? or unit_credits <> ?)
       returning wallet_id`,
      [reason, now.toISOString(), ...ofPack, ...otherTerms],
    );
    if (paused.length === 0) return () => {};
    const waiting = await em.execute<{ wallet_id: string }[]>(
      `select distinct wallet_id from top_up where tenant_id = ? and environment_id = ? and pack_id = ?
         and is_automatic and top_up_status in (${OPEN_STATUS_LIST})`,
      ofPack,
    );
    return this.ledger.join(
      em,
      waiting.map(({ wallet_id }) => evaluation(scope, wallet_id)),
    );
  }
}

function evaluation({ tenantId, environmentId }: Scope, walletId: string): LedgerCommand {
  const actor = { keyId: '', requestId: 'pack' };
  return { kind: 'evaluate', scope: { tenantId, environmentId }, walletId, actor, answer: () => null };
}

export interface RenderedAutoTopUp {
  enabled: boolean;
  threshold: string;
  amount: string;
  invoicing: boolean;
  cooldown: Cooldown | null;
  paused_reason: string | null;
  fee: AgreedFee | null;
}

export interface RenderedTopUpLimits {
  max_per_hour: number;
  max_units: number;
  monthly_count: number | null;
  monthly_amount: string | null;
}

/** The wallets API's `auto_topup`: null where it was never set. All four keys of the SDK, and ours. */
export function renderAutoTopUp(view: ShownRules): RenderedAutoTopUp | null {
  const rule = view.rules.get('threshold');
  if (!rule) return null;
  return {
    enabled: rule.enabled,
    threshold: formatDecimal(rule.thresholdCredits as Decimal),
    amount: formatDecimal(rule.unitCredits),
    invoicing: rule.invoicing,
    cooldown: rule.cooldown,
    paused_reason: pausedReasonOf(view, ['threshold']),
    fee: rule.fee,
  };
}

/** The bounds on a wallet's automatic top-ups; null where no rule was ever set. */
export function renderTopUpLimits(view: ShownRules, currency: string): RenderedTopUpLimits | null {
  const { guard } = view;
  if (!guard) return null;
  const amount = guard.monthlyAmountMinor;
  return {
    max_per_hour: guard.maxPerHour,
    max_units: guard.maxUnits,
    monthly_count: guard.monthlyCount,
    monthly_amount:
      amount === null ? null : formatDecimal(fromMinorUnits(amount, guard.monthlyAmountCurrency ?? currency)),
  };
}
