import { withDigits } from './decimals';
import { digitsOf, fromMinor, groupDigits } from './digits';

/** An exact decimal string of the API, grouped: `<Credits value={wallet.credit_balance} />`. With `unit`, "credits" behind it. */
export function Credits({ value, unit = false }: { value: string | null | undefined; unit?: boolean }) {
  if (value == null) return <span className="muted">–</span>;
  return (
    <span className="amount">
      {groupDigits(value)}
      {unit && ' credits'}
    </span>
  );
}

/** Money as an exact decimal string, with the digits of its currency at least: `1,234.50 USD`. */
export function Money({ value, currency }: { value: string | null | undefined; currency: string }) {
  if (value == null) return <span className="muted">–</span>;
  return (
    <span className="amount">
      {groupDigits(withDigits(value, digitsOf(currency)))} <span className="currency">{currency.toUpperCase()}</span>
    </span>
  );
}

/** Money as an integer in minor units. */
export function MoneyMinor({ minor, currency }: { minor: number | null | undefined; currency: string }) {
  return <Money value={minor == null ? minor : fromMinor(minor, digitsOf(currency))} currency={currency} />;
}

/** The same for sentences. */
export function creditsText(value: string): string {
  return `${groupDigits(value)} ${value === '1' ? 'credit' : 'credits'}`;
}

export function moneyText(value: string, currency: string): string {
  return `${groupDigits(withDigits(value, digitsOf(currency)))} ${currency.toUpperCase()}`;
}
