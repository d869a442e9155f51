import { formatTimestamp, formatTimestampOrNull } from '../shared/clock.js';
import { type Decimal, formatDecimal, multiplyByRate, ZERO } from '../shared/decimal.js';
import { availableOf, type LotTotals } from '../ledger/balances.service.js';
import type { WalletRecord } from '../ledger/wallet-state.js';
import { renderAutoTopUp, renderTopUpLimits, type TopUpView } from '../top-ups/rules/top-up-rules.service.js';
import type { WalletBalanceDto, WalletDto } from './wallet-answers.dto.js';

/** A wallet as the wallets API shows it: every key, null where there is nothing. */
export function renderWallet(wallet: WalletRecord, topUps: TopUpView, totals?: LotTotals): WalletDto {
  return {
    id: wallet.id,
    customer_id: wallet.customerId,
    currency: wallet.currency,
    balance: formatDecimal(multiplyByRate(wallet.creditBalance, wallet.conversionRate)),
    credit_balance: formatDecimal(wallet.creditBalance),
    held_credits: formatDecimal(wallet.held),
    wallet_status: wallet.walletStatus,
    name: wallet.name,
    description: wallet.description,
    metadata: wallet.metadata,
    auto_topup: renderAutoTopUp(topUps),
    top_up_limits: renderTopUpLimits(topUps, wallet.currency),
    wallet_type: wallet.walletType,
    config: { allowed_price_types: wallet.allowedPriceTypes },
    conversion_rate: formatDecimal(wallet.conversionRate),
    topup_conversion_rate: formatDecimal(wallet.topupConversionRate),
    overdraft_limit: formatDecimal(wallet.overdraftLimit),
    alert_settings: wallet.alertSettings,
    alert_state: wallet.alertState,
    credits_available_breakdown: totals
      ? { purchased: formatDecimal(totals.purchased), free: formatDecimal(totals.free) }
      : null,
    environment_id: wallet.environmentId,
    tenant_id: wallet.tenantId,
    status: wallet.status,
    created_at: formatTimestamp(wallet.createdAt),
    updated_at: formatTimestamp(wallet.updatedAt),
    created_by: wallet.createdBy,
    updated_by: wallet.updatedBy,
  };
}

/**
 * A wallet with what can really be spent now: posted less held less expired. Without metering, what is pending is what
 * is on hold; a wallet that is not active has nothing to spend.
 * @param totals what its lots hold; undefined leaves the real-time fields empty
 */
export function renderBalance(
  wallet: WalletRecord,
  topUps: TopUpView,
  totals: LotTotals | undefined,
  isExpanded: boolean,
): WalletBalanceDto {
  const isActive = wallet.walletStatus === 'active';
  // A postpaid wallet is never seen less what is pending (Flexprice's rule): its holds count when they are captured.
  const pending = wallet.walletType === 'POST_PAID' ? ZERO : wallet.held;
  const available = totals && (isActive ? availableOf(wallet, totals) : ZERO);
  const credits = available && (isActive ? available.plus(wallet.held).minus(pending) : ZERO);
  const inCurrency = (amount: Decimal) => formatDecimal(multiplyByRate(amount, wallet.conversionRate));
  return {
    ...renderWallet(wallet, topUps, isExpanded ? totals : undefined),
    real_time_balance: credits ? inCurrency(credits) : null,
    real_time_credit_balance: credits ? formatDecimal(credits) : null,
    balance_updated_at: formatTimestampOrNull(wallet.lastEntryAt) ?? formatTimestamp(wallet.updatedAt),
    posted_credit_balance: formatDecimal(wallet.creditBalance),
    held_credit_balance: formatDecimal(wallet.held),
    available_credit_balance: available ? formatDecimal(available) : null,
    current_period_usage: totals && isActive ? inCurrency(pending) : null,
    unpaid_invoices_amount: totals && isActive ? '0' : null,
    is_cached_fallback: false,
  };
}
