import { useState } from 'react';
import { creditsText, moneyText } from '../../parts/amounts';
import { isDecimal } from '../../parts/decimals';
import { ConfirmDialog } from '../../parts/dialog';
import { digitsOf, fromMinor } from '../../parts/digits';
import { AmountField, SelectField, TextField } from '../../parts/form';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';

type TopUp = Schemas['TopUpResponse'];

const SHARES = [
  ['unspent', 'What is unspent'],
  ['all', 'All of it'],
  ['part', 'A part'],
] as const;
const SPENT = [
  ['refuse', 'Then nothing is refunded'],
  ['debt', 'Are owed: the balance goes below zero'],
  ['forgive', 'Are forgiven'],
] as const;

/** Whether money of it can go back. */
export function isRefundable({ status, payment_id: payment, invoicing }: TopUp): boolean {
  return status === 'succeeded' && payment !== null && !invoicing;
}

/** Sends money of a purchase back; its credits are taken first. */
export function RefundDialog({ topUp, onClose }: { topUp: TopUp; onClose: () => void }) {
  const { id, currency } = topUp;
  const [share, setShare] = useState<(typeof SHARES)[number][0]>('unspent');
  const [amount, setAmount] = useState('');
  const [onSpent, setOnSpent] = useState<(typeof SPENT)[number][0]>('refuse');
  const [reason, setReason] = useState('');
  const whole = fromMinor(topUp.price_minor, digitsOf(currency));
  const refunding = useAction({
    run: (_input, key) =>
      dataOf(
        api.POST('/v1/top-ups/{id}/refund', {
          params: { path: { id } },
          body: {
            ...(share === 'unspent'
              ? { unspent: true }
              : { amount: share === 'part' ? amount : null, on_spent: onSpent }),
            reason: reason || null,
            idempotency_key: key,
          },
        }),
      ),
    touches: ['wallets', 'top-ups', 'invoices', 'payments', 'analytics'],
    done: ({ amount_minor: minor, status }) =>
      `${status === 'succeeded' ? 'Refunded' : 'Refunding'} ${moneyText(fromMinor(minor, digitsOf(currency)), currency)}`,
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title="Refund this purchase"
      confirm={confirmWords(share, share === 'part' ? amount : whole, currency)}
      isDangerous
      isPending={refunding.isPending}
      error={refunding.error}
      fields={['amount', 'unspent', 'on_spent', 'reason']}
      onConfirm={() => refunding.mutate()}
      onClose={onClose}
    >
      <p>
        {creditsText(topUp.credits)} were bought for {moneyText(whole, currency)}. The credits are taken first; then the
        money goes back to where it came from. Automatic top-up pauses until somebody resumes it.
      </p>
      <SelectField name="share" label="How much" options={SHARES} value={share} onChange={setShare} />
      {share === 'part' && (
        <AmountField name="amount" label={`Amount, ${currency.toUpperCase()}`} value={amount} onChange={setAmount} />
      )}
      {share !== 'unspent' && (
        <SelectField
          name="on_spent"
          label="Credits of it that were spent"
          options={SPENT}
          value={onSpent}
          onChange={setOnSpent}
        />
      )}
      <TextField name="reason" label="Why (optional)" value={reason} onChange={setReason} />
    </ConfirmDialog>
  );
}

function confirmWords(share: (typeof SHARES)[number][0], amount: string, currency: string): string {
  if (share === 'unspent') return `Refund what is unspent, up to ${moneyText(amount, currency)}`;
  return isDecimal(amount) ? `Refund ${moneyText(amount, currency)}` : 'Refund';
}
