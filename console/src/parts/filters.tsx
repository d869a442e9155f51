import { useSearchParams } from 'wouter';

/** What a list is narrowed to: kept in the address, so that it can be linked to and gone back to. */
export interface Filters<Name extends string> {
  /** Empty where it is not narrowed. */
  values: Readonly<Record<Name, string>>;
  change: (changes: Partial<Record<Name, string>>) => void;
}

/** @param names of the parameters in the address */
export function useFilters<Name extends string>(names: readonly Name[]): Filters<Name> {
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Record<Name, string>;
  const change = (changes: Partial<Record<Name, string>>) =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      for (const [name, value] of Object.entries<string | undefined>(changes)) {
        if (value) after.set(name, value);
        else after.delete(name);
      }
      // Another list begins at its first page.
      after.delete('offset');
      return after;
    });
  return { values, change };
}

type Kind<Name> = { name: Name; label: string } & (
  { kind: 'choice'; options: readonly (readonly [string, string])[] } | { kind: 'text' | 'day' }
);

/** Above a list. Choices are taken at once, days when they are left, texts with Enter. */
export function FilterBar<Name extends string>({ filters, of }: { filters: Filters<Name>; of: readonly Kind<Name>[] }) {
  const { values, change } = filters;
  const narrowed = of.filter(({ name }) => values[name] !== '');
  return (
    <form
      role="search"
      className="filters"
      onSubmit={(event) => {
        event.preventDefault();
        const typed = new FormData(event.currentTarget);
        const texts = of.filter(({ kind }) => kind !== 'choice').map(({ name }) => [name, textOf(typed.get(name))]);
        change(Object.fromEntries(texts) as Partial<Record<Name, string>>);
      }}
    >
      {of.map((one) => (
        <label key={one.name}>
          <span>{one.label}</span>
          <Control filter={one} value={values[one.name]} take={(value) => change({ [one.name]: value } as never)} />
        </label>
      ))}
      {of.some(({ kind }) => kind === 'text') && <button>Filter</button>}
      {narrowed.length > 0 && (
        <button
          type="button"
          className="quiet"
          onClick={() => change(Object.fromEntries(narrowed.map(({ name }) => [name, ''])) as never)}
        >
          Show all
        </button>
      )}
    </form>
  );
}

/** Not held by React, so that a day can be typed in parts; another value in the address is another control. */
function Control<Name extends string>({
  filter,
  value,
  take,
}: {
  filter: Kind<Name>;
  value: string;
  take: (value: string) => void;
}) {
  const { name } = filter;
  if (filter.kind === 'choice')
    return (
      <select name={name} value={value} onChange={(event) => take(event.target.value)}>
        <option value="">All</option>
        {filter.options.map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </select>
    );
  if (filter.kind === 'text') return <input key={value} name={name} defaultValue={value} autoComplete="off" />;
  const left = (day: string) => day !== value && take(day);
  return (
    <input key={value} type="date" name={name} defaultValue={value} onBlur={(event) => left(event.target.value)} />
  );
}

function textOf(typed: FormDataEntryValue | null): string {
  return typeof typed === 'string' ? typed.trim() : '';
}

/** A day of the reader's as instants for `start_time` and `end_time`; undefined of what is no day. */
export function startOf(day: string): string | undefined {
  return instantOf(`${day}T00:00:00`);
}

export function endOf(day: string): string | undefined {
  return instantOf(`${day}T23:59:59.999`);
}

function instantOf(local: string): string | undefined {
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
