import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { Badge } from '../../parts/badge';
import { type Column, DataTable, usePaging } from '../../parts/data-table';
import { Instant } from '../../parts/instant';
import { Page } from '../../parts/layout';
import { ShownOnce } from '../../parts/shown-once';
import { Empty } from '../../parts/states';
import { Tabs } from '../../parts/tabs';
import { api, dataOf, type Schemas } from '../../session/api';
import { useMay } from '../../session/session';
import { EditEndpoint } from './endpoint-dialogs';
import { WEBHOOK_TABS } from './tabs';

type Endpoint = Schemas['EndpointDto'];

const COLUMNS: Column<Endpoint>[] = [
  { head: 'Address', cell: ({ id, url }) => <Link href={`/webhooks/endpoints/${id}`}>{url}</Link> },
  { head: 'For', cell: ({ description }) => description || '–' },
  { head: 'Events', cell: ({ event_types }) => (event_types ? `${event_types.length} kinds` : 'all') },
  { head: 'State', cell: (endpoint) => <EndpointState endpoint={endpoint} /> },
  { head: 'Since', cell: ({ created_at }) => <Instant at={created_at} dayOnly /> },
];

/** Where events of this environment are sent. */
export default function EndpointsPage() {
  const mayWrite = useMay('webhooks:write');
  const [isNew, setNew] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const paging = usePaging();
  const { limit, offset } = paging;
  const query = useQuery({
    queryKey: ['webhooks', 'endpoints', { limit, offset }],
    queryFn: () => dataOf(api.GET('/v1/webhooks/endpoints', { params: { query: { limit, offset } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="Webhooks"
      actions={
        mayWrite && (
          <button className="primary" type="button" onClick={() => setNew(true)}>
            New endpoint
          </button>
        )
      }
    >
      <Tabs label="Webhooks" tabs={WEBHOOK_TABS} />
      <DataTable
        caption="Endpoints"
        columns={COLUMNS}
        rowKey={({ id }) => id}
        query={query}
        paging={paging}
        empty={<Empty title="Nothing is sent anywhere yet.">Events are written from the first endpoint on.</Empty>}
      />
      {isNew && <EditEndpoint onClose={() => setNew(false)} onCreated={(created) => setSecret(created.secret)} />}
      {secret !== null && (
        <ShownOnce title="The endpoint’s secret" text={secret} what="secret" onClose={() => setSecret(null)}>
          <p className="muted">Your server checks the signatures of deliveries with it, as Standard Webhooks says.</p>
        </ShownOnce>
      )}
    </Page>
  );
}

/** Whether it gets events, and why not. */
export function EndpointState({ endpoint }: { endpoint: Endpoint }) {
  if (endpoint.endpoint_status === 'enabled') return <Badge tone="good">enabled</Badge>;
  return (
    <span>
      <Badge tone="warn">disabled</Badge> <span className="muted">{endpoint.disabled_reason}</span>
    </span>
  );
}
