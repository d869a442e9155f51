import { createContext, type InputHTMLAttributes, type ReactNode, useContext, useId } from 'react';
import { RefillError } from '../session/api';
import { ErrorBox } from './states';

/** What the API says of each field: `details` of its 400. */
const FieldErrors = createContext<Record<string, unknown>>({});

interface FormProps {
  /** Of the last try; what it says of a field of this form is shown there, all else above the fields. */
  error: unknown;
  /** Names of the fields that are in it; of one that is nested in the body its path: `value.taxes.0.rate`. */
  fields: readonly string[];
  onSubmit: () => void;
  children: ReactNode;
}

export function Form({ error, fields, onSubmit, children }: FormProps) {
  const ofFields = error instanceof RefillError && error.status === 400 ? error.details : {};
  const isSaid = fields.some((name) => name in ofFields);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {!isSaid && <ErrorBox error={error} />}
      <FieldErrors value={ofFields}>{children}</FieldErrors>
    </form>
  );
}

interface FieldProps {
  /** As the API calls it: its error is found by it. */
  name: string;
  label: string;
  hint?: ReactNode;
}

type Described = { id: string; name: string; 'aria-invalid': boolean; 'aria-describedby': string | undefined };

/** A label, a control, what to know about it, what is wrong with it. */
function Field({ name, label, hint, children }: FieldProps & { children: (described: Described) => ReactNode }) {
  const id = useId();
  const fault = useContext(FieldErrors)[name];
  const words = fault === undefined ? undefined : textOf(fault);
  const describedBy = [hint !== undefined && `${id}-hint`, words !== undefined && `${id}-fault`].filter(Boolean);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        name,
        'aria-invalid': words !== undefined,
        'aria-describedby': describedBy.length > 0 ? describedBy.join(' ') : undefined,
      })}
      {hint !== undefined && (
        <span id={`${id}-hint`} className="hint">
          {hint}
        </span>
      )}
      {words !== undefined && (
        <span id={`${id}-fault`} className="fault">
          {words}
        </span>
      )}
    </div>
  );
}

type InputProps = Pick<
  InputHTMLAttributes<HTMLInputElement>,
  'type' | 'autoComplete' | 'inputMode' | 'placeholder' | 'required' | 'autoFocus'
>;

export function TextField({
  name,
  label,
  hint,
  value,
  onChange,
  ...input
}: FieldProps & InputProps & { value: string; onChange: (value: string) => void }) {
  return (
    <Field name={name} label={label} hint={hint}>
      {(described) => (
        <input {...input} {...described} value={value} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}

/** An exact decimal, handed over as the text that was typed: the service judges it, and no float ever holds it. */
export function AmountField(props: FieldProps & { value: string; onChange: (value: string) => void }) {
  return (
    <TextField
      {...props}
      inputMode="decimal"
      autoComplete="off"
      onChange={(text) => props.onChange(text.replaceAll(/[\s,]/g, ''))}
    />
  );
}

/** Several lines. */
export function LinesField({
  name,
  label,
  hint,
  value,
  onChange,
  rows = 3,
}: FieldProps & { value: string; onChange: (value: string) => void; rows?: number }) {
  return (
    <Field name={name} label={label} hint={hint}>
      {(described) => (
        <textarea {...described} rows={rows} value={value} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}

export function SelectField<Value extends string>({
  name,
  label,
  hint,
  value,
  onChange,
  options,
}: FieldProps & { value: Value; onChange: (value: Value) => void; options: readonly (readonly [Value, string])[] }) {
  return (
    <Field name={name} label={label} hint={hint}>
      {(described) => (
        <select {...described} value={value} onChange={(event) => onChange(event.target.value as Value)}>
          {options.map(([option, words]) => (
            <option key={option} value={option}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function CheckField({
  name,
  label,
  checked,
  onChange,
}: Pick<FieldProps, 'name'> & { label: ReactNode; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label className="check">
      <input type="checkbox" name={name} checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}

interface CheckGroupProps<Value extends string> extends FieldProps {
  options: readonly (readonly [value: Value, words: ReactNode])[];
  chosen: readonly Value[];
  onChange: (chosen: Value[]) => void;
}

/** Some of a list, in the order of the list. */
export function CheckGroup<Value extends string>({ name, label, hint, ...group }: CheckGroupProps<Value>) {
  const { options, chosen, onChange } = group;
  const fault = useContext(FieldErrors)[name];
  const toggle = (value: Value, isChosen: boolean) =>
    onChange(options.map(([one]) => one).filter((one) => (one === value ? isChosen : chosen.includes(one))));
  return (
    <fieldset className="check-group">
      <legend>{label}</legend>
      {hint !== undefined && <span className="hint">{hint}</span>}
      {fault !== undefined && <span className="fault">{textOf(fault)}</span>}
      {options.map(([value, words]) => (
        <CheckField
          key={value}
          name={name}
          label={words}
          checked={chosen.includes(value)}
          onChange={(isChosen) => toggle(value, isChosen)}
        />
      ))}
    </fieldset>
  );
}

/** Nested where the body is. */
function textOf(fault: unknown): string {
  if (typeof fault === 'string') return fault;
  if (Array.isArray(fault)) return fault.map(textOf).join('; ');
  return Object.entries(fault as object)
    .map(([name, inner]) => `${name}: ${textOf(inner)}`)
    .join('; ');
}
