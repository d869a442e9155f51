import { useState } from 'react';
import { TextField } from './form';

interface InstantFieldProps {
  name: string;
  label: string;
  hint?: string;
  /** As the API says it, or empty. */
  value: string;
  onChange: (value: string) => void;
}

/** A minute of the reader's own time; what is handed over is the instant in UTC, empty where none is chosen. */
export function InstantField({ value, onChange, ...field }: InstantFieldProps) {
  const [typed, setTyped] = useState(localOf(value));
  return (
    <TextField
      {...field}
      type="datetime-local"
      value={typed}
      onChange={(text) => {
        setTyped(text);
        const at = new Date(text);
        onChange(Number.isNaN(at.getTime()) ? '' : at.toISOString());
      }}
    />
  );
}

/** `datetime-local` knows no time zone. */
function localOf(instant: string): string {
  if (instant === '') return '';
  const at = new Date(instant);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
