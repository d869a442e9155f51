import { fieldErrorsAt, invalidFields } from '../http/field-errors.js';
import type { Actor, WalletSettings } from '../ledger/commands.js';
import { refuseExtraDigits } from '../http/fields/currency-digits.js';
import type { WalletRecord } from '../ledger/wallet-state.js';
import type { AlertSettings } from '../ledger/wallet.entity.js';
import { checkAlertThresholds } from '../settings/check-alert-thresholds.js';
import { decimal, formatDecimal, toMinorUnits, ZERO } from '../shared/decimal.js';
import { newId } from '../shared/ids.js';
import type { Scope } from '../shared/scope.js';
import { walletKey } from '../shared/shard.js';
import { type AutoTopUpChange, type LimitsChange, topUpChange } from '../top-ups/rules/top-up-changes.js';
import type {
  AlertSettingsDto,
  AutoTopUpDto,
  CreateWalletDto,
  ThresholdDto,
  TopUpLimitsDto,
  UpdateWalletDto,
} from './wallet-requests.dto.js';

type TopUpPolicyChange = ReturnType<typeof topUpChange>;

const MAX_AMOUNT_MINOR = 2_147_483_647;

/** A wallet as it is before its first credit. */
export function newWallet(scope: Scope & Actor, customerId: string, body: CreateWalletDto, now: Date): WalletRecord {
  const walletType = body.wallet_type ?? 'PRE_PAID';
  const conversionRate = body.conversion_rate?.gt(0) ? body.conversion_rate : decimal(1);
  const label = walletType === 'PRE_PAID' ? 'Prepaid' : 'Postpaid';
  return {
    ...walletKey(newId('wallet', now)),
    tenantId: scope.tenantId,
    environmentId: scope.environmentId,
    customerId,
    currency: body.currency.toLowerCase(),
    walletType,
    walletStatus: 'active',
    name: body.name || `${label} Wallet - ${body.currency.toUpperCase()}`,
    description: body.description ?? '',
    metadata: body.metadata ?? {},
    allowedPriceTypes: body.config?.allowed_price_types ?? [walletType === 'PRE_PAID' ? 'USAGE' : 'ALL'],
    conversionRate,
    topupConversionRate: body.topup_conversion_rate ?? conversionRate,
    creditBalance: ZERO,
    held: ZERO,
    debt: ZERO,
    overdraftLimit: body.overdraft_limit ?? ZERO,
    purchasedExpiresAt: null,
    sequence: 0,
    lastEntryHash: '',
    lastEntryAt: null,
    version: 1,
    alertSettings: body.alert_settings ? toAlertSettings(body.alert_settings) : null,
    alertState: 'ok',
    creditAlertState: 'ok',
    status: 'published',
    createdAt: now,
    updatedAt: now,
    createdBy: scope.keyId,
    updatedBy: scope.keyId,
  };
}

/** What a PUT changes of the wallet itself. */
export function toWalletSettings(body: UpdateWalletDto): WalletSettings {
  return {
    ...(body.name ? { name: body.name } : {}),
    ...(body.description ? { description: body.description } : {}),
    ...(body.metadata ? { metadata: body.metadata } : {}),
    ...(body.config?.allowed_price_types ? { allowedPriceTypes: body.config.allowed_price_types } : {}),
    ...(body.overdraft_limit ? { overdraftLimit: body.overdraft_limit } : {}),
    ...(body.alert_settings ? { alertSettings: toAlertSettings(body.alert_settings) } : {}),
  };
}

/** What a body says of the wallet's automatic top-ups. @param currency the wallet's, which never changes */
export function toTopUpChanges(
  body: Pick<UpdateWalletDto, 'auto_topup' | 'top_up_limits'>,
  currency: string,
): TopUpPolicyChange[] {
  return [
    ...(body.auto_topup ? [topUpChange({ kind: 'auto_topup', change: toAutoTopUpChange(body.auto_topup) })] : []),
    ...(body.top_up_limits
      ? [topUpChange({ kind: 'limits', change: toLimitsChange(body.top_up_limits, currency) })]
      : []),
  ];
}

/** What `auto_topup` sends; null counts as not sent, but for `cooldown`, which it clears. */
function toAutoTopUpChange(dto: AutoTopUpDto): AutoTopUpChange {
  const cooldown = dto.cooldown?.value === 0 ? null : dto.cooldown;
  return {
    enabled: dto.enabled ?? undefined,
    thresholdCredits: dto.threshold ?? undefined,
    amountCredits: dto.amount ?? undefined,
    invoicing: dto.invoicing ?? undefined,
    cooldown: cooldown ? { value: cooldown.value, unit: cooldown.unit } : cooldown,
  };
}

function toLimitsChange(dto: TopUpLimitsDto, currency: string): LimitsChange {
  if (dto.monthly_amount) refuseExtraDigits(dto.monthly_amount, currency, 'top_up_limits', 'monthly_amount');
  const amountMinor = dto.monthly_amount ? toMinorUnits(dto.monthly_amount, currency) : dto.monthly_amount;
  if (amountMinor != null && amountMinor > MAX_AMOUNT_MINOR) {
    throw invalidFields(fieldErrorsAt(['top_up_limits', 'monthly_amount'], 'is too large'));
  }
  return {
    maxPerHour: dto.max_per_hour,
    maxUnits: dto.max_units,
    monthlyCount: dto.monthly_count,
    monthlyAmountMinor: amountMinor,
  };
}

/** Null where no threshold is set, even if alerts were enabled. */
function toAlertSettings(dto: AlertSettingsDto): AlertSettings | null {
  const errors = checkAlertThresholds(dto);
  if (errors) throw invalidFields({ alert_settings: errors });
  if (!dto.critical && !dto.warning && !dto.info) return null;
  const stored = (level: ThresholdDto | null | undefined) =>
    level ? { threshold: formatDecimal(level.threshold), condition: level.condition } : null;
  return {
    critical: stored(dto.critical),
    warning: stored(dto.warning),
    info: stored(dto.info),
    alert_enabled: dto.alert_enabled ?? null,
  };
}
