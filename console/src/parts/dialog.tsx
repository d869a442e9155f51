import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Form } from './form';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A modal dialog of the browser's own: it keeps the focus, closes by Escape and gives the focus back. Render it while it is
 * open: `{isOpen && <Dialog …>}`.
 */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const opener = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}

interface ConfirmProps extends DialogProps {
  /** What the button does, with the amount: "Grant 50 credits". */
  confirm: string;
  /** It takes something away. */
  isDangerous?: boolean;
  isPending: boolean;
  error: unknown;
  /** Of what is asked in it. */
  fields?: readonly string[];
  onConfirm: () => void;
}

/** Asks before something is done. With `useAction`, whose key lives as long as whoever renders this. */
export function ConfirmDialog({ title, onClose, children, ...confirm }: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <Form error={confirm.error} fields={confirm.fields ?? []} onSubmit={confirm.onConfirm}>
        {children}
        <div className="dialog-actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button className={confirm.isDangerous ? 'danger' : 'primary'} disabled={confirm.isPending}>
            {confirm.isPending ? 'One moment…' : confirm.confirm}
          </button>
        </div>
      </Form>
    </Dialog>
  );
}
