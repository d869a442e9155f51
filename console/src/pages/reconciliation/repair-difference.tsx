import { useState } from 'react';
import { moneyText } from '../../parts/amounts';
import { ConfirmDialog } from '../../parts/dialog';
import { digitsOf, fromMinor } from '../../parts/digits';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { KIND_WORDS, REPAIR_WORDS } from './kinds';

type Difference = Schemas['DifferenceDto'];

/** Brings one difference in order, where that needs no person. */
export function RepairDifference({ difference }: { difference: Difference }) {
  const { id, kind, repair } = difference;
  const [isOpen, setOpen] = useState(false);
  const repairing = useAction({
    run: () => dataOf(api.POST('/v1/reconciliation/differences/{id}/repair', { params: { path: { id } } })),
    touches: ['reconciliation', 'top-ups', 'wallets', 'transactions', 'analytics'],
    done: ({ state, note }) =>
      state === 'repaired' ? 'It is in order now' : `Not in order yet${note ? `: ${note}` : ''}`,
    onDone: () => setOpen(false),
  });
  if (repair === 'person') return null;
  const amount = amountOf(difference);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Repair
      </button>
      {isOpen && (
        <ConfirmDialog
          title={KIND_WORDS[kind]}
          confirm={amount === undefined ? 'Repair' : `Repair ${amount}`}
          isPending={repairing.isPending}
          error={repairing.error}
          onConfirm={() => repairing.mutate()}
          onClose={() => setOpen(false)}
        >
          <p>{REPAIR_WORDS[repair]}</p>
          {amount !== undefined && <p>It is about {amount}.</p>}
        </ConfirmDialog>
      )}
    </>
  );
}

function amountOf({ there, here }: Difference): string | undefined {
  const side = there ?? here;
  if (!side || side.amount_minor === null || side.currency === null) return undefined;
  return moneyText(fromMinor(side.amount_minor, digitsOf(side.currency)), side.currency);
}
