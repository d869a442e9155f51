import type { Type as Class } from '@nestjs/common';
import { Big } from 'big.js';
import { fieldErrorsAt, invalidFields } from '../http/field-errors.js';
import { faultOfText } from '../http/body/inspect-body.js';
import { validated } from '../http/validation.pipe.js';
import { formatDecimal, RATE_PLACES } from '../shared/decimal.js';
import { DomainError, type FieldErrors } from '../shared/errors.js';
import { checkAlertThresholds } from './check-alert-thresholds.js';
import { checkPortal } from './check-portal.js';
import {
  AlertsSettingDto,
  BonusSettingDto,
  CreditsSettingDto,
  InvoicesSettingDto,
  PaymentsSettingDto,
  PortalSettingDto,
  RateLimitsSettingDto,
  TopUpFeeSettingDto,
  WalletsSettingDto,
} from './setting-values.dto.js';

interface StoredThreshold {
  /** Credits in plain notation. */
  threshold: string;
  condition: 'above' | 'below';
}

interface StoredSlab {
  threshold: string;
  operator: 'gte';
  bonus: { type: 'flat' | 'percentage'; value: string };
  expiration_duration: number | null;
  expiration_duration_unit: 'DAY' | 'WEEK' | 'MONTH' | 'YEAR' | null;
}

interface StoredLimit {
  /** Points; null: what the operator lets the tenant have. */
  per_second: number | null;
  per_minute: number | null;
}

/** The settings of an environment, as they are stored and shown: decimals are text. */
export interface SettingValues {
  wallets: { manual_debit_overdraft: boolean };
  payments: { provider: 'sandbox' | 'stripe' | 'webhook' | 'none' };
  wallet_balance_alert_config: {
    critical: StoredThreshold | null;
    warning: StoredThreshold | null;
    info: StoredThreshold | null;
    alert_enabled: boolean;
  };
  bonus_credits_topup_config: { enabled: boolean; slabs: StoredSlab[] };
  invoice_config: {
    auto_complete_purchased_credit_transaction: boolean;
    /** Rates are decimals in plain notation. */
    taxes: { name: string; rate: string }[];
    seller: { name: string; address: string[]; tax_id: string };
    /** Days after which an unpaid invoice of an automatic top-up is overdue. */
    due_days: number;
  };
  top_up_fee: {
    mode: 'none' | 'added' | 'contained';
    /** A decimal in plain notation. */
    percent: string;
    /** By currency, lower case. */
    fixed_minor: Record<string, number>;
  };
  rate_limits: { environment: StoredLimit; server_key: StoredLimit; client_key: StoredLimit };
  credits: {
    currency: string;
    purchase_validity_months: number;
    promotional_credits: number;
    promotional_validity_months: number;
  };
  portal: {
    display_name: string;
    /** `#rrggbb`; empty: the pages' own. */
    accent_color: string;
    /** A `data:` URL; empty: none. */
    logo: string;
    allowed_origins: string[];
    purchases_per_day: number;
    /** By currency, lower case; no limit in one that is not named. */
    spend_per_day_minor: Record<string, number>;
  };
}

export type SettingKey = keyof SettingValues;
export type SettingValue<Key extends SettingKey> = SettingValues[Key];

interface SettingRule<Value> {
  dto: Class<object>;
  /** `payments` is the only default that depends on where the service runs: see SettingsService. */
  defaultValue: Value;
  /** What no field shows alone. */
  check?: (value: never) => FieldErrors | undefined;
  /** Fills in what a partial value leaves out. */
  complete?: (value: never) => Record<string, unknown>;
}

