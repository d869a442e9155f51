const SHORT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** An instant in the reader's own time; what the API said, in UTC, is its title. */
export function Instant({ at, dayOnly = false }: { at: string | null | undefined; dayOnly?: boolean }) {
  if (at == null) return <span className="muted">–</span>;
  return (
    <time dateTime={at} title={`${at.replace('T', ' ').replace('Z', '')} UTC`}>
      {instantText(at, dayOnly)}
    </time>
  );
}

/** The same for sentences. */
export function instantText(at: string, dayOnly = false): string {
  return (dayOnly ? DAY : SHORT).format(new Date(at));
}
