import { useEffect, useState } from 'react';
import { creditsText } from '../parts/amounts';
import { ConfirmDialog } from '../parts/dialog';
import { ErrorBox } from '../parts/states';
import { useAction } from '../parts/use-action';
import { dataOf, type Schemas } from '../session/api';
import { queries } from '../session/queries';
import { portalApi, returned } from './portal-api';
import { minorText } from './prices';
import { isOpen, useRecentPurchases } from './reads';

type TopUp = Schemas['AccountTopUpDto'];

/** Purchases that wait for the customer or for the provider; what has ended meanwhile refreshes all else. */
export function Waiting({ mayManage }: { mayManage: boolean }) {
  const { data } = useRecentPurchases();
  const open = data?.results.filter(isOpen) ?? [];
  const openIds = open.map(({ id }) => id).join(' ');
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['portal'] });
  }, [openIds]);
  return open.map((topUp) => <OneWaiting key={topUp.id} topUp={topUp} mayManage={mayManage} />);
}

function OneWaiting({ topUp, mayManage }: { topUp: TopUp; mayManage: boolean }) {
  const [asks, setAsks] = useState(false);
  const { id, credits, price, currency_code: currency, action_url: url, status } = topUp;
  const what = `${creditsText(credits)} for ${minorText(price, currency)}`;
  const mayCancel = mayManage && (status === 'requires_action' || status === 'retry_wait');
  const cancel = useAction({
    run: (_: void, key) =>
      dataOf(
        portalApi.POST('/v1/customer/portal/top-ups/{id}/cancel', {
          params: { path: { id }, header: { 'Idempotency-Key': key } },
          body: {},
        }),
      ),
    touches: ['portal', 'portal-recent'],
    done: 'The purchase was taken back',
    onDone: () => setAsks(false),
  });
  return (
    <section className="portal-note tone-warn" aria-label={`Purchase of ${what}`}>
      <p>
        <strong>{what}</strong>: {wordsOf(topUp)}
      </p>
      <div className="actions">
        {url !== null && mayManage && (
          <a className="button primary" href={url} target="_blank" rel="noopener">
            Go on to the payment
          </a>
        )}
        {mayCancel && (
          <button type="button" onClick={() => setAsks(true)}>
            Take it back
          </button>
        )}
      </div>
      {asks && (
        <ConfirmDialog
          title="Take the purchase back"
          confirm={`Do not buy ${creditsText(credits)}`}
          isDangerous
          isPending={cancel.isPending}
          error={cancel.error}
          onConfirm={() => cancel.mutate()}
          onClose={() => setAsks(false)}
        >
          <p>
            Nothing is charged. {topUp.is_automatic && 'Automatic top-up is paused until you save its settings again.'}
          </p>
        </ConfirmDialog>
      )}
    </section>
  );
}

function wordsOf({ status, action_url: url, detail }: TopUp): string {
  if (status === 'requires_action') {
    return url === null ? 'your bank asks you to confirm it.' : 'one step is left, on the payment page.';
  }
  if (status === 'retry_wait') return `it is tried again. ${detail}`;
  return 'it is on its way. The credits come when it is paid.';
}

const WORDS: Readonly<Record<string, string>> = {
  'purchase-done': 'Thank you. The credits are added as soon as the payment is confirmed.',
  'purchase-left': 'Nothing was paid. The purchase waits until you pay it or take it back.',
  'card-left': 'No card was saved.',
};

/** What somebody is told who comes back from a page of the payment provider's. */
export function Returned() {
  const { from, setupId } = returned ?? {};
  if (from === 'card-done' && setupId) return <SavedCard setupId={setupId} />;
  const words = WORDS[from ?? ''];
  if (words === undefined) return null;
  return (
    <p className="portal-note tone-info" role="status">
      {words}
    </p>
  );
}

function SavedCard({ setupId }: { setupId: string }) {
  const look = useAction({
    run: () =>
      dataOf(portalApi.POST('/v1/customer/portal/card/setup/{setup_id}', { params: { path: { setup_id: setupId } } })),
    touches: ['portal'],
    done: ({ status, detail }) => (status === 'saved' ? 'Your card is saved' : detail || 'No card was saved yet'),
  });
  const { mutate } = look;
  // Once: looking puts the card on file, and looking again changes nothing.
  useEffect(() => mutate(), [mutate]);
  return <ErrorBox error={look.error} retry={() => look.mutate()} />;
}
