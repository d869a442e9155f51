import { useTell } from './status';

/** A text such as an id, and a button that copies it. */
export function Copyable({ text, what = 'id' }: { text: string; what?: string }) {
  const tell = useTell();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      tell(`Copied the ${what}`);
    } catch {
      // Over http a browser has no clipboard.
      tell(`Select the ${what} and copy it`, 'warn');
    }
  };
  return (
    <span className="copyable">
      <code>{text}</code>
      <button type="button" className="quiet" aria-label={`Copy the ${what} ${text}`} onClick={() => void copy()}>
        Copy
      </button>
    </span>
  );
}
