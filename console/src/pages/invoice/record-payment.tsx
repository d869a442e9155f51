import { useState } from 'react';
import { moneyText } from '../../parts/amounts';
import { ConfirmDialog } from '../../parts/dialog';
import { AmountField, TextField } from '../../parts/form';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';

type Invoice = Schemas['InvoiceDto'];

/** Writes down that an invoice was paid: by a transfer, say. Paid in full, its credits come. */
export function RecordPayment({ invoice }: { invoice: Invoice }) {
  const { id, currency, amount_remaining: left, credits } = invoice;
  const [isOpen, setOpen] = useState(false);
  // What is left may have changed since, and is said anew with each opening.
  const [typed, setAmount] = useState<string>();
  const [reference, setReference] = useState('');
  const amount = typed ?? left;
  const recording = useAction({
    run: (_: void, key) =>
      dataOf(
        api.PUT('/v1/invoices/{id}/payment', {
          params: { path: { id } },
          body: { payment_status: 'SUCCEEDED', amount, payment_reference: reference || null, idempotency_key: key },
        }),
      ),
    touches: ['invoices', 'payments', 'top-ups', 'transactions', 'wallets', 'analytics'],
    done: `Recorded the payment of ${moneyText(amount, currency)}`,
    onDone: () => {
      setOpen(false);
      setAmount(undefined);
      setReference('');
    },
  });
  if (invoice.invoice_status === 'VOIDED' || left === '0') return null;
  return (
    <>
      <button type="button" className="primary" onClick={() => setOpen(true)}>
        Record payment
      </button>
      {isOpen && (
        <ConfirmDialog
          title={`Record a payment of invoice ${invoice.invoice_number}`}
          confirm={`Record ${amount === '' ? 'a payment' : moneyText(amount, currency)}`}
          isPending={recording.isPending}
          error={recording.error}
          fields={['amount', 'payment_reference']}
          onConfirm={() => recording.mutate()}
          onClose={() => setOpen(false)}
        >
          <AmountField
            name="amount"
            label={`Amount, ${currency.toUpperCase()}`}
            hint={`${moneyText(left, currency)} are still to be paid.`}
            value={amount}
            onChange={setAmount}
          />
          <TextField
            name="payment_reference"
            label="Reference"
            hint="What the bank calls it: the same reference is the same payment, for ever."
            autoComplete="off"
            value={reference}
            onChange={setReference}
          />
          {credits !== null && <p className="muted">Once it is paid in full, the credits that it is for are there.</p>}
        </ConfirmDialog>
      )}
    </>
  );
}
