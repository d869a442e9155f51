import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { MoneyMinor } from '../../parts/amounts';
import { Badge, StatusBadge } from '../../parts/badge';
import { type Column, DataTable, usePaging } from '../../parts/data-table';
import { Instant } from '../../parts/instant';
import { Section } from '../../parts/layout';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { useMay } from '../../session/session';

type Run = Schemas['ReconciliationRunDto'];

const PAGE = 10;
const RUNNING_MS = 3000;

const COLUMNS: Column<Run>[] = [
  { head: 'Began', cell: ({ created_at: at }) => <Instant at={at} /> },
  {
    head: 'Period',
    cell: ({ from, to }) => (
      <>
        <Instant at={from} dayOnly /> – <Instant at={to} dayOnly />
      </>
    ),
  },
  { head: 'State', cell: ({ status, error }) => <StatusBadge status={error === '' ? status : 'failed'} /> },
  { head: 'Who', cell: ({ origin }) => (origin === 'daily' ? 'Every day' : 'By hand') },
  { head: 'Payments', align: 'end', cell: ({ payments_read: count }) => count },
  { head: 'Top-ups', align: 'end', cell: ({ top_ups_read: count }) => count },
  { head: 'Charged there', align: 'end', cell: ({ sums }) => <Sums sums={sums} of="charged_minor" /> },
  { head: 'Credited here', align: 'end', cell: ({ sums }) => <Sums sums={sums} of="credited_minor" /> },
  {
    head: 'Differences',
    align: 'end',
    cell: ({ differences_open: count }) => <Badge tone={count > 0 ? 'bad' : 'good'}>{count}</Badge>,
  },
];

/** When the books were compared, and what came of it. */
export function Runs() {
  const mayWrite = useMay('wallets:write');
  const paging = usePaging(PAGE, 'runs');
  const { limit, offset } = paging;
  const query = useQuery({
    queryKey: ['reconciliation', 'runs', { limit, offset }],
    queryFn: () => dataOf(api.GET('/v1/reconciliation/runs', { params: { query: { limit, offset } } })),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.items.some(({ status }) => status === 'running') ? RUNNING_MS : false),
  });
  return (
    <Section title="Comparisons" actions={mayWrite && <CompareNow />}>
      <DataTable
        caption="Comparisons"
        columns={COLUMNS}
        rowKey={({ id }) => id}
        query={query}
        paging={paging}
        empty="The books have not been compared yet: that happens every day."
      />
    </Section>
  );
}

/** Moves nothing, so it does not ask first. */
function CompareNow() {
  const starting = useAction({
    run: () => dataOf(api.POST('/v1/reconciliation/runs', { body: {} })),
    touches: ['reconciliation'],
    done: 'The last seven days are being compared',
  });
  return (
    <button type="button" disabled={starting.isPending} onClick={() => starting.mutate()}>
      Compare the last seven days now
    </button>
  );
}

/** A line for each provider and currency: they are never added up. */
function Sums({ sums, of }: { sums: Run['sums']; of: 'charged_minor' | 'credited_minor' }) {
  if (sums.length === 0) return '–';
  return sums.map((sum) => (
    <div key={`${sum.provider} ${sum.currency}`}>
      <MoneyMinor minor={sum[of]} currency={sum.currency} />
    </div>
  ));
}
