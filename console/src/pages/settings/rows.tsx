import type { ReactNode } from 'react';

/** A row of a list that is being edited: known by a number, since what is in it changes. */
export interface Numbered<Row> {
  number: number;
  row: Row;
}

export function numbered<Row>(rows: readonly Row[]): Numbered<Row>[] {
  return rows.map((row, number) => ({ number, row }));
}

interface RowsProps<Row> {
  /** What the rows are. */
  label: string;
  hint?: string;
  /** What one of them is: "Add a tax". */
  what: string;
  rows: readonly Numbered<Row>[];
  onChange: (rows: Numbered<Row>[]) => void;
  /** A new one. */
  empty: Row;
  most: number;
  children: (row: Row, index: number, change: (changes: Partial<Row>) => void) => ReactNode;
}

/** A list of a setting: fields in rows, with a button that adds one and one at each that takes it away. */
export function Rows<Row>({ label, hint, what, rows, onChange, empty, most, children }: RowsProps<Row>) {
  const change = (number: number, changes: Partial<Row>) =>
    onChange(rows.map((one) => (one.number === number ? { number, row: { ...one.row, ...changes } } : one)));
  const next = Math.max(-1, ...rows.map(({ number }) => number)) + 1;
  return (
    <fieldset className="rows">
      <legend>{label}</legend>
      {hint !== undefined && <p className="hint">{hint}</p>}
      {rows.map(({ number, row }, index) => (
        <div key={number} className="row">
          {children(row, index, (changes) => change(number, changes))}
          <button
            type="button"
            className="quiet"
            aria-label={`Remove the ${what} ${index + 1}`}
            onClick={() => onChange(rows.filter((one) => one.number !== number))}
          >
            Remove
          </button>
        </div>
      ))}
      <button
        type="button"
        disabled={rows.length >= most}
        onClick={() => onChange([...rows, { number: next, row: empty }])}
      >
        Add a {what}
      </button>
    </fieldset>
  );
}
