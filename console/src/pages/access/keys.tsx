import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Badge } from '../../parts/badge';
import { type Column, DataTable, usePaging } from '../../parts/data-table';
import { FilterBar, useFilters } from '../../parts/filters';
import { Instant } from '../../parts/instant';
import { Page } from '../../parts/layout';
import { CustomerLink } from '../../parts/links';
import { ShownOnce } from '../../parts/shown-once';
import { Empty } from '../../parts/states';
import { useAuthors } from '../../parts/use-authors';
import { api, dataOf, type Schemas } from '../../session/api';
import { CreateKey, RevokeKey } from './key-dialogs';
import { scopesInWords, scopesOfKind } from './scope-words';

type Key = Schemas['SecretDto'];
type Created = Schemas['CreatedApiKeyDto'];

/** The keys of this environment: what each may do, whose it is, when it was used. */
export default function KeysPage() {
  const [isNew, setNew] = useState(false);
  const [created, setCreated] = useState<Created | null>(null);
  const [leaving, setLeaving] = useState<Key | null>(null);
  const filters = useFilters(['status', 'made_by']);
  const { status, made_by } = filters.values;
  const paging = usePaging();
  const { limit, offset } = paging;
  const asked = { limit, offset, status: (status as 'deleted') || undefined, made_by: made_by || undefined };
  const query = useQuery({
    queryKey: ['keys', asked],
    queryFn: () => dataOf(api.GET('/v1/secrets/api/keys', { params: { query: asked } })),
    placeholderData: keepPreviousData,
  });
  const nameOf = useAuthors(query.data?.items.map(({ created_by }) => created_by) ?? []);
  return (
    <Page
      title="API keys"
      actions={
        <button className="primary" type="button" onClick={() => setNew(true)}>
          New key
        </button>
      }
    >
      <FilterBar
        filters={filters}
        of={[
          { name: 'status', label: 'State', kind: 'choice', options: [['deleted', 'Revoked']] },
          { name: 'made_by', label: 'Made by the key', kind: 'text' },
        ]}
      />
      <DataTable
        caption="API keys"
        columns={columnsOf(nameOf, setLeaving)}
        rowKey={({ id }) => id}
        query={query}
        paging={paging}
        empty={<Empty title={status || made_by ? 'There is no such key.' : 'There are no keys in this environment.'} />}
      />
      {isNew && <CreateKey onClose={() => setNew(false)} onCreated={setCreated} />}
      {created && (
        <ShownOnce
          title={`The key ${created.secret.name}`}
          text={created.api_key}
          what="key"
          onClose={() => setCreated(null)}
        >
          <p className="muted">
            Requests carry it in the header x-api-key. Keep it where only your servers can read it.
          </p>
        </ShownOnce>
      )}
      {leaving && (
        <RevokeKey
          secret={leaving}
          onClose={() => setLeaving(null)}
          onLeft={() => filters.change({ made_by: leaving.id, status: '' })}
        />
      )}
    </Page>
  );
}

function Name({ of: { name, display_id, status } }: { of: Key }) {
  return (
    <span>
      <strong>{name}</strong> <code className="muted">{display_id}</code>{' '}
      {status === 'deleted' && <Badge tone="bad">revoked</Badge>}
    </span>
  );
}

function Kind({ of: { type, customer_id } }: { of: Key }) {
  if (type === 'publishable_key') return <span className="whole">publishable</span>;
  if (customer_id === null) return <span className="whole">server</span>;
  return (
    <span>
      account of <CustomerLink id={customer_id} />
    </span>
  );
}

function mayDo({ type, customer_id, scopes }: Key): string {
  const kind = type === 'publishable_key' ? 'publishable' : customer_id === null ? 'server' : 'account';
  const isAll = kind === 'server' && scopesOfKind(kind).all.every((scope) => scopes.includes(scope));
  return isAll ? 'everything' : scopesInWords(scopes);
}

/** @param revoke asks before it does */
function columnsOf(nameOf: (id: string) => string, revoke: (key: Key) => void): Column<Key>[] {
  return [
    { head: 'Key', cell: (key) => <Name of={key} /> },
    { head: 'Kind', cell: (key) => <Kind of={key} /> },
    { head: 'May do', cell: (key) => <span className="scopes">{mayDo(key)}</span> },
    { head: 'Last used', cell: ({ last_used_at }) => (last_used_at ? <Instant at={last_used_at} /> : 'never') },
    { head: 'Ends', cell: ({ expires_at }) => (expires_at ? <Instant at={expires_at} /> : 'never') },
    { head: 'Made by', cell: ({ created_by }) => (created_by === '' ? 'the operator' : nameOf(created_by)) },
    {
      head: 'Actions',
      align: 'end',
      cell: (key) =>
        key.status === 'published' && (
          <button type="button" className="quiet" aria-label={`Revoke ${key.name}`} onClick={() => revoke(key)}>
            Revoke
          </button>
        ),
    },
  ];
}
