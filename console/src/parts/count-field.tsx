import { TextField } from './form';

interface CountFieldProps {
  name: string;
  label: string;
  hint?: string;
  /** Digits, or empty. */
  value: string;
  onChange: (value: string) => void;
}

/** A whole number, zero or more: how often, in which order. Amounts have `AmountField`. */
export function CountField({ onChange, ...field }: CountFieldProps) {
  return (
    <TextField
      {...field}
      inputMode="numeric"
      autoComplete="off"
      onChange={(text) => onChange(text.replaceAll(/\D/g, '').slice(0, 10))}
    />
  );
}

/** What was typed into it; `empty` where nothing was. */
export function countOf<Empty>(text: string, empty: Empty): number | Empty {
  return text === '' ? empty : Number(text);
}
