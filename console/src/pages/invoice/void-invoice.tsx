import { useState } from 'react';
import { moneyText } from '../../parts/amounts';
import { ConfirmDialog } from '../../parts/dialog';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';

/** Takes back an invoice that nothing was paid on, and the top-up behind it. */
export function VoidInvoice({ invoice }: { invoice: Schemas['InvoiceDto'] }) {
  const { id, invoice_number: number, total, currency } = invoice;
  const [isOpen, setOpen] = useState(false);
  const voiding = useAction({
    run: () => dataOf(api.POST('/v1/invoices/{id}/void', { params: { path: { id } } })),
    touches: ['invoices', 'top-ups', 'transactions', 'wallets', 'analytics'],
    done: `Invoice ${number} is voided`,
    onDone: () => setOpen(false),
  });
  if (invoice.invoice_status === 'VOIDED' || invoice.amount_paid !== '0') return null;
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Void
      </button>
      {isOpen && (
        <ConfirmDialog
          title={`Void invoice ${number}?`}
          confirm={`Void ${moneyText(total, currency)}`}
          isDangerous
          isPending={voiding.isPending}
          error={voiding.error}
          onConfirm={() => voiding.mutate()}
          onClose={() => setOpen(false)}
        >
          <p>
            Nobody owes the {moneyText(total, currency)} any more, and the credits will not come. Automatic top-up that
            waited for this invoice goes on. It cannot be undone.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
