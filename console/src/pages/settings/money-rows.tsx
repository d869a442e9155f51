import { digitsOf, fromMinor } from '../../parts/digits';
import { AmountField, TextField } from '../../parts/form';
import { faultAt, minorUnits } from '../../parts/typed';
import { type Numbered, numbered, Rows } from './rows';

export interface MoneyRow {
  currency: string;
  /** As it was typed. */
  amount: string;
}

const MOST = 50;
const EMPTY: MoneyRow = { currency: '', amount: '' };

/** Amounts by currency, as the API has them: integer minor units. */
export function moneyRows(minor: Record<string, unknown>): Numbered<MoneyRow>[] {
  return numbered(
    Object.entries(minor).map(([currency, amount]) => ({
      currency: currency.toUpperCase(),
      amount: fromMinor(String(amount), digitsOf(currency)),
    })),
  );
}

/**
 * The way back.
 * @throws RefillError what is wrong with a row, at its field
 */
export function minorOf(field: string, rows: readonly Numbered<MoneyRow>[]): Record<string, number> {
  return Object.fromEntries(
    rows.map(({ row: { currency, amount } }, index) => {
      const code = currency.trim().toLowerCase();
      if (code === '') throw faultAt(`value.${field}.${index}.currency`, 'is required');
      return [code, minorUnits(`value.${field}.${index}.amount`, amount, code) ?? 0];
    }),
  );
}

/** Names of its fields, for the form around it. */
export function moneyFields(field: string, rows: readonly unknown[]): string[] {
  return rows.flatMap((_row, index) => [`${field}.${index}.currency`, `${field}.${index}.amount`]);
}

interface MoneyRowsProps {
  /** Of the setting. */
  field: string;
  label: string;
  hint: string;
  /** What a row is: "Add a limit". */
  what: string;
  rows: readonly Numbered<MoneyRow>[];
  onChange: (rows: Numbered<MoneyRow>[]) => void;
}

/** An amount for each currency. */
export function MoneyRows({ field, label, hint, what, rows, onChange }: MoneyRowsProps) {
  return (
    <Rows label={label} hint={hint} what={what} rows={rows} onChange={onChange} empty={EMPTY} most={MOST}>
      {(row, index, change) => (
        <>
          <TextField
            name={`value.${field}.${index}.currency`}
            label="Currency"
            placeholder="USD"
            autoComplete="off"
            value={row.currency}
            onChange={(currency) => change({ currency })}
          />
          <AmountField
            name={`value.${field}.${index}.amount`}
            label="Amount"
            value={row.amount}
            onChange={(amount) => change({ amount })}
          />
        </>
      )}
    </Rows>
  );
}
