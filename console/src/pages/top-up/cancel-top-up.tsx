import { useState } from 'react';
import { creditsText, moneyText } from '../../parts/amounts';
import { ConfirmDialog } from '../../parts/dialog';
import { digitsOf, fromMinor } from '../../parts/digits';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';

type TopUp = Schemas['TopUpResponse'];

/** What waits can be taken back. An invoice is voided on its own page. */
const WAITING: ReadonlySet<TopUp['status']> = new Set(['retry_wait', 'requires_action']);

export function CancelTopUp({ topUp }: { topUp: TopUp }) {
  const [isOpen, setOpen] = useState(false);
  const canceling = useAction({
    run: () => dataOf(api.POST('/v1/top-ups/{id}/cancel', { params: { path: { id: topUp.id } } })),
    touches: ['top-ups', 'wallets', 'analytics'],
    done: ({ status }) =>
      status === 'canceled' ? 'The top-up is canceled' : 'The top-up is being canceled at the provider',
    onDone: () => setOpen(false),
  });
  if (!WAITING.has(topUp.status)) return null;
  const price = moneyText(fromMinor(topUp.price_minor, digitsOf(topUp.currency)), topUp.currency);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Cancel top-up
      </button>
      {isOpen && (
        <ConfirmDialog
          title={`Cancel the top-up of ${creditsText(topUp.credits)}?`}
          confirm={`Do not charge ${price}`}
          isDangerous
          isPending={canceling.isPending}
          error={canceling.error}
          onConfirm={() => canceling.mutate()}
          onClose={() => setOpen(false)}
        >
          <p>
            The payment of {price} is taken back at the provider first; if it has been paid after all, the credits come.
            {topUp.trigger !== 'manual' && ' Automatic top-up of this wallet is paused until somebody resumes it.'}
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
