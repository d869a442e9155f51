import { useState } from 'react';
import { ConfirmDialog } from '../../parts/dialog';
import { TextField } from '../../parts/form';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { KIND_WORDS } from './kinds';

/** Says that a person has seen to it, or why nothing is done. */
export function AcceptDifference({ difference: { id, kind } }: { difference: Schemas['DifferenceDto'] }) {
  const [isOpen, setOpen] = useState(false);
  const [note, setNote] = useState('');
  const accepting = useAction({
    run: () =>
      dataOf(api.POST('/v1/reconciliation/differences/{id}/accept', { params: { path: { id } }, body: { note } })),
    touches: ['reconciliation'],
    done: 'Accepted',
    onDone: () => setOpen(false),
  });
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Accept
      </button>
      {isOpen && (
        <ConfirmDialog
          title={KIND_WORDS[kind]}
          confirm="Accept the difference"
          isPending={accepting.isPending}
          error={accepting.error}
          fields={['note']}
          onConfirm={() => accepting.mutate()}
          onClose={() => setOpen(false)}
        >
          <TextField
            name="note"
            label="What was done about it, or why nothing is"
            hint="No credits and no money move: it only counts as seen to."
            value={note}
            onChange={setNote}
          />
        </ConfirmDialog>
      )}
    </>
  );
}
