import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { MoneyMinor } from '../../parts/amounts';
import { StatusBadge } from '../../parts/badge';
import { type Column, DataTable, usePaging } from '../../parts/data-table';
import { FilterBar, useFilters } from '../../parts/filters';
import { Instant } from '../../parts/instant';
import { Section } from '../../parts/layout';
import { CustomerLink, IdLink } from '../../parts/links';
import { plainWords } from '../../parts/words';
import { api, dataOf, type Schemas } from '../../session/api';
import { useMay } from '../../session/session';
import { AcceptDifference } from './accept-difference';
import { KIND_WORDS } from './kinds';
import { RepairDifference } from './repair-difference';

type Difference = Schemas['DifferenceDto'];

const FILTERS = ['state', 'kind'] as const;
const STATES = [
  ['open', 'Open'],
  ['repaired', 'Repaired'],
  ['accepted', 'Accepted'],
] as const;

const COLUMNS: Column<Difference>[] = [
  { head: 'What differs', cell: ({ kind }) => KIND_WORDS[kind] },
  { head: 'State', cell: ({ state }) => <StatusBadge status={state} /> },
  { head: 'There', align: 'end', cell: ({ there }) => <Side side={there} /> },
  { head: 'Here', align: 'end', cell: ({ here }) => <Side side={here} /> },
  { head: 'Customer', cell: ({ customer_id: id }) => (id === null ? '–' : <CustomerLink id={id} />) },
  { head: 'Top-up', cell: ({ top_up_id: id }) => (id === null ? '–' : <IdLink to="/top-ups" id={id} />) },
  {
    head: 'Payment',
    cell: ({ payment_id: id, provider }) => (id === null ? '–' : <code title={`at ${provider}`}>{id}</code>),
  },
  { head: 'Since', cell: ({ occurred_at: at }) => <Instant at={at} /> },
  { head: 'Note', cell: ({ note }) => note || '–' },
];
const TO_DO: Column<Difference> = {
  head: 'To do',
  cell: (difference) =>
    difference.state === 'open' && (
      <span className="row-actions">
        <RepairDifference difference={difference} />
        <AcceptDifference difference={difference} />
      </span>
    ),
};

/** What the books do not agree about, open or not. */
export function Differences() {
  const mayWrite = useMay('wallets:write');
  const filters = useFilters(FILTERS);
  const paging = usePaging();
  const { limit, offset } = paging;
  const { state, kind } = filters.values;
  const asked = {
    limit,
    offset,
    ...(state && { state: state as Difference['state'] }),
    ...(kind && { kind: kind as Difference['kind'] }),
  };
  const query = useQuery({
    queryKey: ['reconciliation', 'differences', asked],
    queryFn: () => dataOf(api.GET('/v1/reconciliation/differences', { params: { query: asked } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Section title="Differences">
      <FilterBar
        filters={filters}
        of={[
          { name: 'state', label: 'State', kind: 'choice', options: STATES },
          { name: 'kind', label: 'What differs', kind: 'choice', options: Object.entries(KIND_WORDS) },
        ]}
      />
      <DataTable
        caption="Differences"
        columns={mayWrite ? [...COLUMNS, TO_DO] : COLUMNS}
        rowKey={({ id }) => id}
        query={query}
        paging={paging}
        empty="No differences: what the providers say and what the ledger has agree."
      />
    </Section>
  );
}

/** An amount and a state of either side, as far as it has one. */
function Side({ side }: { side: Difference['there'] | Difference['here'] }) {
  if (side === null) return <span className="muted">not there</span>;
  const { amount_minor: minor, currency, status } = side;
  return (
    <>
      {currency !== null && <MoneyMinor minor={minor} currency={currency} />}{' '}
      <span className="muted">{plainWords(status)}</span>
    </>
  );
}
