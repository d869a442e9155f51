import { TextField } from './form';

/** A row of the editor: keys may be the same while they are typed. */
export interface MetadataRow {
  id: number;
  key: string;
  value: string;
}

export function metadataRows(metadata: Record<string, unknown>): MetadataRow[] {
  return Object.entries(metadata).map(([key, value], id) => ({ id, key, value: String(value) }));
}

/** What the rows come to; those without a key are left out. */
export function metadataOf(rows: readonly MetadataRow[]): Record<string, string> {
  return Object.fromEntries(rows.filter(({ key }) => key !== '').map(({ key, value }) => [key, value]));
}

/** Keys and values of the tenant's own. */
export function MetadataField({
  rows,
  onChange,
}: {
  rows: readonly MetadataRow[];
  onChange: (rows: MetadataRow[]) => void;
}) {
  const change = (id: number, to: Partial<MetadataRow>) =>
    onChange(rows.map((row) => (row.id === id ? { ...row, ...to } : row)));
  const add = () => onChange([...rows, { id: Math.max(-1, ...rows.map(({ id }) => id)) + 1, key: '', value: '' }]);
  return (
    <fieldset className="metadata">
      <legend>Metadata</legend>
      {rows.map(({ id, key, value }) => (
        <div key={id} className="metadata-row">
          <TextField
            name={`metadata-key-${id}`}
            label="Key"
            value={key}
            onChange={(text) => change(id, { key: text })}
          />
          <TextField
            name={`metadata.${key}`}
            label="Value"
            value={value}
            onChange={(text) => change(id, { value: text })}
          />
          <button
            type="button"
            className="quiet"
            aria-label={`Remove ${key === '' ? 'this row' : key}`}
            onClick={() => onChange(rows.filter((row) => row.id !== id))}
          >
            Remove
          </button>
        </div>
      ))}
      <button type="button" onClick={add}>
        Add a value
      </button>
    </fieldset>
  );
}
