import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { Copyable } from '../../parts/copy';
import { Instant } from '../../parts/instant';
import { Definitions, Page, Section } from '../../parts/layout';
import { ShownOnce } from '../../parts/shown-once';
import { Found } from '../../parts/states';
import { useAction } from '../../parts/use-action';
import { useAuthors } from '../../parts/use-authors';
import { api, dataOf, type Schemas } from '../../session/api';
import { useMay } from '../../session/session';
import { DeleteEndpoint, EditEndpoint, RotateSecret } from './endpoint-dialogs';
import { EndpointState } from './endpoints';
import { EVENT_TYPES } from './event-types';

type Endpoint = Schemas['EndpointDto'];

/** One address that events are sent to. */
export default function EndpointPage() {
  const { id } = useParams<{ id: string }>();
  const query = useQuery({
    // A word of its own: what was deleted is not asked for again.
    queryKey: ['webhook-endpoint', id],
    queryFn: () => dataOf(api.GET('/v1/webhooks/endpoints/{id}', { params: { path: { id } } })),
  });
  return <Found query={query}>{(endpoint) => <FoundEndpoint endpoint={endpoint} />}</Found>;
}

function FoundEndpoint({ endpoint }: { endpoint: Endpoint }) {
  const nameOf = useAuthors([endpoint.created_by]);
  const types = endpoint.event_types as string[] | null;
  return (
    <Page title={endpoint.description || 'Endpoint'} actions={<Actions endpoint={endpoint} />}>
      <Definitions
        of={[
          ['Address', <Copyable key="url" text={endpoint.url} what="address" />],
          ['State', <EndpointState key="state" endpoint={endpoint} />],
          ['Id', <Copyable key="id" text={endpoint.id} />],
          ['Since', <Instant key="since" at={endpoint.created_at} />],
          ['Created by', nameOf(endpoint.created_by)],
        ]}
      />
      <Section title="Events" actions={<Link href="/webhooks">What was sent</Link>}>
        {types === null ? (
          <p>All events of this environment, also those that later versions add.</p>
        ) : (
          <ul className="bullets">
            {EVENT_TYPES.filter(([type]) => types.includes(type)).map(([type, when]) => (
              <li key={type}>
                <Link href={`/webhooks?type=${type}`}>{type}</Link> <span className="muted">{when}</span>
              </li>
            ))}
          </ul>
        )}
      </Section>
    </Page>
  );
}

function Actions({ endpoint }: { endpoint: Endpoint }) {
  const [open, setOpen] = useState<'edit' | 'rotate' | 'delete' | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const [, go] = useLocation();
  const close = () => setOpen(null);
  const isEnabled = endpoint.endpoint_status === 'enabled';
  const switching = useAction({
    run: () =>
      api.PUT('/v1/webhooks/endpoints/{id}', {
        params: { path: { id: endpoint.id } },
        body: { endpoint_status: isEnabled ? 'disabled' : 'enabled' },
      }),
    touches: ['webhooks', 'webhook-endpoint'],
    done: isEnabled ? 'Disabled the endpoint: new events do not go there' : 'Enabled the endpoint',
  });
  if (!useMay('webhooks:write')) return null;
  return (
    <>
      <button type="button" onClick={() => setOpen('edit')}>
        Change
      </button>
      <button type="button" disabled={switching.isPending} onClick={() => switching.mutate()}>
        {isEnabled ? 'Disable' : 'Enable'}
      </button>
      <button type="button" onClick={() => setOpen('rotate')}>
        New secret
      </button>
      <button type="button" className="danger" onClick={() => setOpen('delete')}>
        Delete
      </button>
      {open === 'edit' && <EditEndpoint endpoint={endpoint} onClose={close} />}
      {open === 'delete' && (
        <DeleteEndpoint endpoint={endpoint} onClose={close} onDone={() => go('/webhooks/endpoints')} />
      )}
      {open === 'rotate' && (
        <RotateSecret
          endpoint={endpoint}
          onClose={close}
          onDone={(made) => {
            close();
            setSecret(made);
          }}
        />
      )}
      {secret !== null && (
        <ShownOnce title="The new secret" text={secret} what="secret" onClose={() => setSecret(null)} />
      )}
    </>
  );
}
