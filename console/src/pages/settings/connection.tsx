import { useState, type ReactNode } from 'react';
import { ConfirmDialog } from '../../parts/dialog';
import { Definitions, Section } from '../../parts/layout';
import { useAction } from '../../parts/use-action';
import { RefillError } from '../../session/api';
import { useMay } from '../../session/session';

interface ConnectionProps {
  title: string;
  /** Undefined where there is none. */
  facts: [name: string, value: ReactNode][] | undefined;
  /** What it is for, where there is none. */
  about: string;
  disconnect: () => Promise<unknown>;
  /** Asks for keys and the like. */
  renderDialog: (close: () => void) => ReactNode;
}

/** How a payment provider is reached: what is known of it, a dialog to change it, and one that forgets it. */
export function Connection({ title, facts, about, disconnect, renderDialog }: ConnectionProps) {
  const mayWrite = useMay('settings:write');
  const [open, setOpen] = useState<'edit' | 'forget' | null>(null);
  const forgetting = useAction({
    run: disconnect,
    touches: ['settings'],
    done: `Disconnected ${title}`,
    onDone: () => setOpen(null),
  });
  return (
    <Section
      title={title}
      actions={
        mayWrite && (
          <>
            <button
              type="button"
              aria-label={`${facts ? 'Change' : 'Connect'} ${title}`}
              onClick={() => setOpen('edit')}
            >
              {facts ? 'Change' : 'Connect'}
            </button>
            {facts && (
              <button type="button" aria-label={`Disconnect ${title}`} onClick={() => setOpen('forget')}>
                Disconnect
              </button>
            )}
          </>
        )
      }
    >
      {facts ? <Definitions of={facts} /> : <p className="muted">{about}</p>}
      {open === 'edit' && renderDialog(() => setOpen(null))}
      {open === 'forget' && (
        <ConfirmDialog
          title={`Disconnect ${title}`}
          confirm={`Disconnect ${title}`}
          isDangerous
          isPending={forgetting.isPending}
          error={forgetting.error}
          onClose={() => setOpen(null)}
          onConfirm={() => forgetting.mutate()}
        >
          <p>Its keys are forgotten. Top-ups that are open there wait until it is connected again.</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}

/** What is not there is nothing, and no error. */
export async function orNull<Data>(asked: Promise<Data>): Promise<Data | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RefillError && error.status === 404) return null;
    throw error;
  }
}
