import { creditsText } from '../../parts/amounts';
import { digitsOf, fromMinor, groupDigits } from '../../parts/digits';
import type { Schemas } from '../../session/api';

/** What an environment can be told, by its key. */
export interface SettingValues {
  payments: Schemas['PaymentsSettingDto'];
  credits: Schemas['CreditsSettingDto'];
  bonus_credits_topup_config: Schemas['BonusSettingDto'];
  top_up_fee: Schemas['TopUpFeeSettingDto'];
  invoice_config: Required<Schemas['InvoicesSettingDto']>;
  wallet_balance_alert_config: Schemas['AlertsSettingDto'];
  wallets: Schemas['WalletsSettingDto'];
  rate_limits: Schemas['RateLimitsSettingDto'];
  portal: Schemas['PortalSettingDto'];
}
export type SettingKey = keyof SettingValues;

interface Words<Value> {
  title: string;
  about: string;
  /** What is in force, in a line. */
  inForce: (value: Value) => string;
}

export const SETTINGS: { readonly [Key in SettingKey]: Words<SettingValues[Key]> } = {
  payments: {
    title: 'Payments',
    about: 'Who takes the money.',
    inForce: ({ provider }) => PROVIDERS[provider],
  },
  credits: {
    title: 'Credits of accounts',
    about: 'The wallets of the credits API: their currency, how long credits are good for, free credits.',
    inForce: (value) =>
      [
        value.currency.toUpperCase(),
        `purchases are good for ${count(value.purchase_validity_months, 'month')}`,
        value.promotional_credits === 0
          ? 'no free credits'
          : `${creditsText(String(value.promotional_credits))} free every ${count(value.promotional_validity_months, 'month')}`,
      ].join('; '),
  },
  bonus_credits_topup_config: {
    title: 'Bonus',
    about: 'Free credits on top of bought ones.',
    inForce: ({ enabled, slabs }) => (enabled ? slabs.map(bonusText).join('; ') || 'No steps' : 'None'),
  },
  top_up_fee: {
    title: 'Fee',
    about: 'What a purchase of credits costs beside the credits.',
    inForce: (value) => feeText(value),
  },
  invoice_config: {
    title: 'Invoices',
    about: 'Who sells, which taxes prices include, when an invoice is overdue.',
    inForce: ({ seller, taxes, due_days }) =>
      [
        seller.name || 'No seller',
        taxes.map(({ name, rate }) => `${name} ${rate} %`).join(', ') || 'no taxes',
        `due after ${count(due_days, 'day')}`,
      ].join('; '),
  },
  wallet_balance_alert_config: {
    title: 'Alerts',
    about: 'When a wallet’s balance is worth an alert, where the wallet has no alerts of its own.',
    inForce: (value) =>
      value.alert_enabled
        ? LEVELS.flatMap((level) => {
            const found = value[level];
            return found ? [`${level} at ${found.threshold} or ${found.condition}`] : [];
          }).join('; ')
        : 'Off',
  },
  wallets: {
    title: 'Wallets',
    about: 'How wallets behave.',
    inForce: ({ manual_debit_overdraft }) =>
      manual_debit_overdraft ? 'Debits may go below zero, without limit' : 'Debits end where the credits end',
  },
  rate_limits: {
    title: 'Rate limits',
    about: 'How much of what the operator lets you have this environment and its keys may use.',
    inForce: ({ environment, server_key, client_key }) =>
      [
        `environment: ${limitText(environment)}`,
        `each server key: ${limitText(server_key)}`,
        `each other key: ${limitText(client_key)}`,
      ].join('; '),
  },
  portal: {
    title: 'Portal',
    about: 'How the customers’ portal looks, where it may be shown, what may be bought in it.',
    inForce: ({ display_name, purchases_per_day, allowed_origins }) =>
      [
        display_name || 'In the company’s name',
        `${count(purchases_per_day, 'purchase')} of a customer a day`,
        allowed_origins.length === 0 ? 'in no frame' : `in frames of ${allowed_origins.join(', ')}`,
      ].join('; '),
  },
};

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];
export const LEVELS = ['critical', 'warning', 'info'] as const;

/** Who takes the money, as it is chosen. */
export const PROVIDERS: Readonly<Record<SettingValues['payments']['provider'], string>> = {
  none: 'Nobody: nothing is charged, and credits come at once',
  sandbox: 'Sandbox: no real money moves',
  stripe: 'Stripe: cards are charged',
  webhook: 'Your own billing system',
};

function feeText({ mode, percent, fixed_minor }: SettingValues['top_up_fee']): string {
  if (mode === 'none') return 'None';
  const fixed = Object.entries(fixed_minor).map(
    ([currency, minor]) => `${groupDigits(fromMinor(String(minor), digitsOf(currency)))} ${currency.toUpperCase()}`,
  );
  const parts = [percent === '0' ? undefined : `${percent} %`, fixed.join(' or ') || undefined].filter(Boolean);
  return `${parts.join(' and ') || '0 %'}, ${mode === 'added' ? 'on top of the price' : 'contained in the price'}`;
}

function bonusText({ threshold, bonus }: Schemas['BonusSlabDto']): string {
  const worth = bonus.type === 'flat' ? creditsText(bonus.value) : `${bonus.value} %`;
  return `${worth} from ${creditsText(threshold)} on`;
}

function limitText(limit: Schemas['RateLimitDto'] | undefined): string {
  const parts = [
    limit?.per_second == null ? undefined : `${groupDigits(String(limit.per_second))} a second`,
    limit?.per_minute == null ? undefined : `${groupDigits(String(limit.per_minute))} a minute`,
  ].filter(Boolean);
  return parts.join(', ') || 'as the operator says';
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
