import type { ReactNode } from 'react';
import { Copyable } from './copy';
import { Dialog } from './dialog';
import { TextField } from './form';

/** Where a page of the payment provider's leads back to, as the API calls it. */
export interface ReturnAddresses {
  success_url: string;
  cancel_url: string;
}

export const RETURN_FIELDS = ['success_url', 'cancel_url', 'checkout.success_url', 'checkout.cancel_url'] as const;

interface FieldsProps {
  value: ReturnAddresses;
  onChange: (value: ReturnAddresses) => void;
}

/** Pages of the tenant's own. In a dialog that names `RETURN_FIELDS` among its fields. */
export function ReturnAddressFields({ value, onChange }: FieldsProps) {
  const field = (name: keyof ReturnAddresses) => ({
    name,
    type: 'url' as const,
    value: value[name],
    onChange: (text: string) => onChange({ ...value, [name]: text.trim() }),
  });
  return (
    <>
      <TextField
        {...field('success_url')}
        label="Your page that they come back to"
        placeholder="https://"
        hint="When it is done"
      />
      <TextField
        {...field('cancel_url')}
        label="Your page that they come back to without"
        placeholder="https://"
        hint="When they changed their mind"
      />
    </>
  );
}

interface LinkProps {
  title: string;
  /** Null while the provider has not said it. */
  url: string | null;
  /** What it is good for. */
  children: ReactNode;
  onClose: () => void;
}

/** A link that a customer is to be sent. */
export function LinkToSend({ title, url, children, onClose }: LinkProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      {url === null ? (
        <p>The payment provider has not answered yet: the link comes by itself.</p>
      ) : (
        <p className="portal-link">
          <Copyable text={url} what="link" />
        </p>
      )}
      <p className="muted">{children}</p>
      <div className="dialog-actions">
        <button type="button" className="primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}
