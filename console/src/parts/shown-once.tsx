import type { ReactNode } from 'react';
import { Copyable } from './copy';
import { Dialog } from './dialog';

interface ShownOnceProps {
  title: string;
  /** The key, secret or link. */
  text: string;
  what: string;
  /** What to do with it. */
  children?: ReactNode;
  onClose: () => void;
}

/** What the service shows once and never again: closed by its button only, since Escape is pressed too easily. */
export function ShownOnce({ title, text, what, children, onClose }: ShownOnceProps) {
  return (
    <Dialog title={title} onClose={() => undefined}>
      <p>This is the only time that the {what} is shown. Copy it now.</p>
      <div className="shown-once">
        <Copyable text={text} what={what} />
      </div>
      {children}
      <div className="dialog-actions">
        <button type="button" className="primary" onClick={onClose}>
          I have copied it
        </button>
      </div>
    </Dialog>
  );
}
