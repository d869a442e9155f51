import { Big } from 'big.js';
import { fieldErrorsAt, invalidFields } from '../http/field-errors.js';
import { validated } from '../http/validation.pipe.js';
import { formatDecimal } from '../shared/decimal.js';
import { DomainError } from '../shared/errors.js';
import { checkAlertThresholds } from './check-alert-thresholds.js';
import { AlertsSettingDto, BonusSettingDto, CreditsSettingDto, InvoicesSettingDto, PaymentsSettingDto, WalletsSettingDto, } from './setting-values.dto.js';
export const SETTINGS = {
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
        complete: (value) => ({
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
        complete: ({ enabled, slabs }) => ({
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
        defaultValue: { auto_complete_purchased_credit_transaction: false },
    },
    credits: {
        dto: CreditsSettingDto,
        defaultValue: { currency: 'usd', purchase_validity_months: 12, promotional_validity_months: 1 },
    },
};
export function isSettingKey(key) {
    return Object.hasOwn(SETTINGS, key);
}
/**
 * A setting's value as it is to be stored: complete, decimals as text.
 * @throws DomainError `validation`, its fields under `value`
 */
export function readSettingValue(key, value) {
    const rule = SETTINGS[key];
    const read = readFields(rule.dto, value);
    const errors = rule.check?.(read);
    if (errors)
        throw invalidFields({ value: errors });
    const complete = rule.complete?.(read) ?? read;
    return toStored(complete);
}
function readFields(dto, value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw invalidFields(fieldErrorsAt(['value'], 'must be an object'));
    }
    try {
        return validated(dto, value);
    }
    catch (error) {
        if (error instanceof DomainError && error.fields)
            throw invalidFields({ value: error.fields });
        throw error;
    }
}
function checkSlabs({ enabled, slabs }) {
    if (enabled && slabs.length === 0)
        return { slabs: ['must have at least one slab when enabled'] };
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
/** Plain JSON: class instances become objects, decimals text. */
function toStored(value) {
    if (value instanceof Big)
        return formatDecimal(value);
    if (Array.isArray(value))
        return value.map(toStored);
    if (typeof value !== 'object' || value === null)
        return value;
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toStored(field)]));
}
//# sourceMappingURL=setting-keys.js.map