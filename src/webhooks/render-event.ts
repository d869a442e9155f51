import { availableCredits, type EntryRecord, type WalletState } from '../ledger/wallet-state.js';
import { formatDecimal, multiplyByRate, ZERO } from '../shared/decimal.js';
import type { AlertState } from '../ledger/wallet.entity.js';
import type { EventTransaction, EventWallet } from '../events/event-bodies.dto.js';
import type { EventBody } from '../events/event-types.js';
import type { Charge } from '../ledger/commands.js';
import type { AlertChange } from '../wallets/alert-policy.js';
import { renderEntry } from '../wallets/render-transaction.js';

const SEVERITY: Record<AlertState, number> = { ok: 0, info: 1, warning: 2, in_alarm: 3 };

export type WalletEventType = 'wallet.created' | 'wallet.updated' | 'wallet.terminated';

/** Body A: the wallet as it is right after the command. */
export function renderWalletEvent(eventType: WalletEventType, state: WalletState): EventBody {
  return { event_type: eventType, wallet: renderWalletOf(state) };
}

/** Body B; body C, with another key, for a credit that was promised before. */
export function renderTransactionEvent(
  state: WalletState,
  entry: EntryRecord,
  credit: { wasPending: boolean; charged: Charge | null },
): EventBody {
  const transaction = renderEntry(entry, state.lots.get(entry.id));
  const rendered: EventTransaction = {
    id: transaction.id,
    wallet_id: transaction.wallet_id,
    customer_id: transaction.customer_id,
    type: transaction.type,
    amount: transaction.amount,
    credit_amount: transaction.credit_amount,
    credit_balance_before: transaction.credit_balance_before,
    credit_balance_after: transaction.credit_balance_after,
    transaction_status: transaction.transaction_status,
    reference_type: transaction.reference_type,
    reference_id: transaction.reference_id,
    description: transaction.description,
    expiry_date: transaction.expiry_date,
    transaction_reason: transaction.transaction_reason,
    currency: transaction.currency,
    metadata: transaction.metadata,
    charged: credit.charged && renderCharge(credit.charged),
  };
  return credit.wasPending
    ? { event_type: 'wallet.transaction.updated', updated_transaction: rendered }
    : { event_type: 'wallet.transaction.created', transaction: rendered };
}

/** Body A with the alert. A change for the worse is `dropped`, one for the better `recovered`; `state` says how bad it is. */
export function renderAlertEvent(state: WalletState, { row, before }: AlertChange): EventBody {
  const stream = row.alertType === 'low_credit_balance' ? 'credit_balance' : 'ongoing_balance';
  const direction = SEVERITY[row.alertStatus] > SEVERITY[before] ? 'dropped' : 'recovered';
  const wallet = renderWalletOf(state);
  return {
    event_type: `wallet.${stream}.${direction}`,
    wallet,
    alert: {
      state: row.alertStatus,
      current_balance: wallet.real_time_balance,
      credit_balance: wallet.real_time_credit_balance,
      alert_type: row.alertType,
      alert_settings: row.alertSettings,
    },
  };
}

function renderCharge({ amountMinor, feeMinor, taxMinor, currency, invoiceId }: Charge) {
  return { amount_minor: amountMinor, fee_minor: feeMinor, tax_minor: taxMinor, currency, invoice_id: invoiceId };
}

function renderWalletOf(state: WalletState): EventWallet {
  const { wallet } = state;
  const isActive = wallet.walletStatus === 'active';
  // As `GET /v1/wallets/{id}/balance/real-time` has it: what is on hold on a postpaid wallet is not pending yet.
  const postpaidHeld = wallet.walletType === 'POST_PAID' ? wallet.held : ZERO;
  const credits = isActive ? availableCredits(state).plus(postpaidHeld) : ZERO;
  return {
    id: wallet.id,
    customer_id: wallet.customerId,
    currency: wallet.currency,
    balance: formatDecimal(multiplyByRate(wallet.creditBalance, wallet.conversionRate)),
    credit_balance: formatDecimal(wallet.creditBalance),
    wallet_status: wallet.walletStatus,
    name: wallet.name,
    wallet_type: wallet.walletType,
    conversion_rate: formatDecimal(wallet.conversionRate),
    real_time_balance: formatDecimal(multiplyByRate(credits, wallet.conversionRate)),
    real_time_credit_balance: formatDecimal(credits),
    version: wallet.version,
  };
}
