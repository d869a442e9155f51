import 'reflect-metadata';
import { DomainError } from '../shared/errors.js';
import { isSettingKey, readSettingValue, type SettingKey, SETTINGS } from './setting-keys.js';

function errorsOf(key: SettingKey, value: unknown): unknown {
  try {
    readSettingValue(key, value);
  } catch (error) {
    if (error instanceof DomainError) return error.fields;
  }
  return undefined;
}

const slab = (threshold: string, extra: object = {}) => ({
  threshold,
  operator: 'gte',
  bonus: { type: 'flat', value: '1' },
  ...extra,
});

describe('setting values', () => {
  it('knows its keys and no others', () => {
    expect(isSettingKey('wallets')).toBe(true);
    expect(isSettingKey('toString')).toBe(false);
  });

  it.each(Object.entries(SETTINGS))('takes the default of %s as a value', (key, { defaultValue }) => {
    expect(readSettingValue(key as SettingKey, JSON.parse(JSON.stringify(defaultValue)))).toEqual(defaultValue);
  });

  it('fills in what a value leaves out', () => {
    expect(readSettingValue('wallets', {})).toEqual({ manual_debit_overdraft: false });
    expect(readSettingValue('credits', { purchase_validity_months: 6 })).toEqual({
      currency: 'usd',
      purchase_validity_months: 6,
      promotional_credits: 0,
      promotional_validity_months: 1,
    });
    expect(readSettingValue('wallet_balance_alert_config', { critical: { threshold: 5, condition: 'below' } })).toEqual(
      {
        critical: { threshold: '5', condition: 'below' },
        warning: null,
        info: null,
        alert_enabled: false,
      },
    );
    expect(readSettingValue('top_up_fee', { mode: 'added', percent: '2.90', fixed_minor: { usd: 30 } })).toEqual({
      mode: 'added',
      percent: '2.9',
      fixed_minor: { usd: 30 },
    });
    expect(readSettingValue('bonus_credits_topup_config', { enabled: true, slabs: [slab('100.50')] })).toEqual({
      enabled: true,
      slabs: [slab('100.5', { expiration_duration: null, expiration_duration_unit: null })],
    });
  });

  it.each<[SettingKey, unknown, unknown]>([
    ['wallets', [], ['must be an object']],
    ['wallets', { manual_debit_overdraft: 'true' }, { manual_debit_overdraft: ['must be a boolean value'] }],
    ['wallets', { overdraft: true }, { overdraft: ['is not a known field; known are manual_debit_overdraft'] }],
    // Flexprice keeps more beside it; what is not kept here is not taken.
    [
      'invoice_config',
      { prefix: 'INV', due_day: 5 },
      {
        prefix: ['is not a known field; known are auto_complete_purchased_credit_transaction, taxes, seller, due_days'],
        due_day: ['is not a known field; did you mean due_days?'],
      },
    ],
    ['payments', {}, { provider: ['is required'] }],
    ['credits', { currency: 'USD' }, { currency: ['must be three lower-case letters'] }],
    ['top_up_fee', { mode: 'added', percent: '50.0001' }, { percent: ['must be at most 50'] }],
    ['top_up_fee', { percent: '0.00001' }, { percent: ['must have at most 4 decimal places'] }],
    ['top_up_fee', { fixed_minor: { USD: 1 } }, { fixed_minor: ['must be by currencies of three lower-case letters'] }],
    [
      'top_up_fee',
      { fixed_minor: { usd: 0.5 } },
      { fixed_minor: { usd: ['must be a whole number from 0 to 100000'] } },
    ],
    ['top_up_fee', { fixed_minor: [] }, { fixed_minor: ['must be an object'] }],
    ['top_up_fee', { mode: 'on' }, { mode: ['must be one of the following values: none, added, contained'] }],
    ['wallet_balance_alert_config', { alert_enabled: true }, { alert_enabled: ['needs at least one threshold'] }],
    ['bonus_credits_topup_config', { enabled: true }, { slabs: ['must have at least one slab when enabled'] }],
    [
      'bonus_credits_topup_config',
      { slabs: [slab('10'), slab('10')] },
      { slabs: { 1: { threshold: ['must be lower than that of the slab before it'] } } },
    ],
    [
      'bonus_credits_topup_config',
      { slabs: [slab('10', { expiration_duration: 3 })] },
      { slabs: { 0: { expiration_duration_unit: ['is required with the other one'] } } },
    ],
  ])('refuses %s = %j', (key, value, errors) => {
    expect(errorsOf(key, value)).toEqual({ value: errors });
  });
});
