import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { Copyable } from '../../parts/copy';
import { Dialog } from '../../parts/dialog';
import { Instant } from '../../parts/instant';
import { Json } from '../../parts/json';
import { Definitions } from '../../parts/layout';
import { CustomerLink, IdLink } from '../../parts/links';
import { ErrorBox } from '../../parts/states';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { useMay } from '../../session/session';
import { DeliveryBadge } from './delivery-badge';

type Event = Schemas['WebhookEventDto'];
type Delivery = Schemas['DeliveryDto'];

/** As many as are asked for at once: who has more sees ids. */
const ENDPOINTS_LIMIT = 100;

/** An event: what was sent, to whom, with what answer; and sends it again. */
export function EventDialog({ event, onClose }: { event: Event; onClose: () => void }) {
  const mayWrite = useMay('webhooks:write');
  const endpoints = useQuery({
    queryKey: ['webhooks', 'endpoints', 'names'],
    queryFn: () => dataOf(api.GET('/v1/webhooks/endpoints', { params: { query: { limit: ENDPOINTS_LIMIT } } })),
  });
  const sending = useAction({
    run: () => dataOf(api.POST('/v1/webhooks/retry', { body: { system_event_id: event.id } })),
    touches: ['webhooks'],
    done: ({ message }) => `Sent again: ${message}`,
  });
  const urls = new Map(endpoints.data?.items.map(({ id, url }) => [id, url]));
  return (
    <Dialog title={event.event_type} onClose={onClose}>
      <ErrorBox error={sending.error} />
      <Definitions
        of={[
          ['When', <Instant key="at" at={event.created_at} />],
          ['Id', <Copyable key="id" text={event.id} />],
          ['Wallet', event.wallet_id === '' ? null : <IdLink key="wallet" to="/wallets" id={event.wallet_id} />],
          ['Customer', event.customer_id === '' ? null : <CustomerLink key="customer" id={event.customer_id} />],
        ]}
      />
      <h3>Deliveries</h3>
      {event.deliveries.length === 0 && <p className="muted">There was no endpoint for it.</p>}
      <ul className="deliveries">
        {event.deliveries.map((delivery) => (
          <li key={delivery.endpoint_id}>
            <div className="delivery-head">
              <Link href={`/webhooks/endpoints/${delivery.endpoint_id}`}>
                {urls.get(delivery.endpoint_id) ?? delivery.endpoint_id}
              </Link>
              <DeliveryBadge status={delivery.delivery_status} />
            </div>
            <p className="muted">
              <Attempts of={delivery} />
            </p>
            {delivery.last_error && <p>{delivery.last_error}</p>}
            {delivery.last_response && <Json value={delivery.last_response} label="The last answer" />}
          </li>
        ))}
      </ul>
      <h3>Body</h3>
      {event.body ? (
        <Json value={event.body} label="The body" />
      ) : (
        <p className="muted">Not shown to who may not read what it tells of.</p>
      )}
      <div className="dialog-actions">
        {mayWrite && event.deliveries.length > 0 && (
          <button type="button" disabled={sending.isPending} onClick={() => sending.mutate()}>
            Send again
          </button>
        )}
        <button type="button" className="primary" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function Attempts({ of: { attempts, last_status_code, last_attempt_at, next_attempt_at } }: { of: Delivery }) {
  return (
    <>
      {attempts === 1 ? '1 attempt' : `${attempts} attempts`}
      {last_status_code !== null && `, answered ${last_status_code}`}
      {last_attempt_at !== null && (
        <>
          , last <Instant at={last_attempt_at} />
        </>
      )}
      {next_attempt_at !== null && (
        <>
          , next <Instant at={next_attempt_at} />
        </>
      )}
    </>
  );
}
