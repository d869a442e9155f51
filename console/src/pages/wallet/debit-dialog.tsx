import { useState } from 'react';
import { creditsText, moneyText } from '../../parts/amounts';
import { compare, isDecimal, minus, times } from '../../parts/decimals';
import { ConfirmDialog } from '../../parts/dialog';
import { AmountField, TextField } from '../../parts/form';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { useBalance } from './reads';

type Wallet = Schemas['WalletDto'];

/** Spends credits by hand. */
export function DebitDialog({ wallet, onClose }: { wallet: Wallet; onClose: () => void }) {
  const { id } = wallet;
  const [credits, setCredits] = useState('');
  const [description, setDescription] = useState('');
  const left = useBalance(id).data?.available;
  const debiting = useAction({
    run: (_input, key) =>
      dataOf(
        api.POST('/v1/wallets/{id}/debit', {
          params: { path: { id } },
          body: {
            credits,
            transaction_reason: 'MANUAL_BALANCE_DEBIT',
            idempotency_key: key,
            description: description || null,
          },
        }),
      ),
    touches: ['wallets', 'top-ups', 'analytics'],
    done: () => `Debited ${creditsText(credits)}`,
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title="Debit credits"
      confirm={`Debit ${isDecimal(credits) ? creditsText(credits) : 'credits'}`}
      isDangerous
      isPending={debiting.isPending}
      error={debiting.error}
      fields={['credits', 'description']}
      onConfirm={() => debiting.mutate()}
      onClose={onClose}
    >
      <AmountField
        name="credits"
        label="Credits"
        hint={left !== undefined && leavesWords(credits, left, wallet)}
        value={credits}
        onChange={setCredits}
      />
      <TextField name="description" label="What for (optional)" value={description} onChange={setDescription} />
    </ConfirmDialog>
  );
}

/** What a number of credits is worth, and what it leaves of what can be spent. */
export function leavesWords(credits: string, left: string, wallet: Wallet): string {
  if (!isDecimal(credits)) return `${creditsText(left)} can be spent`;
  const worth = `Worth ${moneyText(times(credits, wallet.conversion_rate), wallet.currency)}`;
  const rest = minus(left, credits);
  return compare(rest, '0') < 0
    ? `${worth}; that is more than the ${creditsText(left)} that can be spent`
    : `${worth}; leaves ${creditsText(rest)}`;
}
