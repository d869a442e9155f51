import { useState } from 'react';
import { creditsText } from '../../parts/amounts';
import { isDecimal } from '../../parts/decimals';
import { ConfirmDialog } from '../../parts/dialog';
import { AmountField, SelectField, TextField } from '../../parts/form';
import { InstantField } from '../../parts/instant-field';
import { useAction } from '../../parts/use-action';
import { reasonWords } from '../../parts/words';
import { api, dataOf, type Schemas } from '../../session/api';

type Transaction = Schemas['TransactionDto'];

/** Debits that somebody asked for, and grants; the ledger's own moves and reversals stand. */
export function isReversible({ type, transaction_status, transaction_reason: reason }: Transaction): boolean {
  if (transaction_status !== 'completed') return false;
  return type === 'debit' ? reason === 'MANUAL_BALANCE_DEBIT' : reason !== 'DEBIT_REVERSAL' && reason !== 'TRANSFER_IN';
}

const FIELDS = ['credits', 'expired_credits', 'restore_until', 'description'];

/** Gives back what a debit has taken, or takes what is unspent of a grant: all that still can be, or a part. */
export function ReverseDialog({ transaction, onClose }: { transaction: Transaction; onClose: () => void }) {
  const { id, type } = transaction;
  const [part, setPart] = useState('');
  const [expired, setExpired] = useState<'forfeit' | 'restore'>('forfeit');
  const [until, setUntil] = useState('');
  const [description, setDescription] = useState('');
  const most = type === 'debit' ? transaction.credit_amount : transaction.credits_available;
  const reversing = useAction({
    run: (_input, key) =>
      dataOf(
        api.POST('/v1/transactions/{id}/reverse', {
          params: { path: { id } },
          body: {
            credits: part || null,
            expired_credits: expired,
            restore_until: expired === 'restore' && until !== '' ? until : null,
            description: description || null,
            idempotency_key: key,
          },
        }),
      ),
    touches: ['wallets', 'top-ups', 'analytics'],
    done: ({ wallet_transaction: { credit_amount: credits } }) => `Reversed ${creditsText(credits)}`,
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={type === 'debit' ? 'Reverse this debit' : 'Take back this grant'}
      confirm={confirmWords(type, part, most)}
      isDangerous={type === 'credit'}
      isPending={reversing.isPending}
      error={reversing.error}
      fields={FIELDS}
      onConfirm={() => reversing.mutate()}
      onClose={onClose}
    >
      <p>
        {type === 'debit'
          ? `${reasonWords(transaction.transaction_reason)}: ${creditsText(most)} were taken. What was not reversed yet goes back to where it came from.`
          : `${reasonWords(transaction.transaction_reason)}: ${creditsText(most)} of ${creditsText(transaction.credit_amount)} are unspent. Money is not sent back: that is a refund of its top-up.`}
      </p>
      <AmountField name="credits" label="Credits" hint="Empty: all that still can be" value={part} onChange={setPart} />
      {type === 'debit' && (
        <SelectField
          name="expired_credits"
          label="Credits that have expired since"
          options={[
            ['forfeit', 'Are lost'],
            ['restore', 'Are given back'],
          ]}
          value={expired}
          onChange={setExpired}
        />
      )}
      {expired === 'restore' && (
        <InstantField
          name="restore_until"
          label="They expire anew"
          hint="Empty: never"
          value={until}
          onChange={setUntil}
        />
      )}
      <TextField name="description" label="Why (optional)" value={description} onChange={setDescription} />
    </ConfirmDialog>
  );
}

function confirmWords(type: Transaction['type'], part: string, most: string): string {
  const verb = type === 'debit' ? 'Give back' : 'Take back';
  return isDecimal(part) ? `${verb} ${creditsText(part)}` : `${verb} up to ${creditsText(most)}`;
}
