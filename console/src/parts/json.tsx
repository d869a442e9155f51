/** A body as it was sent: text, or a value that is written out. */
export function Json({ value, label }: { value: unknown; label: string }) {
  return (
    // A region that scrolls can be reached by key.
    <pre className="json" tabIndex={0} role="region" aria-label={label}>
      {typeof value === 'string' ? pretty(value) : JSON.stringify(value, null, 2)}
    </pre>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
