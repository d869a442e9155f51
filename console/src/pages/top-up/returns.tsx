import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { Credits, MoneyMinor } from '../../parts/amounts';
import { StatusBadge } from '../../parts/badge';
import { type Column, PlainTable } from '../../parts/data-table';
import { Instant } from '../../parts/instant';
import { Section } from '../../parts/layout';
import { IdLink } from '../../parts/links';
import { ErrorBox } from '../../parts/states';
import { plainWords } from '../../parts/words';
import { api, dataOf, type Schemas } from '../../session/api';

type Refund = Schemas['RefundResponse'];
type Dispute = Schemas['DisputeResponse'];
type Both = Schemas['TopUpReturnsResponse'];

const REFUNDS: Column<Refund>[] = [
  { head: 'Refunded', cell: ({ amount_minor: minor, currency }) => <MoneyMinor minor={minor} currency={currency} /> },
  { head: 'State', cell: ({ status }) => <StatusBadge status={status} /> },
  { head: 'Credits taken', align: 'end', cell: ({ credits }) => <Credits value={credits} /> },
  { head: 'Of them, owed', align: 'end', cell: ({ debt_credits: debt }) => <Credits value={debt} /> },
  { head: 'Let go', align: 'end', cell: ({ forgiven_credits: forgiven }) => <Credits value={forgiven} /> },
  {
    head: 'Why',
    cell: ({ reason, origin, failure_message: fault }) =>
      fault || reason || (origin === 'provider' ? 'At the provider' : '–'),
  },
  { head: 'Transaction', cell: ({ transaction_id: id }) => transactionLink(id) },
  { head: 'When', cell: ({ created_at: at }) => <Instant at={at} /> },
];

const DISPUTES: Column<Dispute>[] = [
  { head: 'Disputed', cell: ({ amount_minor: minor, currency }) => <MoneyMinor minor={minor} currency={currency} /> },
  { head: 'State', cell: ({ status }) => <StatusBadge status={status} /> },
  { head: 'Why', cell: ({ reason }) => plainWords(reason) },
  { head: 'Credits frozen', align: 'end', cell: ({ frozen_credits: frozen }) => <Credits value={frozen} /> },
  { head: 'Credits taken', align: 'end', cell: ({ credits }) => <Credits value={credits} /> },
  { head: 'Of them, owed', align: 'end', cell: ({ debt_credits: debt }) => <Credits value={debt} /> },
  { head: 'Transaction', cell: ({ transaction_id: id }) => transactionLink(id) },
  { head: 'When', cell: ({ created_at: at }) => <Instant at={at} /> },
];

export function useReturns(id: string): UseQueryResult<Both> {
  return useQuery({
    queryKey: ['top-ups', id, 'returns'],
    queryFn: () => dataOf(api.GET('/v1/top-ups/{id}/returns', { params: { path: { id } } })),
  });
}

/** Money of a top-up that went back, or is fought for; nothing where there is none. */
export function Returns({ query: { data, error, refetch } }: { query: UseQueryResult<Both> }) {
  if (!data) return <ErrorBox error={error} retry={refetch} />;
  return (
    <>
      {data.refunds.length > 0 && (
        <Section title="Refunds">
          <PlainTable caption="Refunds" columns={REFUNDS} rowKey={({ id }) => id} rows={data.refunds} />
        </Section>
      )}
      {data.disputes.length > 0 && (
        <Section title="Disputes">
          <PlainTable caption="Disputes" columns={DISPUTES} rowKey={({ id }) => id} rows={data.disputes} />
        </Section>
      )}
    </>
  );
}

function transactionLink(id: string | null) {
  return id === null ? '–' : <IdLink to="/transactions" id={id} />;
}
