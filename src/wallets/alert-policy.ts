import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { LedgerPolicy, LedgerStep } from '../ledger/ledger-policy.js';
import type { LedgerTransaction } from '../shared/ledger-transaction.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { type Columns, SqlTable } from '../shared/sql-table.js';
import { availableCredits, type WalletState } from '../ledger/wallet-state.js';
import type { AlertSettings, AlertState } from '../ledger/wallet.entity.js';
import { SettingsService } from '../settings/settings.service.js';
import type { Decimal } from '../shared/decimal.js';
import { newId } from '../shared/ids.js';
import { AlertLog } from './alert-log.entity.js';
import { canAlert, decideAlert } from './decide-alert.js';

type AlertRecord = Columns<AlertLog>;

/** A change of an alert's state, with the state before it. */
export interface AlertChange {
  row: AlertRecord;
  before: AlertState;
}

/**
 * Follows two balances of every wallet that moves, in the ledger's own commit: settled credits always, what can be spent
 * where alerts are enabled. A row is written only when the state changes.
 */
@Injectable()
export class AlertPolicy implements LedgerPolicy, OnModuleInit {
  readonly name = 'alerts';
  readonly #changes = new WeakMap<WalletState, AlertChange[]>();
  /** What the tenant has set for wallets that have no settings of their own. */
  readonly #defaults = new WeakMap<WalletState, AlertSettings>();
  readonly #table: SqlTable<AlertRecord>;

  constructor(
    private readonly ledger: LedgerService,
    private readonly settings: SettingsService,
    em: EntityManager,
  ) {
    this.#table = new SqlTable(em.getMetadata().get(AlertLog));
  }

  onModuleInit(): void {
    this.ledger.use(this);
  }

  /** What this batch has changed so far, in its order. */
  changesOf(state: WalletState): readonly AlertChange[] {
    return this.#changes.get(state) ?? [];
  }

  async load(tx: LedgerTransaction, states: WalletState[]): Promise<void> {
    for (const state of states) {
      this.#changes.set(state, []);
      this.#defaults.set(state, await this.settings.get(state.wallet, 'wallet_balance_alert_config', tx.em));
    }
  }

  afterCommand(state: WalletState, step: LedgerStep): void {
    const { wallet } = state;
    if (!canAlert(wallet)) return;
    const settings = this.#settingsOf(state);
    const settled = decideAlert(settings, wallet.creditBalance);
    if (settled !== wallet.creditAlertState) {
      this.#log(
        state,
        step.now,
        'low_credit_balance',
        wallet.creditAlertState,
        settled,
        settings,
        wallet.creditBalance,
      );
      wallet.creditAlertState = settled;
    }
    if (!settings.alert_enabled) return;
    const available = availableCredits(state);
    const ongoing = decideAlert(settings, available);
    if (ongoing === wallet.alertState) return;
    this.#log(state, step.now, 'low_ongoing_balance', wallet.alertState, ongoing, settings, available);
    wallet.alertState = ongoing;
  }

  async save(tx: LedgerTransaction, states: WalletState[]): Promise<void> {
    const rows = states.flatMap((state) => this.changesOf(state)).map(({ row }) => row);
    if (rows.length > 0) await tx.query(this.#table.insert(), [this.#table.toParameter(rows)]);
  }

  committed(): void {
    // Whoever tells of alerts has rows of its own.
  }

  #settingsOf(state: WalletState): AlertSettings {
    const settings = state.wallet.alertSettings ?? this.#defaults.get(state);
    if (!settings) throw new Error(`alert settings for ${state.wallet.id} were not read`);
    return settings;
  }

  #log(
    state: WalletState,
    now: Date,
    alertType: AlertRecord['alertType'],
    before: AlertState,
    alertStatus: AlertState,
    alertSettings: AlertSettings,
    valueAtTime: Decimal,
  ): void {
    const { shard, id: walletId, tenantId, environmentId, customerId } = state.wallet;
    const owner = { shard, walletId, tenantId, environmentId, customerId };
    const id = newId('alert', now);
    const what = { alertType, alertStatus, alertSettings, valueAtTime };
    this.#changes.get(state)?.push({ row: { ...owner, id, ...what, createdAt: now }, before });
    state.isChanged = true;
    state.wallet.version += 1;
  }
}
