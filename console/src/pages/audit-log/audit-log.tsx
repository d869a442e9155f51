import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { type Column, DataTable } from '../../parts/data-table';
import { endOf, FilterBar, startOf, useFilters } from '../../parts/filters';
import { Instant } from '../../parts/instant';
import { Page } from '../../parts/layout';
import { ShortId } from '../../parts/links';
import { api, dataOf } from '../../session/api';
import { useSession } from '../../session/session';
import {
  type Action,
  ACTION_CHOICES,
  ACTOR_CHOICES,
  type ActorKind,
  actionWords,
  actorWords,
  type Difference,
  differencesOf,
  type Entry,
  pageOf,
} from './audit-words';

const PAGE_SIZE = 50;
const NAMES = ['action', 'actor', 'who', 'target', 'from', 'to', 'cursor'] as const;

const COLUMNS: Column<Entry>[] = [
  { head: 'When', cell: ({ at }) => <Instant at={at} /> },
  { head: 'Who', cell: (entry) => <Who of={entry} /> },
  { head: 'What', cell: (entry) => <What of={entry} /> },
  { head: 'Changes', cell: (entry) => <Changes of={differencesOf(entry)} /> },
];

/** Who changed what, newest first. It has no end and no pages: one goes on to older rows, and back to the newest. */
export default function AuditLogPage() {
  const { environment } = useSession();
  const filters = useFilters(NAMES);
  const { values, change } = filters;
  const query = useQuery({
    queryKey: ['audit', values],
    queryFn: async () => {
      const { items, next_cursor } = await dataOf(api.GET('/v1/audit-log', { params: { query: askedBy(values) } }));
      return { items, next: next_cursor, pagination: { total: items.length, limit: PAGE_SIZE, offset: 0 } };
    },
    placeholderData: keepPreviousData,
  });
  const next = query.data?.next;
  return (
    <Page title="Audit log">
      <FilterBar
        filters={{ ...filters, change: (changes) => change({ ...changes, cursor: '' }) }}
        of={[
          { name: 'action', label: 'Done', kind: 'choice', options: ACTION_CHOICES },
          { name: 'actor', label: 'By', kind: 'choice', options: ACTOR_CHOICES },
          { name: 'who', label: 'Id of the user or key', kind: 'text' },
          { name: 'target', label: 'Id of what was changed', kind: 'text' },
          { name: 'from', label: 'From', kind: 'day' },
          { name: 'to', label: 'To', kind: 'day' },
        ]}
      />
      {environment.type === 'development' && (
        <p className="note">
          Seen from a development environment: what was done in it. All of the tenant is seen from production.
        </p>
      )}
      <DataTable
        caption="Audit log"
        columns={COLUMNS}
        rowKey={({ id }) => id}
        query={query}
        empty="Nothing like it was written down."
      />
      {(values.cursor !== '' || next) && (
        <nav className="pager" aria-label="Older and newer rows">
          <button type="button" disabled={values.cursor === ''} onClick={() => change({ cursor: '' })}>
            Newest
          </button>
          <button type="button" disabled={!next} onClick={() => change({ cursor: next ?? '' })}>
            Older
          </button>
        </nav>
      )}
    </Page>
  );
}

function askedBy({ action, actor, who, target, from, to, cursor }: Record<(typeof NAMES)[number], string>) {
  return {
    limit: PAGE_SIZE,
    cursor: cursor || undefined,
    action: (action as Action) || undefined,
    actor_kind: (actor as ActorKind) || undefined,
    [who.startsWith('user_') ? 'user_id' : 'key_id']: who || undefined,
    target_id: target || undefined,
    start_time: startOf(from),
    end_time: endOf(to),
  };
}

function Who({ of: { actor, from } }: { of: Entry }) {
  return (
    <span>
      <span title={actor.key_name ?? undefined}>{actorWords(actor)}</span>
      {from.address !== '' && (
        <span className="muted" title={from.user_agent}>
          {' '}
          {from.address}
        </span>
      )}
    </span>
  );
}

function What({ of: { action, target } }: { of: Entry }) {
  const page = pageOf(target);
  const id = target.kind === 'setting' || target.kind === 'pack' || target.kind === 'coupon' ? target.id : null;
  const shown = id === null ? <ShortId id={target.id} /> : <code>{id}</code>;
  return (
    <span>
      {actionWords(action)} {page === undefined ? shown : <Link href={page}>{shown}</Link>}
    </span>
  );
}

const SHOWN = 3;

function Changes({ of }: { of: Difference[] }) {
  const [isOpen, setOpen] = useState(false);
  if (of.length === 0) return <span className="muted">–</span>;
  return (
    <ul className="changes">
      {(isOpen ? of : of.slice(0, SHOWN)).map(({ field, before, after }) => (
        <li key={field}>
          <span className="muted">{field}</span> <del>{before}</del> → <ins>{after}</ins>
        </li>
      ))}
      {of.length > SHOWN && (
        <li>
          <button type="button" className="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Less' : `${of.length - SHOWN} more`}
          </button>
        </li>
      )}
    </ul>
  );
}
