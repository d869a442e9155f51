import type { AlertSettings, AlertState } from '../ledger/wallet.entity.js';
import { decimal } from '../shared/decimal.js';
import { canAlert, decideAlert } from './decide-alert.js';

const level = (threshold: string, condition: 'above' | 'below') => ({ threshold, condition });
const below: AlertSettings = {
  critical: level('5', 'below'),
  warning: level('10', 'below'),
  info: level('20', 'below'),
  alert_enabled: true,
};
const above: AlertSettings = {
  critical: level('20', 'above'),
  warning: null,
  info: level('10', 'above'),
  alert_enabled: true,
};

describe('decideAlert', () => {
  it.each<[AlertSettings, string, AlertState]>([
    [below, '20.000000001', 'ok'],
    [below, '20', 'info'],
    [below, '10', 'warning'],
    [below, '5.000000001', 'warning'],
    [below, '5', 'in_alarm'],
    [below, '-3', 'in_alarm'],
    [above, '9.999999999', 'ok'],
    [above, '10', 'info'],
    [above, '20', 'in_alarm'],
  ])('%j at %s is %s', (settings, value, state) => {
    expect(decideAlert(settings, decimal(value))).toBe(state);
  });
});

describe('whether an alert means anything', () => {
  it.each<[string, 'active' | 'closed', number, string, boolean]>([
    ['a wallet that nothing has ever been booked to', 'active', 0, '0', false],
    ['one that has been booked to', 'active', 1, '0', true],
    ['one that owes what is on hold', 'active', 0, '3', true],
    ['a closed one', 'closed', 7, '0', false],
  ])('%s: %s with %d entries and %s on hold is %s', (_what, walletStatus, sequence, held, expected) => {
    expect(canAlert({ walletStatus, sequence, held: decimal(held) })).toBe(expected);
  });
});