export const SETTINGS: { readonly [Key in SettingKey]: SettingRule<SettingValues[Key]> } = {
  wallets: { dto: WalletsSettingDto, defaultValue: { manual_debit_overdraft: false } },
  payments: { dto: PaymentsSettingDto, defaultValue: { provider: 'none' } },
  wallet_balance_alert_config: {
    dto: AlertsSettingDto,
    defaultValue: {
      critical: { threshold: '0', condition: 'below' },
      warning: null,
      info: null,
      alert_enabled: false,
    },
    check: checkAlertThresholds,
    complete: (value: AlertsSettingDto) => ({
      critical: value.critical ?? null,
      warning: value.warning ?? null,
      info: value.info ?? null,
      alert_enabled: value.alert_enabled ?? false,
    }),
  },
  bonus_credits_topup_config: {
    dto: BonusSettingDto,
    defaultValue: { enabled: false, slabs: [] },
    check: checkSlabs,
    complete: ({ enabled, slabs }: BonusSettingDto) => ({
      enabled,
      slabs: slabs.map((slab) => ({
        ...slab,
        expiration_duration: slab.expiration_duration ?? null,
        expiration_duration_unit: slab.expiration_duration_unit ?? null,
      })),
    }),
  },
  invoice_config: {
    dto: InvoicesSettingDto,
    defaultValue: {
      auto_complete_purchased_credit_transaction: false,
      taxes: [],
      seller: { name: '', address: [], tax_id: '' },
      due_days: 14,
    },
    check: checkTaxes,
  },
  top_up_fee: {
    dto: TopUpFeeSettingDto,
    defaultValue: { mode: 'none', percent: '0', fixed_minor: {} },
    check: checkFee,
  },
  rate_limits: {
    dto: RateLimitsSettingDto,
    defaultValue: {
      environment: { per_second: null, per_minute: null },
      server_key: { per_second: null, per_minute: null },
      client_key: { per_second: 500, per_minute: null },
    },
  },
  credits: {
    dto: CreditsSettingDto,
    defaultValue: {
      currency: 'usd',
      purchase_validity_months: 12,
      promotional_credits: 0,
      promotional_validity_months: 1,
    },
  },
  portal: {
    dto: PortalSettingDto,
    defaultValue: {
      display_name: '',
      accent_color: '',
      logo: '',
      allowed_origins: [],
      purchases_per_day: 10,
      spend_per_day_minor: {},
    },
    check: checkPortal,
  },
};

const MAX_FEE_PERCENT = 50;
const FEE_PLACES = 4;
const MAX_FIXED_FEE_MINOR = 100_000;

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key);
}

/**
 * A setting's value as it is to be stored: complete, decimals as text.
 * @throws DomainError `validation`, its fields under `value`
 */
export function readSettingValue<Key extends SettingKey>(key: Key, value: unknown): SettingValue<Key> {
  const rule = SETTINGS[key];
  const read = readFields(rule.dto, value);
  const errors = rule.check?.(read as never);
  if (errors) throw invalidFields({ value: errors });
  const complete = rule.complete?.(read as never) ?? read;
  return toStored(complete) as SettingValue<Key>;
}

function readFields(dto: Class<object>, value: unknown): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidFields(fieldErrorsAt(['value'], 'must be an object'));
  }
  try {
    return validated(dto, value);
  } catch (error) {
    if (error instanceof DomainError && error.fields) throw invalidFields({ value: error.fields });
    throw error;
  }
}

function checkSlabs({ enabled, slabs }: BonusSettingDto): FieldErrors | undefined {
  if (enabled && slabs.length === 0) return { slabs: ['must have at least one slab when enabled'] };
  for (const [index, slab] of slabs.entries()) {
    const previous = slabs[index - 1];
    if (previous && slab.threshold.gte(previous.threshold)) {
      return { slabs: { [index]: { threshold: ['must be lower than that of the slab before it'] } } };
    }
    if ((slab.expiration_duration == null) !== (slab.expiration_duration_unit == null)) {
      const missing = slab.expiration_duration == null ? 'expiration_duration' : 'expiration_duration_unit';
      return { slabs: { [index]: { [missing]: ['is required with the other one'] } } };
    }
  }
  return undefined;
}

function checkTaxes({ taxes, seller }: InvoicesSettingDto): FieldErrors | undefined {
  for (const [index, { rate }] of taxes.entries()) {
    if (rate.gt(100)) return { taxes: { [index]: { rate: ['must be at most 100'] } } };
    if (!rate.round(RATE_PLACES, Big.roundDown).eq(rate)) {
      return { taxes: { [index]: { rate: [`must have at most ${RATE_PLACES} decimal places`] } } };
    }
  }
  if (seller.address.some((line) => faultOfText(line))) return { seller: { address: ['must be text'] } };
  return undefined;
}

function checkFee({ percent, fixed_minor }: TopUpFeeSettingDto): FieldErrors | undefined {
  if (percent.gt(MAX_FEE_PERCENT)) return { percent: [`must be at most ${MAX_FEE_PERCENT}`] };
  if (!percent.round(FEE_PLACES, Big.roundDown).eq(percent)) {
    return { percent: [`must have at most ${FEE_PLACES} decimal places`] };
  }
  for (const [currency, minor] of Object.entries(fixed_minor)) {
    if (!/^[a-z]{3}$/.test(currency)) return { fixed_minor: ['must be by currencies of three lower-case letters'] };
    const isRight = Number.isSafeInteger(minor) && minor >= 0 && minor <= MAX_FIXED_FEE_MINOR;
    if (!isRight) return { fixed_minor: { [currency]: [`must be a whole number from 0 to ${MAX_FIXED_FEE_MINOR}`] } };
  }
  return undefined;
}

/** Plain JSON: class instances become objects, decimals text. */
function toStored(value: unknown): unknown {
  if (value instanceof Big) return formatDecimal(value);
  if (Array.isArray(value)) return value.map(toStored);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toStored(field)]));
}
