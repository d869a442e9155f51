import { formatTimestamp, formatTimestampOrNull } from '../shared/clock.js';
import { type Decimal, decimal, formatDecimal, multiplyByRate, ZERO } from '../shared/decimal.js';
import type { WalletRecord } from '../ledger/wallet-state.js';
import { renderAutoTopUp, renderTopUpLimits } from '../top-ups/rules/top-up-rules.service.js';
import type { ShownRules } from '../top-ups/rules/top-up-state.js';
import type { BreakdownDto, WalletBalanceDto, WalletDto } from './wallet-answers.dto.js';

/** A wallet whose amounts and instants are texts already, as its reader gets them; what is not computed has its name in the answer. */
interface WalletTexts extends Pick<
  WalletDto,
  | 'id'
  | 'customer_id'
  | 'currency'
  | 'balance'
  | 'credit_balance'
  | 'held_credits'
  | 'wallet_status'
  | 'name'
  | 'description'
  | 'metadata'
  | 'wallet_type'
  | 'conversion_rate'
  | 'topup_conversion_rate'
  | 'overdraft_limit'
  | 'alert_settings'
  | 'alert_state'
  | 'environment_id'
  | 'tenant_id'
  | 'version'
  | 'status'
  | 'created_at'
  | 'updated_at'
  | 'created_by'
  | 'updated_by'
> {
  allowed_price_types: string[];
}

/** A wallet that was just written, as the wallets API shows it. */
export function renderWallet(wallet: WalletRecord, topUps: ShownRules): WalletDto {
  return shapeWallet(textsOf(wallet), topUps);
}

/** Every key, null where there is nothing. @param breakdown its credits by source, with `expand` */
export function shapeWallet(wallet: WalletTexts, topUps: ShownRules, breakdown?: BreakdownDto): WalletDto {
  return {
    id: wallet.id,
    customer_id: wallet.customer_id,
    currency: wallet.currency,
    balance: wallet.balance,
    credit_balance: wallet.credit_balance,
    held_credits: wallet.held_credits,
    wallet_status: wallet.wallet_status,
    name: wallet.name,
    description: wallet.description,
    metadata: wallet.metadata,
    auto_topup: renderAutoTopUp(topUps),
    top_up_limits: renderTopUpLimits(topUps, wallet.currency),
    wallet_type: wallet.wallet_type,
    config: { allowed_price_types: wallet.allowed_price_types },
    conversion_rate: wallet.conversion_rate,
    topup_conversion_rate: wallet.topup_conversion_rate,
    overdraft_limit: wallet.overdraft_limit,
    alert_settings: wallet.alert_settings,
    alert_state: wallet.alert_state,
    credits_available_breakdown: breakdown ? { purchased: breakdown.purchased, free: breakdown.free } : null,
    environment_id: wallet.environment_id,
    tenant_id: wallet.tenant_id,
    version: wallet.version,
    status: wallet.status,
    created_at: wallet.created_at,
    updated_at: wallet.updated_at,
    created_by: wallet.created_by,
    updated_by: wallet.updated_by,
  };
}

/** What a wallet's lots hold that are live: credits. */
export interface LotTexts extends BreakdownDto {
  /** Not reserved. */
  unheld: string;
}

/** What a balance is reckoned from beside the lots: credits, zero or more. */
export interface BalanceTexts extends WalletTexts {
  debt: string;
  last_entry_at: string | null;
}

/**
 * A wallet with what can really be spent now: posted less held less expired. Without metering, what is pending is what
 * is on hold; a wallet that is not active has nothing to spend.
 * @param lots undefined leaves the real-time fields empty
 */
export function shapeBalance(
  wallet: BalanceTexts,
  topUps: ShownRules,
  lots: LotTexts | undefined,
  isExpanded: boolean,
): WalletBalanceDto {
  const isActive = wallet.wallet_status === 'active';
  const held = decimal(wallet.held_credits);
  // A postpaid wallet is never seen less what is pending (Flexprice's rule): its holds count when they are captured.
  const pending = wallet.wallet_type === 'POST_PAID' ? ZERO : held;
  const available = lots && (isActive ? decimal(lots.unheld).minus(wallet.debt) : ZERO);
  const credits = available && (isActive ? available.plus(held).minus(pending) : ZERO);
  const inCurrency = (amount: Decimal) => formatDecimal(multiplyByRate(amount, decimal(wallet.conversion_rate)));
  return {
    ...shapeWallet(wallet, topUps, isExpanded ? lots : undefined),
    real_time_balance: credits ? inCurrency(credits) : null,
    real_time_credit_balance: credits ? formatDecimal(credits) : null,
    balance_updated_at: wallet.last_entry_at ?? wallet.updated_at,
    posted_credit_balance: wallet.credit_balance,
    held_credit_balance: wallet.held_credits,
    available_credit_balance: available ? formatDecimal(available) : null,
    current_period_usage: lots && isActive ? inCurrency(pending) : null,
    unpaid_invoices_amount: lots && isActive ? '0' : null,
    is_cached_fallback: false,
  };
}

/** What the reader's statement selects, of a wallet in memory. */
export function textsOf(wallet: WalletRecord): BalanceTexts {
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
    wallet_type: wallet.walletType,
    allowed_price_types: wallet.allowedPriceTypes,
    conversion_rate: formatDecimal(wallet.conversionRate),
    topup_conversion_rate: formatDecimal(wallet.topupConversionRate),
    overdraft_limit: formatDecimal(wallet.overdraftLimit),
    alert_settings: wallet.alertSettings,
    alert_state: wallet.alertState,
    environment_id: wallet.environmentId,
    tenant_id: wallet.tenantId,
    version: wallet.version,
    status: wallet.status,
    created_at: formatTimestamp(wallet.createdAt),
    updated_at: formatTimestamp(wallet.updatedAt),
    created_by: wallet.createdBy,
    updated_by: wallet.updatedBy,
    debt: formatDecimal(wallet.debt),
    last_entry_at: formatTimestampOrNull(wallet.lastEntryAt),
  };
}
