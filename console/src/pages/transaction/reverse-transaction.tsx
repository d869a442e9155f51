import { useState } from 'react';
import { creditsText } from '../../parts/amounts';
import { ConfirmDialog } from '../../parts/dialog';
import { AmountField, SelectField, TextField } from '../../parts/form';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';

type Transaction = Schemas['TransactionDetailDto'];

/** Credits that came from another wallet, or came back, have their own way. */
const FIXED: ReadonlySet<Transaction['transaction_reason']> = new Set(['DEBIT_REVERSAL', 'TRANSFER_IN']);

/** Takes a transaction back: spent credits return to their lots, what is unspent of a grant is taken. */
export function ReverseTransaction({ transaction }: { transaction: Transaction }) {
  const { id, type, credit_amount: all } = transaction;
  const isDebit = type === 'debit';
  const [isOpen, setOpen] = useState(false);
  const [credits, setCredits] = useState(all);
  const [expired, setExpired] = useState<'forfeit' | 'restore'>('forfeit');
  const [description, setDescription] = useState('');
  const reversing = useAction({
    run: (_: void, key) =>
      dataOf(
        api.POST('/v1/transactions/{id}/reverse', {
          params: { path: { id } },
          // All that is left of it, where nobody has asked for less: it may be less than all of it by then.
          body: {
            credits: credits === all ? null : credits,
            expired_credits: expired,
            description,
            idempotency_key: key,
          },
        }),
      ),
    touches: ['transactions', 'wallets', 'analytics'],
    done: ({ wallet_transaction: { credit_amount: reversed } }) =>
      isDebit ? `Gave back ${creditsText(reversed)}` : `Took back ${creditsText(reversed)}`,
    onDone: () => setOpen(false),
  });
  if (!isReversible(transaction)) return null;
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        {isDebit ? 'Reverse' : 'Take back'}
      </button>
      {isOpen && (
        <ConfirmDialog
          title={isDebit ? 'Give spent credits back' : 'Take back what is unspent'}
          confirm={confirmWords(isDebit, credits, all)}
          isDangerous={!isDebit}
          isPending={reversing.isPending}
          error={reversing.error}
          fields={['credits', 'expired_credits', 'description']}
          onConfirm={() => reversing.mutate()}
          onClose={() => setOpen(false)}
        >
          <AmountField
            name="credits"
            label="Credits"
            hint={
              isDebit ? `${creditsText(all)} were spent, less what has been reversed.` : 'Only what nobody has spent.'
            }
            value={credits}
            onChange={setCredits}
          />
          {isDebit && (
            <SelectField
              name="expired_credits"
              label="Credits that have expired since"
              value={expired}
              onChange={setExpired}
              options={[
                ['forfeit', 'Stay expired'],
                ['restore', 'Come back, and never expire'],
              ]}
            />
          )}
          <TextField name="description" label="Why" value={description} onChange={setDescription} />
        </ConfirmDialog>
      )}
    </>
  );
}

function confirmWords(isDebit: boolean, credits: string, all: string): string {
  const words = credits === all ? `up to ${creditsText(all)}` : creditsText(credits);
  return isDebit ? `Give back ${words}` : `Take back ${words}`;
}

function isReversible({
  type,
  transaction_status: status,
  transaction_reason: reason,
  credits_available: left,
}: Transaction) {
  if (status !== 'completed') return false;
  return type === 'debit' ? reason === 'MANUAL_BALANCE_DEBIT' : !FIXED.has(reason) && left !== '0';
}
