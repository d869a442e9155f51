import { fieldErrorsAt, invalidFields } from '../http/field-errors.js';
import { refuseExtraDigits } from '../http/fields/currency-digits.js';
import type { Actor } from '../ledger/commands.js';
import type { LedgerTransaction } from '../ledger/ledger-transaction.js';
import type { WalletRecord } from '../ledger/wallet-state.js';
import { type AlertSettings, Wallet } from '../ledger/wallet.entity.js';
import { checkAlertThresholds } from '../settings/check-alert-thresholds.js';
import { decimal, formatDecimal, toMinorUnits, ZERO } from '../shared/decimal.js';
import { DomainError } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import type { Scope } from '../shared/scope.js';
import type { AutoTopUpChange, LimitsChange, TopUpRulesService } from '../top-ups/rules/top-up-rules.service.js';
import type {
  AlertSettingsDto,
  AutoTopUpDto,
  CreateWalletDto,
  ThresholdDto,
  TopUpLimitsDto,
  UpdateWalletDto,
} from './wallet-requests.dto.js';

const MAX_AMOUNT_MINOR = 2_147_483_647;

/** A wallet as it is before its first credit. */
export function newWallet(scope: Scope & Actor, customerId: string, body: CreateWalletDto, now: Date): WalletRecord {
  const walletType = body.wallet_type ?? 'PRE_PAID';
  const conversionRate = body.conversion_rate?.gt(0) ? body.conversion_rate : decimal(1);
  const label = walletType === 'PRE_PAID' ? 'Prepaid' : 'Postpaid';
  return {
    id: newId('wallet', now),
    tenantId: scope.tenantId,
    environmentId: scope.environmentId,
    customerId,
    currency: body.currency.toLowerCase(),
    walletType,
    walletStatus: 'active',
    name: `${label} Wallet - ${body.currency.toUpperCase()}`,
    description: body.description ?? '',
    metadata: body.metadata ?? {},
    allowedPriceTypes: [walletType === 'PRE_PAID' ? 'USAGE' : 'ALL'],
    conversionRate,
    topupConversionRate: body.topup_conversion_rate ?? conversionRate,
    creditBalance: ZERO,
    held: ZERO,
    debt: ZERO,
    overdraftLimit: body.overdraft_limit ?? ZERO,
    sequence: 0,
    lastEntryHash: '',
    lastEntryAt: null,
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

/** Writes what a PUT changes, inside the ledger's command on the wallet. */
export async function applyWalletChanges(
  tx: LedgerTransaction,
  wallet: WalletRecord,
  body: UpdateWalletDto,
  actor: Actor,
  rules: TopUpRulesService,
): Promise<DomainError | void> {
  if (wallet.walletStatus === 'closed') {
    return new DomainError('invalid_operation', 'the wallet is closed', { details: { wallet_id: wallet.id } });
  }
  const changes: Partial<WalletRecord> = { updatedAt: tx.now, updatedBy: actor.keyId };
  if (body.name) changes.name = body.name;
  if (body.description) changes.description = body.description;
  if (body.metadata) changes.metadata = body.metadata;
  if (body.config?.allowed_price_types) changes.allowedPriceTypes = body.config.allowed_price_types;
  if (body.overdraft_limit) changes.overdraftLimit = body.overdraft_limit;
  if (body.alert_settings) {
    changes.alertSettings = toAlertSettings(body.alert_settings);
    if (!body.alert_settings.alert_enabled) changes.alertState = 'ok';
  }
  if (body.auto_topup) {
    const refusal = await rules.changeAutoTopUp(tx, wallet, toAutoTopUpChange(body.auto_topup), actor);
    if (refusal) return refusal;
  }
  if (body.top_up_limits) await rules.changeLimits(tx, wallet, toLimitsChange(body.top_up_limits, wallet.currency));
  Object.assign(wallet, changes);
  await tx.em.nativeUpdate(Wallet, { id: wallet.id }, changes);
}

/** What `auto_topup` sends; null counts as not sent, but for `cooldown`, which it clears. */
export function toAutoTopUpChange(dto: AutoTopUpDto): AutoTopUpChange {
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
