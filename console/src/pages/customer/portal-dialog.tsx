import { Copyable } from '../../parts/copy';
import { Dialog } from '../../parts/dialog';
import { Instant } from '../../parts/instant';
import { ErrorBox } from '../../parts/states';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { useMay } from '../../session/session';

/** A link with which the customer sees their own wallets for an hour; and the end of all such links. */
export function PortalDialog({ customer, onClose }: { customer: Schemas['CustomerDto']; onClose: () => void }) {
  const params = { params: { path: { external_id: customer.external_id } } };
  const starting = useAction({
    run: () => dataOf(api.GET('/v1/customers/portal/{external_id}', params)),
    touches: [],
    done: 'Made a link',
  });
  const ending = useAction({
    run: async () => {
      await api.DELETE('/v1/customers/portal/{external_id}', params);
    },
    touches: [],
    done: 'No link of this customer works any more',
    onDone: () => starting.reset(),
  });
  const session = starting.data;
  return (
    <Dialog title="The customer’s portal" onClose={onClose}>
      <ErrorBox error={starting.error ?? ending.error} />
      <p>
        A link shows {customer.name || customer.external_id} their own wallets, for an hour, without a password. Give it
        to them and to nobody else.
      </p>
      {session && (
        <>
          <p className="portal-link">
            <Copyable text={session.url} what="link" />
          </p>
          <p className="muted">
            Good until <Instant at={session.expires_at} />. It is not shown again.
          </p>
        </>
      )}
      <div className="dialog-actions">
        {useMay('customers:write') && (
          <button type="button" className="danger" disabled={ending.isPending} onClick={() => ending.mutate()}>
            End all links
          </button>
        )}
        <button type="button" onClick={onClose}>
          Close
        </button>
        <button type="button" className="primary" disabled={starting.isPending} onClick={() => starting.mutate()}>
          {session ? 'Make another link' : 'Make a link'}
        </button>
      </div>
    </Dialog>
  );
}
