import { decimal } from '../shared/decimal.js';
import { type AlertTerms, checkAlertThresholds } from './check-alert-thresholds.js';

const below = (threshold: string) => ({ threshold: decimal(threshold), condition: 'below' as const });
const above = (threshold: string) => ({ threshold: decimal(threshold), condition: 'above' as const });

describe('alert thresholds', () => {
  it.each<[string, AlertTerms]>([
    ['nothing at all', {}],
    ['nothing, disabled', { alert_enabled: false }],
    ['critical alone', { critical: below('0'), alert_enabled: true }],
    ['info alone', { info: below('5'), alert_enabled: true }],
    ['falling levels', { critical: below('1'), warning: below('5'), info: below('10'), alert_enabled: true }],
    ['equal levels', { critical: below('1'), warning: below('1'), info: below('1') }],
    ['rising levels', { critical: above('10'), warning: above('5'), info: above('1') }],
    ['critical and info without warning', { critical: below('1'), info: below('2') }],
  ])('accepts %s', (_name, terms) => {
    expect(checkAlertThresholds(terms)).toBeUndefined();
  });

  it.each<[string, AlertTerms, string]>([
    ['enabled without a threshold', { alert_enabled: true }, 'alert_enabled'],
    ['enabled with null thresholds', { alert_enabled: true, critical: null, info: null }, 'alert_enabled'],
    ['a warning without a critical', { warning: below('5') }, 'warning'],
    ['two directions', { critical: below('1'), warning: above('5') }, 'condition'],
    ['a warning below the critical', { critical: below('5'), warning: below('1') }, 'warning'],
    ['an info below the warning', { critical: below('1'), warning: below('5'), info: below('2') }, 'info'],
    ['an info below the critical', { critical: below('5'), info: below('2') }, 'info'],
    ['a warning above the critical, looking up', { critical: above('5'), warning: above('6') }, 'warning'],
  ])('refuses %s', (_name, terms, field) => {
    expect(Object.keys(checkAlertThresholds(terms) ?? {})).toEqual([field]);
  });
});
