import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { creditsText } from '../../parts/amounts';
import { isDecimal } from '../../parts/decimals';
import { ConfirmDialog } from '../../parts/dialog';
import { AmountField, SelectField, TextField } from '../../parts/form';
import { Found } from '../../parts/states';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { leavesWords } from './debit-dialog';
import { useBalance } from './reads';

type Wallet = Schemas['WalletDto'];

/** Moves credits to another wallet of the same customer, where a credit is worth the same. */
export function TransferDialog({ wallet, onClose }: { wallet: Wallet; onClose: () => void }) {
  const { id, customer_id: customerId } = wallet;
  const [chosen, choose] = useState('');
  const [credits, setCredits] = useState('');
  const [description, setDescription] = useState('');
  const left = useBalance(id).data?.available;
  const others = useQuery({
    queryKey: ['wallets', { customerId, status: 'active' }],
    queryFn: () =>
      dataOf(api.POST('/v1/wallets/search', { body: { customer_id: customerId, status: 'active', limit: 100 } })),
    select: ({ items }) =>
      items.filter(
        (other) =>
          other.id !== id && other.currency === wallet.currency && other.conversion_rate === wallet.conversion_rate,
      ),
  });
  const to = chosen || (others.data?.[0]?.id ?? '');
  const moving = useAction({
    run: (_input, key) =>
      dataOf(
        api.POST('/v1/wallets/{id}/transfer', {
          params: { path: { id } },
          body: { to_wallet_id: to, credits, idempotency_key: key, description: description || null },
        }),
      ),
    touches: ['wallets', 'top-ups', 'analytics'],
    done: () => `Moved ${creditsText(credits)}`,
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title="Transfer credits"
      confirm={`Transfer ${isDecimal(credits) ? creditsText(credits) : 'credits'}`}
      isPending={moving.isPending}
      error={moving.error}
      fields={['to_wallet_id', 'credits', 'description']}
      onConfirm={() => moving.mutate()}
      onClose={onClose}
    >
      <Found query={others}>
        {(found) =>
          found.length === 0 ? (
            <p>
              This customer has no other active wallet in {wallet.currency.toUpperCase()}: there is nowhere to move
              credits to.
            </p>
          ) : (
            <SelectField
              name="to_wallet_id"
              label="To"
              options={found.map((other) => [
                other.id,
                `${other.name || other.id} (${creditsText(other.credit_balance)})`,
              ])}
              value={to}
              onChange={choose}
            />
          )
        }
      </Found>
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
